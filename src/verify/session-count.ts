// Owns the check of how many BGP sessions a machine has: one at a route reflector's client, many at the reflector.

import { addressBookOf, shownName } from '../design/address-book.ts';
import { type Design, findMachine } from '../design/design.ts';
import type { ObservedSession } from '../plan/observed.ts';
import type { Failure } from './verdict.ts';

type SessionCount = Extract<Design['expect'][number], { kind: 'session-count' }>;

/** Judges a `sessions: {on, count}` line: so many Established sessions, neither fewer nor more. */
export function judgeSessionCount(
  design: Design,
  { on, count }: SessionCount,
  sessions: readonly ObservedSession[],
): readonly Failure[] {
  const machine = findMachine(design, on)?.name;
  const up = sessions.filter((session) => session.machine === machine && session.isEstablished);
  if (up.length === count) return [];
  const book = addressBookOf(design);
  const names = up.map(({ peer }) => shownName(design, book.get(peer)?.machine ?? peer)).toSorted();
  const seen = names.length === 0 ? 'none Established' : `${names.length} Established: ${names.join(', ')}`;
  return [{ what: 'sessions', where: on, expected: `${count} Established`, seen }];
}
