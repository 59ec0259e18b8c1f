// Owns next-hop resolution: by which gateway and device a speaker reaches a BGP next hop, or that it cannot.

import { familyOf } from '../base/address.ts';
import { type BgpRoute, type BgpSpeaker, contains, prefixNumber } from './bgp.ts';
import type { NextHop } from './convergence.ts';

/** How a next hop is reached. */
export interface Reach {
  /** 0: on a connected subnet; 1: through a gateway. Both implementations prefer the former (RFC 4271 9.1.2.2 e). */
  readonly cost: 0 | 1;
  readonly hops: readonly NextHop[];
}

/** What a speaker's table holds for a prefix when another next hop is looked up in it. */
export type Covering = (speaker: BgpSpeaker, prefix: string) => readonly NextHop[] | undefined;

/** The next hop of a route: one address, or two (RFC 2545). */
export type NextHopOfRoute = Pick<BgpRoute, 'nextHop' | 'linkLocal'>;

/** Answers for one run over all prefixes; later runs ask again with the tables that the earlier one gave. */
export interface NextHopResolver {
  /** undefined: unreachable, the route is no candidate (RFC 4271 section 9.1.2). */
  reach(speaker: BgpSpeaker, route: NextHopOfRoute, type: 'iBGP' | 'eBGP'): Reach | undefined;
  /** Looks up again what hung on BGP routes; true when an answer changed, so that the run has to be repeated. */
  update(covering: Covering): boolean;
}

/**
 * Makes a resolver. Longest match among connected subnets, BGP routes and the default route, with the rules of each:
 * FRR takes an eBGP next hop only on a connected subnet, an iBGP one through a BGP route too, never through the default
 * route (`ip nht resolve-via-default` is off); BIRD with `gateway recursive` takes the default route, but a next hop
 * that another BGP route covers is unreachable ("resolvable through recursive route", rt_update_hostentry).
 */
export function nextHopResolver(prefixes: readonly string[]): NextHopResolver {
  const known = new Map<BgpSpeaker, Map<string, Reach | undefined>>();
  const indirect = new Map<BgpSpeaker, Map<string, Reach | undefined>>();
  const coverings = new Map<string, readonly string[]>();
  let covering: Covering = () => undefined;

  const lookUp = (speaker: BgpSpeaker, nextHop: string): Reach | undefined => {
    let candidates = coverings.get(nextHop);
    if (candidates === undefined) {
      candidates = coveringPrefixes(prefixes, nextHop);
      coverings.set(nextHop, candidates);
    }
    for (const prefix of candidates) {
      const hops = covering(speaker, prefix);
      if (hops === undefined) continue;
      return speaker.dialect === 'frr' && hops.length > 0 ? { cost: 1, hops } : undefined;
    }
    if (speaker.dialect === 'frr') return undefined;
    const hops = speaker.defaultRoutes.filter(({ via }) => familyOf(via) === familyOf(nextHop));
    return hops.length === 0 ? undefined : { cost: 1, hops };
  };

  return {
    reach(speaker, { nextHop, linkLocal }, type) {
      const direct = directly(speaker, nextHop, known);
      // Both implementations take the link-local address as gateway when the next hop is on the link.
      if (direct !== undefined && linkLocal !== undefined) {
        return { ...direct, hops: direct.hops.map(({ dev }) => ({ via: linkLocal, dev })) };
      }
      if (direct !== undefined) return direct;
      if (type === 'eBGP' && speaker.dialect === 'frr') return undefined;
      const answers = mapOf(indirect, speaker);
      if (!answers.has(nextHop)) answers.set(nextHop, lookUp(speaker, nextHop));
      return answers.get(nextHop);
    },
    update(tables) {
      covering = tables;
      let changed = false;
      for (const [speaker, answers] of indirect) {
        for (const [nextHop, before] of answers) {
          const now = lookUp(speaker, nextHop);
          if (JSON.stringify(now) === JSON.stringify(before)) continue;
          answers.set(nextHop, now);
          changed = true;
        }
      }
      return changed;
    },
  };
}

function directly(
  speaker: BgpSpeaker,
  nextHop: string,
  known: Map<BgpSpeaker, Map<string, Reach | undefined>>,
): Reach | undefined {
  const answers = mapOf(known, speaker);
  if (!answers.has(nextHop)) {
    const subnet = subnetOf(speaker, nextHop);
    answers.set(nextHop, subnet && { cost: 0, hops: [{ via: nextHop, dev: subnet.dev }] });
  }
  return answers.get(nextHop);
}

/** The connected subnet an address lies in. */
export function subnetOf(speaker: BgpSpeaker, address: string): BgpSpeaker['subnets'][number] | undefined {
  return speaker.subnets.find(({ prefix }) => contains(prefix, address));
}

function coveringPrefixes(prefixes: readonly string[], nextHop: string): readonly string[] {
  const length = (prefix: string): number => prefixNumber(prefix)?.length ?? 0;
  return prefixes.filter((prefix) => contains(prefix, nextHop)).toSorted((a, b) => length(b) - length(a));
}

function mapOf<K, V>(maps: Map<K, Map<string, V>>, key: K): Map<string, V> {
  let map = maps.get(key);
  if (map === undefined) {
    map = new Map();
    maps.set(key, map);
  }
  return map;
}
