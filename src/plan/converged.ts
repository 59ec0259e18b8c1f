// Owns the comparison of what must be true with what is seen: used by waiting, by status and by verify alike. Pure.

import type { ExpectedRoute, ExpectedSession, NextHop } from '../design/convergence.ts';
import { attributeWords, isOfDaemon } from '../design/route-words.ts';
import type { ObservedRoute, ObservedSession } from './observed.ts';

/** One thing that is not as it must be. */
export interface Difference {
  readonly kind: 'session' | 'route';
  /** The machine. */
  readonly where: string;
  /** Session's far address or the route's prefix. */
  readonly what: string;
  readonly expected: string;
  readonly seen: string;
}

/** Expected sessions that are not Established at one or both ends; a row an end. */
export function sessionDifferences(
  expected: readonly ExpectedSession[],
  seen: readonly ObservedSession[],
): readonly Difference[] {
  const index = new Map(seen.map((session) => [`${session.machine} ${session.peer}`, session]));
  const differences: Difference[] = [];
  for (const session of expected) {
    for (const [near, far] of [
      [session.a, session.b],
      [session.b, session.a],
    ] as const) {
      const found = index.get(`${near.machine} ${far.address}`);
      if (found?.isEstablished === true) continue;
      differences.push({
        kind: 'session',
        where: near.machine,
        what: far.address,
        expected: `${session.type} session with ${far.machine} (${far.address}) Established`,
        seen: found === undefined ? 'no such session' : `${found.state} ${found.info}`.trim(),
      });
    }
  }
  return differences;
}

/**
 * Expected routes that are absent or other than expected, with what stands in the kernel instead; and a daemon's routes
 * beside the right one to the same prefix, for of two metrics the kernel takes the smaller.
 */
export function routeDifferences(
  expected: readonly ExpectedRoute[],
  seen: readonly ObservedRoute[],
): readonly Difference[] {
  const index = new Map<string, ObservedRoute[]>();
  for (const route of seen) {
    const key = `${route.machine} ${route.prefix}`;
    const list = index.get(key);
    if (list === undefined) index.set(key, [route]);
    else list.push(route);
  }
  const differences: Difference[] = [];
  const right = new Set<ObservedRoute>();
  for (const route of expected) {
    const found = index.get(`${route.machine} ${route.prefix}`) ?? [];
    const asExpected = found.filter((candidate) => isAsExpected(route, candidate));
    for (const one of asExpected) right.add(one);
    if (asExpected.length > 0) continue;
    differences.push({
      kind: 'route',
      where: route.machine,
      what: route.prefix,
      expected: routeText(route),
      seen: found.length === 0 ? 'no route' : found.map(routeText).join('; '),
    });
  }
  for (const found of index.values()) {
    if (found.length < 2 || !found.some((route) => right.has(route))) continue;
    for (const route of found) {
      if (right.has(route) || !isOfDaemon(route)) continue;
      const { machine: where, prefix: what } = route;
      differences.push({ kind: 'route', where, what, expected: 'no other route beside it', seen: routeText(route) });
    }
  }
  return differences;
}

function isAsExpected(expected: ExpectedRoute, seen: ObservedRoute): boolean {
  return (
    seen.type === expected.type &&
    seen.protocol === expected.protocol &&
    (seen.metric ?? 0) === (expected.metric ?? 0) &&
    (expected.scope === undefined || seen.scope === expected.scope) &&
    seen.onlink === expected.onlink &&
    seen.mtu === expected.mtu &&
    (expected.type !== 'unicast' || hasNextHops(expected, seen))
  );
}

function hasNextHops(expected: ExpectedRoute, seen: ObservedRoute): boolean {
  const wanted = new Map<string, string>();
  for (const hop of expected.nextHops) {
    const name = hopText(hop);
    wanted.set(name, name);
    if (hop.twin !== undefined) wanted.set(hopText({ ...hop, via: hop.twin }), name);
  }
  const found = new Set(seen.nextHops.map((hop) => wanted.get(hopText(hop))));
  if (found.has(undefined)) return false;
  if (expected.choice === 'all') return found.size === new Set(wanted.values()).size;
  return expected.choice === 'some' || found.size === 1;
}

type Hop = ObservedRoute['nextHops'][number];

function hopText({ via, dev }: Hop): string {
  return `${via === undefined ? '' : `via ${via} `}dev ${dev ?? '?'}`;
}

function hopWords(hop: NextHop | Hop): string {
  const { via, dev } = hop;
  const either = 'twin' in hop && hop.twin !== undefined ? `${via} or ${hop.twin}` : via;
  return hopText({ via: either, dev });
}

/** A route in iproute2's words: `10.244.1.0/26 via 10.1.5.11 dev net0 proto bird metric 1024`. */
export function routeText(route: ExpectedRoute | ObservedRoute): string {
  const isChoice = 'choice' in route && route.choice === 'one' && route.nextHops.length > 1;
  const hops = route.nextHops.map(hopWords);
  return [
    route.type === 'unicast' ? '' : route.type,
    route.prefix,
    route.type === 'blackhole'
      ? ''
      : isChoice
        ? `one of (${hops.join(' | ')})`
        : hops.length > 1
          ? hops.map((hop) => `nexthop ${hop}`).join(' ')
          : (hops[0] ?? ''),
    ...attributeWords(route),
  ]
    .filter((part) => part !== '')
    .join(' ');
}
