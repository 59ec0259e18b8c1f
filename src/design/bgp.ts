// Owns the words of the BGP model: a route and its attributes, a speaker, a session and its two ends.

import { type Address, containsPrefix, type Prefix, parseAddress, parsePrefix } from '../base/address.ts';

/**
 * A route as one UPDATE carries it (RFC 4271 section 5, RFC 4456 section 8). MED is 0 and ORIGIN is IGP everywhere:
 * nothing that labctl configures sets them.
 */
export interface BgpRoute {
  readonly prefix: string;
  readonly asPath: readonly number[];
  readonly nextHop: string;
  /** The second, link-local next hop that MP_REACH_NLRI carries between neighbors on one link (RFC 2545 section 3). */
  readonly linkLocal: string | undefined;
  /** What the decision process uses; 100 where the UPDATE carried none (eBGP). */
  readonly localPref: number;
  readonly originatorId: string | undefined;
  readonly clusterList: readonly string[];
  /** `65001:10`, or `65001:10:20` for a large one (RFC 1997, RFC 8092). */
  readonly communities: readonly string[];
}

/** Whose implementation runs: FRR on routers, BIRD on Calico nodes. The RFCs leave some things to them. */
export type Dialect = 'frr' | 'bird';

/** One end of a session: who it is and what is configured *there* about the neighbor. */
export interface BgpEnd {
  readonly machine: string;
  readonly address: string;
  /** Of the interface on the neighbor's own subnet, where this end tells it; undefined over IPv4 and over a distance. */
  readonly linkLocal: string | undefined;
  readonly asNumber: number;
  readonly routerId: string;
  /** The neighbor is this end's route reflector client (RFC 4456). */
  readonly hasClient: boolean;
  readonly clusterId: string;
  /** What this end does to NEXT_HOP when it advertises; `auto`: the implementation's own rule. */
  readonly nextHop: 'auto' | 'self' | 'keep';
  /** How often this end's own AS may stand in a path it accepts (allowas-in, numAllowedLocalASNumbers). */
  readonly allowLocalAs: number;
  /** This end puts its own AS in the neighbor's place before it advertises (as-override). */
  readonly asOverride: boolean;
  /** A route goes back to the neighbor it came from: FRR does that to neighbors that share an update group. */
  readonly echoes: boolean;
  /** The functions that BGPFilters become, in order (calico.md A.5, `filterFunctionName`). */
  readonly filters: readonly string[];
}

/** A session that both ends configure alike, so that it comes up. */
export interface BgpSession {
  readonly a: BgpEnd;
  readonly b: BgpEnd;
  readonly type: 'iBGP' | 'eBGP';
  readonly family: 4 | 6;
}

/** One direction of a session: what `from` advertises to `to`. */
export interface Arrow {
  readonly from: BgpEnd;
  readonly to: BgpEnd;
  readonly type: 'iBGP' | 'eBGP';
  readonly family: 4 | 6;
}

/** A connected subnet: how a speaker reaches a next hop directly. */
export interface Subnet {
  readonly prefix: string;
  readonly dev: string;
}

/** One BGP speaker of the lab. */
export interface BgpSpeaker {
  readonly name: string;
  readonly dialect: Dialect;
  /** `bgp bestpath as-path multipath-relax`; BIRD's `merge paths` never looks at the path's content. */
  readonly multipathRelax: boolean;
  /** Prefixes that it may announce as its own: network statements (FRR), blocks (BIRD). The export policy decides. */
  readonly originates: ReadonlySet<string>;
  /** All prefixes of which it has a better route than BGP's: what it originates, and BIRD's connected subnets. */
  readonly owns: ReadonlySet<string>;
  readonly subnets: readonly Subnet[];
  /** The default routes, one a family, by which BIRD, and not FRR, resolves next hops. */
  readonly defaultRoutes: readonly { readonly via: string; readonly dev: string }[];
  /**
   * The export policy: the route to advertise, or undefined. `from` is undefined for its own prefixes. A node's policy has
   * put its own AS in front over eBGP: Calico's BIRD 1.6 does that before the export filter runs.
   */
  exportTo(route: BgpRoute, from: Arrow | undefined, to: Arrow): BgpRoute | undefined;
  /** The import policy: the route to consider, or undefined. */
  importFrom(route: BgpRoute, arrow: Arrow): BgpRoute | undefined;
}

/** LOCAL_PREF where none was sent (RFC 4271 section 5.1.5; the default of FRR and BIRD). */
export const defaultLocalPref = 100;

const addresses = new Map<string, Address | undefined>();
const prefixes = new Map<string, Prefix | undefined>();

/** `parseAddress`, remembered: a full mesh asks for the same hundred addresses ten thousand times. */
export function addressNumber(text: string): Address | undefined {
  if (!addresses.has(text)) addresses.set(text, parseAddress(text));
  return addresses.get(text);
}

/** `parsePrefix`, remembered. */
export function prefixNumber(text: string): Prefix | undefined {
  if (!prefixes.has(text)) prefixes.set(text, parsePrefix(text));
  return prefixes.get(text);
}

const containments = new Map<string, Map<string, boolean>>();

/** True when a prefix contains all of another prefix, or an address; all as text, remembered. */
export function contains(outer: string, inner: string): boolean {
  let answers = containments.get(outer);
  if (answers === undefined) {
    answers = new Map();
    containments.set(outer, answers);
  }
  let answer = answers.get(inner);
  if (answer === undefined) {
    const a = prefixNumber(outer);
    const b = inner.includes('/') ? prefixNumber(inner) : addressNumber(inner);
    answer = a !== undefined && b !== undefined && containsPrefix(a, b);
    answers.set(inner, answer);
  }
  return answer;
}

/** `comparePrefixes` on remembered numbers: family, address, length. */
export function byPrefix(a: string, b: string): number {
  const [x, y] = [prefixNumber(a), prefixNumber(b)];
  if (x === undefined || y === undefined || x.family !== y.family) return (x?.family ?? 0) - (y?.family ?? 0);
  if (x.value !== y.value) return x.value < y.value ? -1 : 1;
  return x.length - y.length;
}
