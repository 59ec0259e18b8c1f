// Owns what a lab file says once it is read: a Lab, resolved (extends, variant, --set), defaults filled in, frozen.

import type { Problem, SourcePlace } from '../base/place.ts';
import type { Expectation } from './expectation.ts';
import type { KindSettings } from './kind-settings.ts';
import type { Netem } from './netem.ts';
import type { VyosRouter } from './vyos/router.ts';

export type { Expectation } from './expectation.ts';

/** A router port or a node's interface: `leaf0:eth1`. */
export interface Endpoint {
  readonly machine: string;
  readonly interface: string;
}

/** What a router may be told to drop: the ICMP message that RFC 1191 needs, by its name in nft. */
export const routerFilters = ['frag-needed'] as const;

/** One of them. */
export type RouterFilter = (typeof routerFilters)[number];

/** A router as the topology states it. */
export interface TopologyRouter {
  readonly name: string;
  /** Undefined: it speaks no BGP. */
  readonly asNumber: number | undefined;
  /** Stated router id; otherwise the design takes the highest of its addresses as FRR does. */
  readonly routerId: string | undefined;
  /** What it drops, of its own and of what passes. */
  readonly filter?: readonly RouterFilter[] | undefined;
  /** Raw lines for the router's own dialect, appended to its configuration. */
  readonly config: readonly string[];
  /** Its own VyOS configuration, which then says all of its addresses and protocols. */
  readonly vyos?: VyosRouter | undefined;
}

/** A router-to-router link; the first endpoint has the prefix's first address, the second the second. */
export interface TopologyLink {
  readonly endpoints: readonly [Endpoint, Endpoint];
  readonly prefix: string;
  /** Only in a dual-stack cluster. */
  readonly prefix6: string | undefined;
  /** Of each endpoint. What a port sends and the other does not take is lost without a word. */
  readonly mtu: readonly [number, number];
  /** Of each endpoint; undefined: both send packets as they are. */
  readonly netem?: readonly [Netem, Netem] | undefined;
}

/** A rack: one switch, its leaf port with the first address of the prefix, nodes from the tenth. */
export interface TopologyRack {
  readonly name: string;
  readonly leaf: Endpoint;
  readonly prefix: string;
  /** Only in a dual-stack cluster; host numbers as in `prefix`. */
  readonly prefix6: string | undefined;
  readonly mtu: number;
}

/** Routers, links and racks, shared by labs. */
export interface Topology {
  readonly name: string;
  readonly routers: readonly TopologyRouter[];
  readonly links: readonly TopologyLink[];
  readonly racks: readonly TopologyRack[];
  readonly bgp: {
    /** `connected`: a network statement for every connected prefix of links and racks; `none`: only stated BGP. */
    readonly networks: 'connected' | 'none';
    /** `bgp bestpath as-path multipath-relax`: ECMP over different neighbor AS. */
    readonly multipathRelax: boolean;
    /** Keepalive and hold time in seconds; undefined: FRR's own. */
    readonly timers: BgpTimers | undefined;
    /** BFD between routers; undefined: none. */
    readonly bfd: Bfd | undefined;
  };
}

/** Seconds (RFC 4271 section 4.2). */
export interface BgpTimers {
  readonly keepalive: number;
  readonly hold: number;
}

/** Bidirectional Forwarding Detection (RFC 5880): milliseconds between packets, and how many may be missed. */
export interface Bfd {
  readonly interval: number;
  readonly multiplier: number;
}

/** A cluster node; `name` is what kind calls it, `short` what follows the lab's name. */
export interface LabNode {
  /** `bgp-rr-worker2`. */
  readonly name: string;
  /** `worker2`: accepted everywhere on the command line. */
  readonly short: string;
  readonly role: 'control-plane' | 'worker';
  /** The first of them where it stands in several. */
  readonly rack: string | undefined;
  /** Written as a list: net0 in the first, net1 in the second, and the node's address on `lo` (racks.ts). */
  readonly uplinkRacks?: readonly string[] | undefined;
  /** Stated address with prefix length; otherwise derived from the rack or the flat network. */
  readonly address: string | undefined;
  /** The cluster id of a node that is a route reflector (RFC 4456). */
  readonly reflector: string | undefined;
  readonly labels: Readonly<Record<string, string>>;
}

/** The networks that Docker has for a lab: every node's eth0 (the node network where there are no racks), and every router's. */
export interface NodeNetwork {
  readonly prefix: string;
  readonly gateway: string;
  /** Of the nodes' eth0 too, whatever addresses the cluster has. */
  readonly prefix6: string;
  /** The silent network behind every router's eth0, as containerlab's management network is (netns-engine.md). */
  readonly outside: string;
}

/** The Kubernetes cluster. */
export interface Cluster {
  readonly podSubnet: string;
  /** Of a dual-stack cluster (kind's `ipFamily: dual`); undefined: IPv4 only. */
  readonly podSubnet6: string | undefined;
  readonly serviceSubnet: string;
  readonly network: NodeNetwork;
  /** The prefix of the loopback addresses of nodes that stand in several racks. */
  readonly loopbacks?: string | undefined;
  /** In kind's order: the order in which blocks are claimed. */
  readonly nodes: readonly LabNode[];
}

/** One line of `calico.peers`: the nodes of a rack (or all nodes) peer with a router, or with the reflectors among them. */
export interface LabPeer {
  /** Name of a rack; undefined: every node. */
  readonly rack: string | undefined;
  /** Router name, or `reflectors` (`toReflectors`). */
  readonly to: string;
  /** The router treats the nodes as route reflector clients (RFC 4456). */
  readonly reflector: boolean;
  /** The router sets itself as next hop towards the nodes. */
  readonly nextHopSelf: boolean;
  /** BGPPeer's numAllowedLocalASNumbers. */
  readonly allowLocalAs: number | undefined;
  /** Names of BGPFilters. */
  readonly filters: readonly string[];
}

/** What `to:` says of a peering with the nodes that are route reflectors; no machine has this name. */
export const toReflectors = 'reflectors';

/** The Tigera operator's words for an IP pool's wrapping. */
export type Encapsulation = 'None' | 'IPIP' | 'IPIPCrossSubnet' | 'VXLAN' | 'VXLANCrossSubnet';

/** A Calico release, `v3.33` or `v3.23.2`. */
export interface CalicoVersion {
  readonly text: string;
  readonly minor: number;
}

/** CALICO_NETWORKING_BACKEND: `vxlan` runs neither BIRD nor confd, all routes are Felix's (calico.md A.8). */
export type Backend = 'bird' | 'vxlan';

/** Service ranges that nodes announce (calico.md A.3). */
export interface Advertise {
  readonly clusterIPs: readonly string[];
  readonly externalIPs: readonly string[];
  readonly loadBalancerIPs: readonly string[];
  readonly loadBalancerAggregation: boolean | undefined; // undefined: Calico's own, the whole range
}

/** Calico's part of the lab, in the lab's words; `design/` turns it into projectcalico.org/v3 objects. */
export interface CalicoSetup {
  readonly version: CalicoVersion;
  readonly backend: Backend;
  readonly encapsulation: Encapsulation;
  readonly switchedFrom: Encapsulation | undefined; // when the pods were made; `encapsulation` came later, on the live cluster
  readonly blockSize: number;
  readonly natOutgoing: boolean;
  /** Of the IPv6 pool, where there is one; IPv6 has no IPIP (calico.md A.2). */
  readonly encapsulation6: Exclude<Encapsulation, 'IPIP' | 'IPIPCrossSubnet'>;
  readonly blockSize6: number;
  readonly natOutgoing6: boolean;
  readonly nodeToNodeMesh: boolean;
  /** The AS of the cluster; undefined leaves Calico's own (64512). */
  readonly asNumber: number | undefined;
  /** `leaf`: the AS of the rack's leaf; a number for all; or a number for each rack or node (short name). */
  readonly nodeASNumber: 'leaf' | number | Readonly<Record<string, number>> | undefined;
  readonly peers: readonly LabPeer[];
  readonly advertise: Advertise | undefined;
  /** IP_AUTODETECTION_METHOD as written; `first-found` unless stated (calico.md A.8). */
  readonly autodetection: string;
  /** IP6_AUTODETECTION_METHOD; `first-found` unless stated. */
  readonly autodetection6?: string | undefined;
  readonly ipam: { readonly strictAffinity: boolean; readonly maxBlocksPerHost: number };
  readonly typha: boolean;
  /** CALICO_ROUTER_ID of every node: `hash`, a literal, or undefined for the node's IPv4 address (calico.md A.8). */
  readonly routerID: string | undefined;
  /** `<secret>/<key>` to the file that holds the password; what it holds is read only where a daemon's file is written. */
  readonly secrets: Readonly<Record<string, string>>;
  /** The user's own objects, as written; they win over derived ones of the same kind and name. */
  readonly resources: readonly unknown[];
}

/** A named pod; its address is computed, never stated. */
export interface LabPod {
  readonly name: string;
  /** Full node name. */
  readonly node: string;
}

/** A machine outside of the cluster, alone on a port of a router. */
export interface LabHost {
  readonly name: string;
  readonly router: Endpoint;
  readonly prefix: string;
}

/** A Kubernetes Service over TCP; pods answer on port 80. */
export interface LabService {
  readonly name: string;
  readonly type: 'ClusterIP' | 'NodePort' | 'LoadBalancer';
  readonly clusterIP: string;
  readonly port: number;
  /** Undefined for ClusterIP. */
  readonly nodePort: number | undefined;
  readonly externalIPs: readonly string[];
  readonly loadBalancerIP: string | undefined;
  readonly externalTrafficPolicy: 'Cluster' | 'Local';
  /** Names of pods. */
  readonly endpoints: readonly string[];
}

/** A lab as it was meant, complete: nothing is optional that later steps need. Plain data, JSON-safe. */
export interface Lab {
  /** The name as typed in the file: `bgp-rr`. Variants keep it, so node names and blocks stay. */
  readonly name: string;
  readonly variant: string | undefined;
  readonly title: string;
  /** `uml`: it runs in a guest with a kernel of its own. */
  readonly kernel: 'host' | 'uml';
  /** The file it was read from. */
  readonly source: string;
  readonly topology: Topology | undefined;
  readonly cluster: Cluster;
  readonly calico: CalicoSetup;
  readonly pods: readonly LabPod[];
  readonly hosts: readonly LabHost[];
  readonly services: readonly LabService[];
  /** What the kind engine needs to know beside the rest. */
  readonly kind: KindSettings;
  /** Parallel to the file's `expect:` list. */
  readonly expect: readonly Expectation[];
}

/** What `readLab` gives: the lab, its warnings, and where each of its values stood. */
export interface LoadedLab {
  readonly lab: Lab;
  readonly warnings: readonly Problem[];
  /** The place of a value by its path in the *lab document* (`['calico','peers',0,'to']`), whichever file it came from. */
  placeOf(path: readonly (string | number)[]): SourcePlace | undefined;
}
