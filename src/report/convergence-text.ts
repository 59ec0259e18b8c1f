// Owns a measured change as text: what each pair of pods lost, and when each routing table moved.

import { shownName } from '../design/address-book.ts';
import type { Design } from '../design/design.ts';
import type { Convergence } from '../evidence/convergence.ts';
import { textTable } from './text-table.ts';

/** One change as people read it. */
export function convergenceText(title: string, design: Design, { pairs, tables }: Convergence): string {
  const losses = pairs.map(({ from, to, transmitted, lost, longestGapMs }) => {
    return [from, to, String(transmitted), String(lost), `${longestGapMs} ms`];
  });
  const moves = tables.map(({ machine, firstMs, lastMs, gone, come }) => {
    return [
      shownName(design, machine),
      `${Math.round(firstMs)} ms`,
      `${Math.round(lastMs)} ms`,
      String(gone),
      String(come),
    ];
  });
  return [
    title,
    textTable(['FROM', 'TO', 'SENT', 'LOST', 'LONGEST GAP'], losses),
    moves.length === 0
      ? 'no routing table moved\n'
      : textTable(['MACHINE', 'FIRST EVENT', 'LAST EVENT', 'GONE', 'COME'], moves),
  ].join('\n');
}
