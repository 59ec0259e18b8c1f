// Owns how the differences of two labs are told: as text in the manner of diff(1), and as Markdown. Pure.

import type { KnownDifference } from '../plan/engine.ts';
import type { FactChange, KindDiff } from '../verify/lab-diff.ts';

/** One side of the comparison. */
export interface DiffSide {
  /** As it was asked for: `bgp-rr:article`. */
  readonly reference: string;
  /** `running`: what its daemons and kernels show now; `design`: what must be true once it is up. */
  readonly from: 'running' | 'design';
}

/** Both labs and what differs. */
export interface ToldDiff {
  readonly a: DiffSide;
  readonly b: DiffSide;
  readonly kinds: readonly KindDiff[];
  readonly known: readonly KnownDifference[];
}

const sources = { running: 'as it runs now', design: 'as it is when it is up' } as const;

/** Lines of `-` (only the first lab) and `+` (only the second) under a heading for each kind that differs. */
export function labDiffText({ a, b, kinds, known }: ToldDiff): string {
  const lines = [`--- ${a.reference} (${sources[a.from]})`, `+++ ${b.reference} (${sources[b.from]})`];
  for (const kind of kinds) {
    lines.push('', summaryOf(kind));
    for (const change of kind.changes) lines.push(...linesOf(change));
  }
  if (known.length > 0) lines.push('', knownTitle, ...known.map(({ what, why }) => `  ${what}: ${why}`));
  return `${lines.join('\n')}\n`;
}

/** A table for each kind that differs, a column a lab. */
export function labDiffMarkdown({ a, b, kinds, known }: ToldDiff): string {
  const lines = [`# ${a.reference} and ${b.reference}`, ''];
  for (const kind of kinds) {
    lines.push(`## ${summaryOf(kind)}`, '');
    if (kind.changes.length === 0) continue;
    lines.push(`| | ${a.reference} | ${b.reference} |`, '| --- | --- | --- |');
    for (const change of kind.changes) lines.push(`| ${change.name} | ${change.a ?? '-'} | ${change.b ?? '-'} |`);
    lines.push('');
  }
  if (known.length > 0) lines.push(`## ${knownTitle}`, '', ...known.map(({ what, why }) => `- ${what}: ${why}`), '');
  return lines.join('\n');
}

/** They are in no table that is compared; a reader of both labs meets them. */
const knownTitle = 'what the embedded engine is known to show otherwise';

function summaryOf({ kind, changes, equal }: KindDiff): string {
  const total = changes.length + equal;
  return changes.length === 0 ? `${kind}: all ${total} equal` : `${kind}: ${changes.length} of ${total} differ`;
}

function linesOf({ name, a, b }: FactChange): readonly string[] {
  return [...(a === undefined ? [] : [`- ${name}: ${a}`]), ...(b === undefined ? [] : [`+ ${name}: ${b}`])];
}
