// Owns the shape of what must be true once a lab has converged: its sessions, routes and paths.

/** One end of a BGP session; `asNumber` is the one it speaks with on this session. */
export interface SessionEnd {
  readonly machine: string;
  readonly address: string;
  readonly asNumber: number;
}

/** One BGP session, both ends. */
export interface ExpectedSession {
  readonly a: SessionEnd;
  readonly b: SessionEnd;
  readonly type: 'iBGP' | 'eBGP';
  readonly family: 4 | 6;
}

/** A next hop: `via` is absent for a directly attached destination. */
export interface NextHop {
  readonly via: string | undefined;
  readonly dev: string;
  /** The same port's other address, which may stand there instead of `via`: see `twinGateways`. */
  readonly twin?: string | undefined;
}

/** One route of one kernel table `main`, as `ip -j route` must show it. */
export interface ExpectedRoute {
  readonly machine: string;
  readonly prefix: string;
  /** `unreachable`: BIRD has the route, but no way to its next hop. */
  readonly type: 'unicast' | 'blackhole' | 'unreachable';
  /** iproute2's word: `kernel`, `bird`, `bgp`, `boot`, `80`. */
  readonly protocol: string;
  readonly metric: number | undefined;
  readonly scope: 'link' | undefined;
  readonly onlink: boolean;
  readonly mtu: number | undefined;
  /** Next hops that may be used. */
  readonly nextHops: readonly NextHop[];
  /** `all`: ECMP, every one must be there; `one`: equal paths, any single one of them; `some`: any one or more. */
  readonly choice: 'all' | 'one' | 'some';
  /** Why it must be there, in words of the field, with the section or RFC that says so. */
  readonly because: string;
}

/**
 * One path of one BGP table. Which of several equal routes a neighbor advertises depends on which it heard first, so
 * paths with the same machine, prefix and `from` may be alternatives: see `presence`.
 */
export interface ExpectedPath {
  readonly machine: string;
  readonly prefix: string;
  /** Session's far address; undefined for a locally originated prefix. */
  readonly from: string | undefined;
  readonly asPath: readonly number[];
  readonly nextHop: string;
  readonly localPref: number | undefined;
  readonly originatorId: string | undefined;
  readonly clusterList: readonly string[];
  /** `65001:10`, or `65001:10:20` for a large one, sorted (RFC 1997, RFC 8092). */
  readonly communities: readonly string[];
  /** `certain`: it is there; `one-of`: exactly one of the alternatives is; `maybe`: at most one of them is. */
  readonly presence: 'certain' | 'one-of' | 'maybe';
  /** Marked by its daemon when it is there: best, in FRR any ECMP member; undefined: depends on which equal route won. */
  readonly used: boolean | undefined;
}

/** Everything that must be true once the lab is converged. */
export interface Expected {
  readonly sessions: readonly ExpectedSession[];
  readonly routes: readonly ExpectedRoute[];
  readonly paths: readonly ExpectedPath[];
}
