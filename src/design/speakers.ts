// Owns who speaks BGP in a lab: speakers from routers and nodes, and the sessions that both of their ends configure.

import { addressOf, familyOf, inFamily } from '../base/address.ts';
import type { CalicoPeer } from '../calico/peer.ts';
import { linkLocalOf } from './addressing.ts';
import { type BgpEnd, type BgpSession, type BgpSpeaker, contains } from './bgp.ts';
import { borrowedOf, hostPrefix } from './borrowed.ts';
import type { Interface, NodeDesign, RouterDesign, RouterNeighbor } from './design.ts';
import { loopback } from './interfaces.ts';
import { nodePolicy, type PolicyParts } from './node-policy.ts';
import { defaultRoutesOf, inMainTable, isSubnet, subnetsOf } from './own-routes.ts';
import { announcedBy } from './services.ts';

/** The parts of a design that BGP follows from. */
export type BgpParts = PolicyParts & {
  readonly nodes: readonly NodeDesign[];
  readonly routers: readonly RouterDesign[];
};

/** Every router and node as a speaker, routers first. */
export function speakersOf(parts: BgpParts): readonly BgpSpeaker[] {
  return [...parts.routers.map(routerSpeaker), ...parts.nodes.map((node) => nodeSpeaker(parts, node))];
}

function routerSpeaker(router: RouterDesign): BgpSpeaker {
  return {
    name: router.name,
    dialect: 'frr',
    multipathRelax: router.multipathRelax,
    originates: new Set(router.networks),
    owns: new Set(router.networks),
    subnets: subnetsOf(inMainTable(router)),
    defaultRoutes: [],
    exportTo: (route) => route,
    importFrom: (route) => route,
  };
}

function nodeSpeaker(parts: BgpParts, node: NodeDesign): BgpSpeaker {
  const subnets = subnetsOf(node.interfaces);
  const own = node.interfaces.filter(({ name }) => name === loopback).flatMap(({ addresses }) => addresses);
  const connected = [...subnets.map(({ prefix }) => prefix), ...own];
  const blocks = [...node.blocks.map(({ cidr }) => cidr), ...borrowedOf(node), ...announcedBy(parts, node)];
  // Only a BGPFilter can let out what else BIRD learns from the kernel: without one nobody needs to be asked.
  const hasFilters = [...node.peers.ipv4, ...node.peers.ipv6].some(({ filters = [] }) => filters.length > 0);
  const ownPods = hasFilters
    ? node.pods.flatMap(({ addresses }) => addresses.map(({ address }) => hostPrefix(address)))
    : [];
  return {
    name: node.name,
    dialect: 'bird',
    multipathRelax: false,
    originates: new Set(hasFilters ? [...blocks, ...connected, ...ownPods] : blocks),
    owns: new Set([...blocks, ...connected, ...ownPods]),
    subnets,
    defaultRoutes: defaultRoutesOf(node),
    ...nodePolicy(parts, node),
  };
}

/** One configured neighbor, before the other end is known to agree. */
interface HalfSession {
  readonly end: BgpEnd;
  readonly remote: string;
  readonly remoteAs: number;
  /** Over eBGP it must be on a connected subnet: FRR without ebgp-multihop, BIRD without `multihop`. */
  readonly mustBeDirect: boolean;
  readonly isDirect: boolean;
}

/**
 * The sessions that come up: both ends name each other's address and AS, and reach each other as they must. A neighbor
 * that only one end configures is the design's problem to report, and no session.
 */
export function sessionsOf(parts: BgpParts): readonly BgpSession[] {
  const ofNodes = parts.nodes.flatMap(nodeHalves);
  const beyond = beyondFabric(parts.nodes);
  const ofRouters = parts.routers
    .flatMap((router) => routerHalves(router, ofNodes))
    .filter(({ remote, isDirect }) => isDirect || !beyond.has(remote));
  const halves = [...ofRouters, ...ofNodes];
  const byAddresses = new Map<string, Map<string, HalfSession>>();
  for (const half of halves) {
    const own = byAddresses.get(half.end.address) ?? new Map<string, HalfSession>();
    byAddresses.set(half.end.address, own.set(half.remote, half));
  }
  const sessions: BgpSession[] = [];
  const seen = new Set<HalfSession>();
  for (const half of halves) {
    const other = byAddresses.get(half.remote)?.get(half.end.address);
    if (other === undefined || seen.has(other) || other === half) continue;
    seen.add(half);
    if (!agree(half, other)) continue;
    const type = half.end.asNumber === other.end.asNumber ? 'iBGP' : 'eBGP';
    sessions.push({ a: half.end, b: other.end, type, family: familyOf(half.remote) });
  }
  return sessions;
}

/** Addresses of nodes on Docker's network, to which no router has a way; by address, the node. */
export function beyondFabric(nodes: readonly NodeDesign[]): ReadonlyMap<string, NodeDesign> {
  return new Map(
    nodes.flatMap((node) =>
      node.addresses.flatMap(({ uplink, address }) => (uplink === 'eth0' ? [[addressOf(address), node] as const] : [])),
    ),
  );
}

function agree(a: HalfSession, b: HalfSession): boolean {
  if (a.remoteAs !== b.end.asNumber || b.remoteAs !== a.end.asNumber) return false;
  const isExternal = a.end.asNumber !== b.end.asNumber;
  return !isExternal || [a, b].every(({ mustBeDirect, isDirect }) => isDirect || !mustBeDirect);
}

function routerHalves(router: RouterDesign, ofNodes: readonly HalfSession[]): readonly HalfSession[] {
  const { asNumber } = router;
  if (asNumber === undefined) return [];
  const own = new Set(router.interfaces.flatMap(({ addresses }) => addresses.map(addressOf)));
  return router.neighbors.map((neighbor) => {
    const direct = ownAddressTowards(router.interfaces, neighbor.address);
    // A neighbor further away opens the session to whichever address it was given.
    const asked = ofNodes.find(({ end, remote }) => end.address === neighbor.address && own.has(remote));
    const end: BgpEnd = {
      machine: router.name,
      address: neighbor.source ?? direct?.address ?? asked?.remote ?? router.routerId,
      linkLocal: direct?.linkLocal,
      asNumber,
      routerId: router.routerId,
      hasClient: neighbor.reflectorClient,
      clusterId: router.routerId,
      nextHop: neighbor.nextHopSelf ? 'self' : 'auto',
      allowLocalAs: neighbor.allowLocalAs ?? 0,
      asOverride: neighbor.asOverride ?? false,
      echoes: router.neighbors.some((other) => other !== neighbor && sharesUpdateGroup(router, neighbor, other)),
      filters: [],
    };
    return {
      end,
      remote: neighbor.address,
      remoteAs: neighbor.remoteAs,
      mustBeDirect: neighbor.multihop !== true,
      isDirect: direct !== undefined,
    };
  });
}

/** Neighbors with equal outbound configuration get the same UPDATEs from FRR, its sender included. */
function sharesUpdateGroup(router: RouterDesign, a: RouterNeighbor, b: RouterNeighbor): boolean {
  const isInternal = ({ remoteAs }: RouterNeighbor): boolean => remoteAs === router.asNumber;
  const sameFlags = a.reflectorClient === b.reflectorClient && a.nextHopSelf === b.nextHopSelf;
  return sameFlags && isInternal(a) === isInternal(b) && a.address.includes(':') === b.address.includes(':');
}

function nodeHalves(node: NodeDesign): readonly HalfSession[] {
  return [...node.peers.ipv4, ...node.peers.ipv6].map((peer) => {
    const mustBeDirect = peer.multihop === false;
    const isAsked = mustBeDirect || peer.sourceAddress === undefined;
    const direct = isAsked ? ownAddressTowards(node.interfaces, peer.address) : undefined;
    return {
      end: nodeEnd(node, peer, direct),
      remote: peer.address,
      remoteAs: peer.as,
      mustBeDirect,
      isDirect: direct !== undefined,
    };
  });
}

function nodeEnd(node: NodeDesign, peer: CalicoPeer, direct: OwnAddress | undefined): BgpEnd {
  return {
    machine: node.name,
    address:
      peer.sourceAddress ??
      direct?.address ??
      addressOf(inFamily(node.addresses, familyOf(peer.address))?.address ?? ''),
    // BIRD tells it over a session without `multihop` only.
    linkLocal: peer.multihop === false ? direct?.linkLocal : undefined,
    asNumber: peer.localAs ?? node.peers.localAs,
    routerId: node.peers.routerId,
    hasClient: peer.rrClient === true,
    clusterId: peer.rrClusterId ?? node.peers.routerId,
    nextHop: peer.nextHop ?? 'auto',
    allowLocalAs: peer.allowLocalAs ?? 0,
    asOverride: false,
    echoes: false,
    filters: peer.filters ?? [],
  };
}

/** What a machine is called on the link it shares with a neighbor. */
interface OwnAddress {
  readonly address: string;
  /** Over IPv6. */
  readonly linkLocal: string | undefined;
}

/** The machine's own addresses on the subnet of another address. */
export function ownAddressTowards(interfaces: readonly Interface[], remote: string): OwnAddress | undefined {
  for (const { addresses, mac } of interfaces) {
    const own = addresses.find((address) => isSubnet(address) && contains(address, remote));
    if (own === undefined) continue;
    const linkLocal = familyOf(own) === 6 && mac !== undefined ? linkLocalOf(mac) : undefined;
    return { address: addressOf(own), linkLocal };
  }
  return undefined;
}
