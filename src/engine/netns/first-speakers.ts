// Owns which routers speak first: the few that have one end of every session.

import type { Design, RouterDesign } from '../../design/design.ts';

/**
 * The routers whose daemons are worth starting before all else, in the design's order. A session is begun by the end whose start
 * timer is over first (RFC 4271, 8.2.1.1) and FRR's takes a second, so one end of each has to start early and the
 * other only to listen by then. The router with most sessions is chosen, then the one with most of those that are left.
 */
export function firstSpeakers({ routers, expected }: Design): readonly RouterDesign[] {
  const names = new Set(routers.map(({ name }) => name));
  const chosen = new Set<string>();
  let left = expected.sessions.map(({ a, b }) => [a.machine, b.machine].filter((name) => names.has(name)));
  for (;;) {
    left = left.filter((ends) => ends.length > 0 && !ends.some((name) => chosen.has(name)));
    if (left.length === 0) return routers.filter(({ name }) => chosen.has(name));
    const sessions = new Map<string, number>();
    for (const name of left.flat()) sessions.set(name, (sessions.get(name) ?? 0) + 1);
    const [[next] = ['']] = [...sessions].sort(([, one], [, other]) => other - one);
    chosen.add(next);
  }
}
