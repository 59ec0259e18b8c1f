// Owns what a lab *is*, computed: machines, addresses, AS numbers, Calico's objects.

import type { Family } from '../base/address.ts';
import type { CalicoObject, IPPool } from '../calico/objects.ts';
import type { NodePeers } from '../calico/peer.ts';
import type {
  Backend,
  Bfd,
  BgpTimers,
  CalicoVersion,
  Endpoint,
  Expectation,
  LabPeer,
  LabService,
  RouterFilter,
} from '../lab/lab.ts';
import type { Netem } from '../lab/netem.ts';
import type { VyosRouter } from '../lab/vyos/router.ts';
import type { Expected } from './convergence.ts';
import type { Earlier } from './earlier.ts';
import type { TunnelDesign } from './tunnel.ts';

/** What a link is for; it decides names, MTU and who sees it. */
export type LinkRole = 'fabric' | 'rack' | 'node-network' | 'outside' | 'pod' | 'host';

/** One veth pair. Each end is created directly in its machine. */
export interface Link {
  /** `leaf0:eth1--spine0:eth1`: unique in the lab. */
  readonly name: string;
  readonly ends: readonly [Endpoint, Endpoint];
  /** What passes both ways: the smaller of its ends' MTUs. */
  readonly mtu: number;
  readonly role: LinkRole;
}

/** An interface of a machine, in the order in which it is registered (it decides a traceroute's first hop). */
export interface Interface {
  readonly name: string;
  /** With prefix length. */
  readonly addresses: readonly string[];
  readonly mtu: number;
  readonly mac: string | undefined;
  readonly link: string;
  /** What it does to the packets it sends; undefined: nothing. */
  readonly netem?: Netem | undefined;
}

/** A pod's block or a tunnel's: which node owns it, from which pool. */
export interface Block {
  readonly cidr: string;
  readonly node: string;
  readonly pool: string;
}

/** What a node is in one address family: its Calico address, the interface that has it, the default route beside it. */
export interface NodeAddress {
  readonly family: Family;
  /** With prefix length; the mask decides what is the node's own subnet (calico.md A.6). */
  readonly address: string;
  readonly uplink: string;
  readonly gateway: string;
  /** The ways by the other leaves of a node in several racks, whose address is on its loopback; ECMP with the first. */
  readonly otherWays?: readonly { readonly uplink: string; readonly gateway: string }[];
}

/** A Kubernetes node: BIRD, kernel routes and rules as calico-node sets them up. */
export interface NodeDesign {
  readonly kind: 'node';
  readonly name: string;
  readonly short: string;
  readonly role: 'control-plane' | 'worker';
  readonly rack: string | undefined;
  readonly uplinkRacks?: readonly string[] | undefined;
  /** eth0 first (Docker's network), then net0 where there is a fabric; a loopback only where it has an address of its own. */
  readonly interfaces: readonly Interface[];
  /** IPv4 first, always there; IPv6 in a dual-stack cluster. */
  readonly addresses: readonly [NodeAddress, ...NodeAddress[]];
  readonly labels: Readonly<Record<string, string>>;
  readonly peers: NodePeers;
  /** Where BIRD listens when it is not BGP's own 179 (calico.md A.3). */
  readonly listenPort?: number | undefined;
  readonly blocks: readonly Block[];
  /** One for each kind of tunnel and family that a pool gave the node an address for, else none. */
  readonly tunnels: readonly TunnelDesign[];
  /** Pods on it, in order of allocation. */
  readonly pods: readonly PodDesign[];
}

/** One neighbor of a router. */
export interface RouterNeighbor {
  readonly address: string;
  /** The machine behind the address, for descriptions. */
  readonly machine: string;
  readonly remoteAs: number;
  readonly reflectorClient: boolean;
  readonly nextHopSelf: boolean;
  /** eBGP with a neighbor that is on no connected subnet. */
  readonly multihop?: boolean | undefined;
  /** The router's own address of the session; otherwise the one on the neighbor's subnet. */
  readonly source?: string | undefined;
  /** How often the router's own AS may stand in a path it accepts (allowas-in). */
  readonly allowLocalAs?: number | undefined;
  /** The router puts its own AS in the neighbor's place (as-override). */
  readonly asOverride?: boolean | undefined;
  /** BFD (RFC 5880) watches the neighbor; only routers have it, Calico's BIRD does not. */
  readonly bfd?: Bfd | undefined;
  /** What the node's own end demands of the router's: its listen port, GTSM hops (RFC 5082), TCP MD5 (RFC 2385). */
  readonly port?: number | undefined;
  readonly ttlSecurity?: number | undefined;
  /** `<secret>/<key>`. */
  readonly password?: string | undefined;
}

/** A router: FRR on the netns engine, VyOS or FRR on the kind engine. */
export interface RouterDesign {
  readonly kind: 'router';
  readonly name: string;
  /** Undefined: it speaks no BGP. */
  readonly asNumber: number | undefined;
  readonly routerId: string;
  /** eth0 (outside) first, then fabric and rack ports. */
  readonly interfaces: readonly Interface[];
  /** Network statements (never redistribute). */
  readonly networks: readonly string[];
  readonly neighbors: readonly RouterNeighbor[];
  readonly multipathRelax: boolean;
  /** Offered to every neighbor; undefined: FRR's own, 60 and 180 seconds. */
  readonly timers?: BgpTimers | undefined;
  /** Source prefix that is translated when it leaves by eth0, as the original labs do. */
  readonly sourceNat: { readonly source: string; readonly interface: string } | undefined;
  /** Gateway of the silent outside network. */
  readonly defaultGateway: string;
  /** What it drops of its own packets and of those that pass. */
  readonly filter?: readonly RouterFilter[] | undefined;
  readonly config: readonly string[];
  /** Its own VyOS configuration: given to VyOS as it is, run as its lines of FRR elsewhere. */
  readonly vyos?: VyosRouter | undefined;
}

/** A bridge in a switch; `address` is the gateway's where the bridge answers for the network (Docker's, the outside). */
export interface Bridge {
  readonly name: string;
  readonly addresses: readonly string[];
  readonly ports: readonly string[];
  readonly mtu: number;
}

/** Layer-2 switches: `switch` joins racks and Docker's networks; nothing is forwarded between its bridges. */
export interface SwitchDesign {
  readonly kind: 'switch';
  readonly name: string;
  readonly bridges: readonly Bridge[];
}

/** A pod's address in one family, without prefix length, and the block it comes from. */
export interface PodAddress {
  readonly family: Family;
  readonly address: string;
  readonly block: string;
}

/** A pod. `interface` is the node's end of its veth pair (calico.md C.1). */
export interface PodDesign {
  readonly kind: 'pod';
  readonly name: string;
  readonly namespace: string;
  readonly node: string;
  /** One in each family that has a pool for it (calico.md D.7), IPv4 first. */
  readonly addresses: readonly [PodAddress, ...PodAddress[]];
  readonly interface: string;
  readonly mtu: number;
  readonly mac: string;
}

/** A machine outside of the cluster: one port, one address, a default route to the router it hangs on. */
export interface HostDesign {
  readonly kind: 'host';
  readonly name: string;
  readonly interfaces: readonly Interface[];
  readonly addresses: readonly [NodeAddress, ...NodeAddress[]];
}

/** A service with its endpoints. */
export interface ServiceDesign extends Omit<LabService, 'endpoints'> {
  readonly endpoints: readonly { readonly pod: string; readonly node: string; readonly address: string }[];
}

/** Anything that has a network namespace of its own. */
export type Machine = NodeDesign | RouterDesign | SwitchDesign | PodDesign | HostDesign;

/** What a lab is. Plain data, JSON-safe, deterministic: same Lab, same bytes. */
export interface Design {
  readonly lab: string;
  readonly variant: string | undefined;
  readonly title: string;
  readonly version: CalicoVersion;
  readonly backend: Backend;
  readonly nodes: readonly NodeDesign[];
  readonly routers: readonly RouterDesign[];
  readonly switches: readonly SwitchDesign[];
  readonly pods: readonly PodDesign[];
  readonly hosts: readonly HostDesign[];
  readonly services: readonly ServiceDesign[];
  /** kube-proxy's clusterCIDR: the sources it takes for pods. */
  readonly podSubnet: string;
  readonly links: readonly Link[];
  /** Derived and user's objects, the user's winning: what a real cluster would be given. */
  readonly objects: readonly CalicoObject[];
  readonly pools: readonly IPPool[];
  /** Pools and settings that the lab had before these, on the live cluster: pods and tunnels keep what those gave them. */
  readonly earlier: Earlier;
  readonly blocks: readonly Block[];
  readonly labPeers: readonly LabPeer[];
  /** `<secret>/<key>` to the file with the password, for those that a session needs. */
  readonly secrets: Readonly<Record<string, string>>;
  readonly expected: Expected;
  readonly expect: readonly Expectation[];
}

/** Every machine with its own namespace: routers, switches, nodes, pods, hosts, in this order. */
export function machinesOf(design: Design): readonly Machine[] {
  return [...design.routers, ...design.switches, ...design.nodes, ...design.pods, ...design.hosts];
}

/** Finds a machine by full name, by a node's short name, or undefined. */
export function findMachine(design: Design, name: string): Machine | undefined {
  return machinesOf(design).find(
    (machine) => machine.name === name || (machine.kind === 'node' && machine.short === name),
  );
}
