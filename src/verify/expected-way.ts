// Owns the expected way beside the observed one: machines and wrapping by the design, and which equal path was taken.

import { familyOf } from '../base/address.ts';
import { shownName } from '../design/address-book.ts';
import type { Design } from '../design/design.ts';
import { pathFactsOf } from '../design/path-facts.ts';
import { walkRoutes } from '../design/walk.ts';
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
  const family = familyOf(evidence.to.address);
  const { hops, encapsulation, headerBytes, arrives } = pathFactsOf(design, from, to, family);
  const isThere = walkRoutes(design, from, to, family).some(({ machine }) => machine === to.name);
  const [near, far] = [from, to].map(({ name }) => shownName(design, name));
  const machines = [near, ...hops.map((names) => names.join(' | ')), ...(isThere ? [far] : [])].join(' > ');
  const wrap = encapsulation === 'none' ? 'plain' : `${encapsulation.toUpperCase()} (${headerBytes} bytes more)`;
  const branches = hops.filter((names) => names.length > 1).flatMap((names) => takenText(names, evidence.lines) ?? []);
  const differences = judgeCapture(design, captured).failures.map(
    ({ what, where, expected, seen }) => `${what}, at ${where}: expected ${expected}; seen: ${seen}`,
  );
  const end = arrives ? '' : isThere ? '; no route all the way back' : `; no route from there to ${far}`;
  return { way: `${machines}, ${wrap}${end}`, branches, differences };
}

/** `equal paths by spine0 and spine1: there by spine1, back by spine0`; undefined when no packet came to any of them. */
function takenText(names: readonly string[], lines: Captured['evidence']['lines']): string | undefined {
  const ways = { request: 'there', reply: 'back', error: 'an error back' } as const;
  const taken = (['request', 'reply', 'error'] as const).flatMap((kind) => {
    const own = lines.filter(({ packet }) => packet.kind === kind);
    const by = names.filter((name) => own.some(({ point }) => point.name.startsWith(`${name}:`)));
    return by.length === 0 ? [] : [`${ways[kind]} by ${by.join(' and ')}`];
  });
  return taken.length === 0 ? undefined : `equal paths by ${names.join(' and ')}: ${taken.join(', ')}`;
}
