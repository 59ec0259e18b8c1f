// Owns what one BGP session of a node is, as confd would write it: the row that `peers.ts` computes and bird.conf needs.

/**
 * One BGP neighbor of one node (calico.md A.4, B.3), the facts confd puts into bird.cfg. Field names are those of the
 * `peers.json` form that `labctl render peers` prints; a field that does not apply is absent.
 */
export interface CalicoPeer {
  /** `Mesh_10_1_5_11`, `Global_10_1_5_1`, `Node_10_1_5_1`, with `_port_<n>` where a port is stated. */
  readonly name: string;
  readonly address: string;
  readonly port?: number;
  readonly as: number;
  /** A second `local as` (3.31). */
  readonly localAs?: number;
  /** Absent for `sourceAddress: None`. */
  readonly sourceAddress?: string;
  readonly passive?: true;
  /** The neighbor is this node's route reflector client (RFC 4456). */
  readonly rrClient?: true;
  readonly rrClusterId?: string;
  readonly nextHop?: 'self' | 'keep';
  readonly ttlSecurity: boolean;
  /** true: plain `multihop`; a number: `multihop <n>`; false: direct. */
  readonly multihop: boolean | number;
  /** Where the password comes from, never the password. */
  readonly password?: string;
  /** Seconds. */
  readonly gracefulRestartTime?: number;
  readonly allowLocalAs?: number;
  /** Seconds. */
  readonly keepaliveTime?: number;
  readonly filters?: readonly string[];
}

/** All sessions of one node, both address families. */
export interface NodePeers {
  readonly node: string;
  readonly routerId: string;
  readonly localAs: number;
  readonly ipv4: readonly CalicoPeer[];
  readonly ipv6: readonly CalicoPeer[];
}
