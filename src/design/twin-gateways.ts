// Owns BIRD's two gateways to one IPv6 next hop: the address itself, and the link-local one that some routes bring with it.

import type { Selection } from './best-path.ts';
import type { NextHop } from './convergence.ts';

/** A gateway to the other one by which the same next hop may be reached. */
export type TwinGateways = ReadonlyMap<string, string>;

/**
 * calico-node's BIRD 1.6 has one gateway for each next hop, whatever the route that it heard first brought (rt_get_hostentry does not
 * look at the link-local address; BIRD 2 does). Where some routes of a next hop bring a link-local address (RFC 2545 section 3) and
 * others bring none, all of them go by the one or all by the other: chance decides.
 */
export function twinGateways(learned: Iterable<Selection>): TwinGateways {
  const gateways = new Map<string, Set<string>>();
  for (const { candidates } of learned) {
    for (const { route, reach } of candidates) {
      const [hop, ...more] = reach?.hops ?? [];
      if (hop?.via === undefined || more.length > 0) continue;
      gateways.set(route.nextHop, (gateways.get(route.nextHop) ?? new Set()).add(hop.via));
    }
  }
  const pairs = [...gateways.values()].map((vias) => [...vias]).filter(({ length }) => length === 2);
  return new Map(pairs.flatMap(([a = '', b = '']) => [[a, b] as const, [b, a] as const]));
}

/** The hop with its twin, where it has one. */
export function withTwin(twins: TwinGateways, hop: NextHop): NextHop {
  const twin = hop.via === undefined ? undefined : twins.get(hop.via);
  return twin === undefined ? hop : { ...hop, twin };
}
