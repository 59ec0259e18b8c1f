// Owns the check of all BGP sessions: both ends Established, type, AS numbers and address family, and no session more.

import { addressBookOf, shownName } from '../design/address-book.ts';
import type { ExpectedSession, SessionEnd } from '../design/convergence.ts';
import type { Design } from '../design/design.ts';
import type { ObservedSession } from '../plan/observed.ts';
import type { Failure } from './verdict.ts';

/** Failures of the sessions that are Established (the others are differences of their own), and of any beyond the expected. */
export function judgeSessions(design: Design, seen: readonly ObservedSession[]): readonly Failure[] {
  const index = new Map(seen.map((session) => [`${session.machine} ${session.peer}`, session]));
  const failures: Failure[] = [];
  for (const session of design.expected.sessions) {
    for (const [near, far] of [
      [session.a, session.b],
      [session.b, session.a],
    ] as const) {
      const key = `${near.machine} ${far.address}`;
      const found = index.get(key);
      index.delete(key);
      if (found?.isEstablished !== true) continue;
      const [expected, shown] = [
        wantedText(session, near, far),
        seenText({ ...found, localAs: localAsOf(found, near) }),
      ];
      if (expected === shown) continue;
      failures.push({ what: `session ${far.address}`, where: shownName(design, near.machine), expected, seen: shown });
    }
  }
  const book = addressBookOf(design);
  for (const extra of index.values()) {
    if (!extra.isEstablished) continue;
    const owner = book.get(extra.peer)?.machine;
    const peer = owner === undefined ? extra.peer : `${shownName(design, owner)} (${extra.peer})`;
    const where = shownName(design, extra.machine);
    failures.push({
      what: `session ${extra.peer}`,
      where,
      expected: 'no session',
      seen: `session with ${peer} Established`,
    });
  }
  return failures;
}

function wantedText({ type, family }: ExpectedSession, near: SessionEnd, far: SessionEnd): string {
  return `${type}, AS ${near.asNumber} to AS ${far.asNumber}, IPv${family}`;
}

/** BIRD 1.6 does not tell its own AS of a session with another one: then only that it is another one counts. */
function localAsOf({ localAs, remoteAs }: ObservedSession, near: SessionEnd): number | undefined {
  return localAs ?? (remoteAs === near.asNumber ? undefined : near.asNumber);
}

/** A daemon may carry both families in one session; that it carries the expected one is what counts. */
function seenText({ localAs, remoteAs, families }: ObservedSession): string {
  const type = localAs === remoteAs ? 'iBGP' : 'eBGP';
  return `${type}, AS ${localAs ?? '?'} to AS ${remoteAs ?? '?'}, ${families.map((family) => `IPv${family}`).join(' and ')}`;
}
