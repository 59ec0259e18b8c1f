// Owns the expected way beside the observed one: machines and wrapping by the design, and which equal path was taken.

import { familyOf } from '../base/address.ts';
import { shownName } from '../design/address-book.ts';
import type { Design } from '../design/design.ts';
import { pathFactsOf } from '../design/path-facts.ts';
import { type Captured, judgeCapture } from './captured.ts';

/** What the lab's design says of a captured packet, and where the capture shows otherwise. */
export interface ExpectedWay {
  /** `pod-a > control-plane > leaf0 > spine0 | spine1 > leaf1 > worker3 > pod-b, plain`. */
  readonly way: string;
  /** Which of equal paths were taken, one sentence each. */
  readonly branches: readonly string[];
  /** What was seen otherwise; empty when all was as expected. */
  readonly differences: readonly string[];
}

/** Compares a capture with the routes that the design expects. */
export function expectedWayOf(design: Design, captured: Captured): ExpectedWay {
  const { from, to, evidence } = captured;
  const { hops, encapsulation, headerBytes, arrives } = pathFactsOf(design, from, to, familyOf(evidence.to.address));
  const ends = [from, to].map(({ name }) => shownName(design, name));
  const machines = [ends[0], ...hops.map((names) => names.join(' | ')), ends[1]].join(' > ');
  const wrap = encapsulation === 'none' ? 'plain' : `${encapsulation.toUpperCase()} (${headerBytes} bytes more)`;
  const branches = hops
    .filter((names) => names.length > 1)
    .map((names) => {
      const [there, back] = (['request', 'reply'] as const).map((kind) => {
        const own = evidence.lines.filter(({ packet }) => packet.kind === kind);
        return names.filter((name) => own.some(({ point }) => point.name.startsWith(`${name}:`))).join(' and ');
      });
      return `equal paths by ${names.join(' and ')}: there by ${there || 'none'}, back by ${back || 'none'}`;
    });
  const differences = judgeCapture(design, captured).failures.map(
    ({ what, where, expected, seen }) => `${what}, at ${where}: expected ${expected}; seen: ${seen}`,
  );
  return { way: `${machines}, ${wrap}${arrives ? '' : '; no route all the way'}`, branches, differences };
}
