// Owns a router's BGP: its id, the networks it announces, its neighbors on links and among the nodes.

import { addressOf, comparePrefixes, familyOf, inFamily, networkOf } from '../base/address.ts';
import type { Endpoint, Lab, LabPeer, TopologyRouter } from '../lab/lab.ts';
import { racksOf } from '../lab/racks.ts';
import { coveringPrefix, gatewayOf, highestAddress } from './addressing.ts';
import { hostPrefix } from './borrowed.ts';
import type { Interface, NodeDesign, RouterDesign, RouterNeighbor } from './design.ts';
import { designVyosRouter } from './router-vyos.ts';
import { ownAddressTowards } from './speakers.ts';

/** Routers of a lab, complete; neighbors among the nodes follow from the nodes' computed sessions, not from the lab. */
export function designRouters(
  lab: Lab,
  interfaces: ReadonlyMap<string, readonly Interface[]>,
  nodes: readonly NodeDesign[],
): readonly RouterDesign[] {
  const routers = lab.topology?.routers ?? [];
  return routers.map((router) => designRouter(lab, router, interfaces, nodes));
}

function designRouter(
  lab: Lab,
  router: TopologyRouter,
  interfaces: ReadonlyMap<string, readonly Interface[]>,
  nodes: readonly NodeDesign[],
): RouterDesign {
  if (router.vyos !== undefined) return designVyosRouter(lab, router, router.vyos, interfaces, nodes);
  const own = interfaces.get(router.name) ?? [];
  const ports = own.filter(({ name }) => name !== 'eth0').flatMap(({ addresses }) => addresses);
  const neighbors = [...linkNeighbors(lab, router, interfaces), ...nodeNeighbors(lab, router, ports, nodes)];
  return {
    kind: 'router',
    name: router.name,
    asNumber: router.asNumber,
    // FRR takes the highest address it sees, the management network's included (truth/bgp-rr/spine0: 172.20.20.3).
    routerId: router.routerId ?? highestAddress(own.flatMap(({ addresses }) => addresses)) ?? '0.0.0.0',
    interfaces: own,
    networks: lab.topology?.bgp.networks === 'connected' ? ports.map(networkOf).toSorted(comparePrefixes) : [],
    neighbors: neighbors.toSorted((a, b) => comparePrefixes(hostPrefix(a.address), hostPrefix(b.address))),
    multipathRelax: lab.topology?.bgp.multipathRelax ?? false,
    timers: lab.topology?.bgp.timers,
    sourceNat: sourceNatOf(lab, router),
    defaultGateway: addressOf(gatewayOf(lab.cluster.network.outside)),
    filter: router.filter,
    config: router.config,
  };
}

/** The far ends of a router's links, in eBGP or iBGP as the AS numbers are. */
function linkNeighbors(
  lab: Lab,
  router: TopologyRouter,
  interfaces: ReadonlyMap<string, readonly Interface[]>,
): RouterNeighbor[] {
  const neighbors: RouterNeighbor[] = [];
  const addressesAt = (end: Endpoint | undefined): readonly string[] =>
    interfaces.get(end?.machine ?? '')?.find(({ name }) => name === end?.interface)?.addresses ?? [];
  for (const { endpoints } of lab.topology?.links ?? []) {
    const near = endpoints.find(({ machine }) => machine === router.name);
    const far = endpoints.find(({ machine }) => machine !== router.name);
    const peer = lab.topology?.routers.find(({ name }) => name === far?.machine);
    if (near === undefined || peer?.asNumber === undefined) continue;
    const families = new Set(addressesAt(near).map(familyOf));
    for (const address of addressesAt(far)) {
      if (!families.has(familyOf(address))) continue;
      neighbors.push({
        address: addressOf(address),
        machine: peer.name,
        remoteAs: peer.asNumber,
        reflectorClient: false,
        nextHopSelf: false,
        bfd: lab.topology?.bgp.bfd,
      });
    }
  }
  return neighbors;
}

/** Every node that has a session with one of the router's addresses (calico.md B.9, E.4). */
function nodeNeighbors(
  lab: Lab,
  router: TopologyRouter,
  ports: readonly string[],
  nodes: readonly NodeDesign[],
): RouterNeighbor[] {
  const own = new Set(ports.map(addressOf));
  const neighbors = new Map<string, RouterNeighbor>();
  for (const node of nodes) {
    const flags = flagsFor(lab.calico.peers, router.name, racksOf(node));
    for (const peer of [...node.peers.ipv4, ...node.peers.ipv6]) {
      if (!own.has(peer.address)) continue;
      const nodeAddress = inFamily(node.addresses, familyOf(peer.address))?.address ?? '';
      const onLink = ownAddressTowards(node.interfaces, peer.address)?.address;
      const address = peer.sourceAddress ?? onLink ?? addressOf(nodeAddress);
      const remoteAs = peer.localAs ?? node.peers.localAs;
      const isInternal = remoteAs === router.asNumber;
      neighbors.set(address, {
        address,
        machine: node.name,
        remoteAs,
        reflectorClient: flags.reflector && isInternal,
        nextHopSelf: flags.nextHopSelf,
        bfd: undefined,
        ...(node.listenPort === undefined ? {} : { port: node.listenPort }),
        ...(peer.ttlSecurity && typeof peer.multihop === 'number' ? { ttlSecurity: peer.multihop } : {}),
        ...(peer.password === undefined ? {} : { password: peer.password }),
      });
    }
  }
  return [...neighbors.values()];
}

function flagsFor(peers: readonly LabPeer[], router: string, racks: readonly string[]) {
  const matching = peers.filter((peer) => peer.to === router && (peer.rack === undefined || racks.includes(peer.rack)));
  return {
    reflector: matching.some(({ reflector }) => reflector),
    nextHopSelf: matching.some(({ nextHopSelf }) => nextHopSelf),
  };
}

/** Leaves translate the fabric's addresses on their way outside, as the original labs' rule 100 does. */
function sourceNatOf(lab: Lab, router: TopologyRouter): RouterDesign['sourceNat'] {
  const isLeaf = lab.topology?.racks.some(({ leaf }) => leaf.machine === router.name) ?? false;
  const prefixes = [...(lab.topology?.racks ?? []), ...(lab.topology?.links ?? [])].map(({ prefix }) => prefix);
  const source = coveringPrefix(prefixes);
  return isLeaf && source !== undefined ? { source, interface: 'eth0' } : undefined;
}
