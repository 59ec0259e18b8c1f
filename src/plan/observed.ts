// Owns what an engine sees of a running lab: the answer to the same question before and after.

import type { IPAMBlock } from '../calico/objects.ts';

/** One end of a BGP session as its daemon words it. */
export interface ObservedSession {
  readonly machine: string;
  /** The neighbor's address. */
  readonly peer: string;
  /** BIRD's protocol name (`Mesh_…`); undefined on routers. */
  readonly name: string | undefined;
  readonly remoteAs: number | undefined;
  readonly localAs: number | undefined;
  /** The daemon's word, as calicoctl shows it: `up`, `start`, `down`; FRR: `up` when Established. */
  readonly state: string;
  /** `Established`, `Active Socket: Connection refused`, `Idle (Admin)`. */
  readonly info: string;
  readonly since: string;
  readonly isEstablished: boolean;
  /** The address families it is configured for; empty where the daemon was not asked. */
  readonly families: readonly (4 | 6)[];
}

/** One path of one BGP table. */
export interface ObservedPath {
  readonly machine: string;
  readonly prefix: string;
  /** Session's far address; undefined for a locally originated prefix. */
  readonly from: string | undefined;
  readonly asPath: readonly number[];
  readonly nextHop: string;
  readonly localPref: number | undefined;
  readonly originatorId: string | undefined;
  readonly clusterList: readonly string[];
  /** `65001:10`, or `65001:10:20` for a large one, sorted; undefined where the daemon was not asked. */
  readonly communities: readonly string[] | undefined;
  /** Best or ECMP member. */
  readonly isUsed: boolean;
}

/** One interface. */
export interface ObservedInterface {
  readonly machine: string;
  readonly name: string;
  readonly mtu: number;
  /** Absent where the device has no Ethernet address (a tunnel of IPIP). */
  readonly mac: string | undefined;
  readonly isUp: boolean;
  /** With prefix length; link-local ones are left out. */
  readonly addresses: readonly string[];
}

/** A permanent entry of a machine's neighbor table. */
export interface ObservedNeighbor {
  readonly machine: string;
  readonly device: string;
  readonly address: string;
  readonly mac: string | undefined;
}

/** A permanent entry of a VXLAN device's forwarding table. */
export interface ObservedForwarding {
  readonly machine: string;
  readonly device: string;
  readonly mac: string;
  /** The outer address that frames to this MAC are sent to. */
  readonly destination: string | undefined;
}

/** An address block as the cluster's own IPAM has it. */
export type ObservedBlock = IPAMBlock;

/** One route of a kernel's main table. */
export interface ObservedRoute {
  readonly machine: string;
  /** Always with a length: `10.244.1.5/32`, `0.0.0.0/0`. */
  readonly prefix: string;
  readonly type: string;
  readonly protocol: string;
  readonly metric: number | undefined;
  readonly scope: string | undefined;
  readonly onlink: boolean;
  readonly mtu: number | undefined;
  readonly nextHops: readonly { readonly via: string | undefined; readonly dev: string | undefined }[];
}

/** What runs of a lab. */
export interface Observed {
  /** `absent`: nothing; `running`; `partial`: made half-way; `gone`: recorded, but its holder is dead or the host rebooted. */
  readonly state: 'absent' | 'running' | 'partial' | 'gone';
  /** Resource to a digest of the input it was made from: what `plan` compares. */
  readonly made: ReadonlyMap<string, string>;
  /** Resources that were made but are not alive (a daemon that ended, a link that vanished). */
  readonly dead: ReadonlySet<string>;
}

/** Nothing of the lab is there. */
export const nothingObserved: Observed = { state: 'absent', made: new Map(), dead: new Set() };

/** Every session and main-table route of every machine, read at one time. */
export interface Tables {
  readonly sessions: readonly ObservedSession[];
  readonly routes: readonly ObservedRoute[];
}

/** All that kernels and daemons hold of a lab. */
export interface Inspection extends Tables {
  readonly paths: readonly ObservedPath[];
  readonly interfaces: readonly ObservedInterface[];
  readonly neighbors: readonly ObservedNeighbor[];
  readonly forwarding: readonly ObservedForwarding[];
}
