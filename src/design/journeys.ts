// Owns what the expected routes make of a packet between two pods: its hops, its TTL, its wrapping, how large it may be.

import { type Family, inFamily } from '../base/address.ts';
import { hasDerivedRoutes } from './derived-routes.ts';
import type { Design, PodDesign } from './design.ts';
import { expectedInterfaces } from './implied.ts';
import { isTunnel } from './tunnel.ts';
import { type Passage, reaches, walkRoutes } from './walk.ts';
import { forwardersOf, headerBytesOf, initialTtl, machinesByDistance, wrappingOf } from './way.ts';

/** One pair of pods, and what a probe between them must find. */
export interface Journey {
  readonly from: string;
  readonly to: string;
  readonly family: Family;
  /** False: some machine on the way has no route on. */
  readonly isReached: boolean;
  /** What a traceroute shows between the pods, in order; one of several machines where paths are equal, `*` for silence. */
  readonly hops: readonly (readonly string[])[];
  /** TTL of the answer as it arrives. */
  readonly ttl: number;
  readonly encapsulation: 'none' | 'ipip' | 'vxlan';
  /** Bytes of the largest packet that need not be fragmented; undefined where the tunnel's own packets would be. */
  readonly pathMtu: number | undefined;
}

/** How a traceroute shows a machine that does not answer. */
export const silence = '*';

/** At most this many pairs are walked: a hundred pods have 4,950. */
const mostPairs = 10;

/**
 * The journeys between pods: neighbors in the lab's list first, so that no pod is asked more than its share. Pairs of
 * which equal paths have different lengths, or whose packets may go in circles, are left out: what becomes of them is
 * chance. None where routes are not derived.
 */
export function journeysOf(design: Design): readonly Journey[] {
  if (!hasDerivedRoutes(design)) return [];
  const mtus = new Map(expectedInterfaces(design).map(({ machine, name, mtu }) => [`${machine} ${name}`, mtu]));
  return pairsOf(design.pods).flatMap(([from, to, family]) => {
    const [there, back] = [walkRoutes(design, from, to, family), walkRoutes(design, to, from, family)];
    if ([...there, ...back].some(({ varies }) => varies)) return [];
    const encapsulation = wrappingOf(there);
    return [
      {
        from: from.name,
        to: to.name,
        family,
        isReached: reaches(design, from, to, family),
        hops: tracedHops(design, there, [from.name, to.name]),
        ttl: initialTtl - machinesByDistance(design, forwardersOf(back, [from.name, to.name])).length,
        encapsulation,
        pathMtu: sameOf([there, back].map((way) => pathMtuOf(way, headerBytesOf(encapsulation, family), mtus))),
      },
    ];
  });
}

/** Pairs in each family that both pods have. */
function pairsOf(pods: readonly PodDesign[]): readonly (readonly [PodDesign, PodDesign, Family])[] {
  return ([4, 6] as const).flatMap((family) => {
    const able = pods.filter(({ addresses }) => inFamily(addresses, family) !== undefined);
    const pairs = able.flatMap((_, distance) =>
      able.flatMap((to, at): (readonly [PodDesign, PodDesign, Family])[] => {
        const from = distance === 0 ? undefined : able[at - distance];
        return from === undefined ? [] : [[from, to, family]];
      }),
    );
    return pairs.slice(0, mostPairs);
  });
}

/**
 * What a traceroute shows. IPIP copies the packet's TTL into the outer header (calico.md C.3), so that a probe may expire inside
 * the tunnel: the router tells the outer source, and its sender nothing. What comes through has TTL enough for the far node:
 * it is never seen.
 */
export function tracedHops(
  design: Design,
  passages: readonly Passage[],
  ends: readonly string[],
): readonly (readonly string[])[] {
  const hops = machinesByDistance(design, forwardersOf(passages, ends));
  if (wrappingOf(passages) !== 'ipip') return hops;
  const carriers = new Set(passages.filter(({ isUnderlay }) => isUnderlay).map(({ depth }) => depth));
  return carriers.size === 0 ? hops : [...hops.slice(0, 1), ...[...carriers].map(() => [silence])];
}

/** A value that all have, or undefined. */
function sameOf(values: readonly (number | undefined)[]): number | undefined {
  return values.every((value) => value === values[0]) ? values[0] : undefined;
}

/**
 * The smallest MTU on the way (RFC 1191), outside tunnels; undefined where a link below a tunnel is smaller than it needs, or the
 * two ends of a wire disagree: what dies there dies unsaid.
 */
function pathMtuOf(
  passages: readonly Passage[],
  overhead: number,
  mtus: ReadonlyMap<string, number>,
): number | undefined {
  const inner: number[] = [];
  const outer: number[] = [];
  const entered: number[] = [];
  for (const { machine, ins, outs, isUnderlay } of passages) {
    for (const device of ins)
      if (!isUnderlay) entered.push(mtus.get(`${machine} ${device}`) ?? Number.POSITIVE_INFINITY);
    const isEntry = [...outs].some(isTunnel);
    for (const device of outs) {
      const mtu = mtus.get(`${machine} ${device}`);
      if (mtu !== undefined) (isUnderlay || (isEntry && !isTunnel(device)) ? outer : inner).push(mtu);
    }
  }
  const smallest = Math.min(...inner);
  if (Math.min(...entered) < smallest) return undefined;
  if (overhead === 0 || Math.min(...outer) >= smallest + overhead) return smallest;
  return undefined;
}
