// Owns the design of a router that has a VyOS configuration: everything it says, and who its neighbors are in this lab.

import { addressOf, containsPrefix, mustParseAddress, mustParsePrefix } from '../base/address.ts';
import type { Lab, TopologyRouter } from '../lab/lab.ts';
import type { VyosNeighbor, VyosRouter } from '../lab/vyos/router.ts';
import { gatewayOf, highestAddress } from './addressing.ts';
import type { Interface, NodeDesign, RouterDesign, RouterNeighbor } from './design.ts';
import { loopbacksOf } from './vyos-ports.ts';

/** A machine as its neighbors find it. */
interface Found {
  readonly name: string;
  readonly asNumber: number | undefined;
}

/** Designs such a router. Neighbors without a machine are left out: `checkVyosRouters` names them. */
export function designVyosRouter(
  lab: Lab,
  router: TopologyRouter,
  vyos: VyosRouter,
  interfaces: ReadonlyMap<string, readonly Interface[]>,
  nodes: readonly NodeDesign[],
): RouterDesign {
  const own = [...(interfaces.get(router.name) ?? []), ...loopbacksOf(vyos)];
  const { bgp } = vyos;
  const owners = ownersOf(lab, interfaces, nodes);
  return {
    kind: 'router',
    name: router.name,
    asNumber: bgp?.asNumber,
    routerId: bgp?.routerId ?? routerIdOf(own) ?? '0.0.0.0',
    interfaces: own,
    networks: bgp?.networks ?? [],
    neighbors: bgp === undefined ? [] : [...statedNeighbors(vyos, owners, own), ...callers(router, vyos, nodes, own)],
    multipathRelax: bgp?.multipathRelax ?? false,
    sourceNat: undefined,
    defaultGateway: addressOf(gatewayOf(lab.cluster.network.outside)),
    config: [],
    vyos,
  };
}

/** zebra takes the highest loopback address, else the highest of all. */
function routerIdOf(own: readonly Interface[]): string | undefined {
  const loopback = own.filter(({ name }) => name === 'lo').flatMap(({ addresses }) => addresses);
  return highestAddress(loopback) ?? highestAddress(own.flatMap(({ addresses }) => addresses));
}

/** Who has an address: routers with their AS, nodes with theirs. */
export function ownersOf(
  lab: Lab,
  interfaces: ReadonlyMap<string, readonly Interface[]>,
  nodes: readonly NodeDesign[],
): ReadonlyMap<string, Found> {
  const owners = new Map<string, Found>();
  for (const router of lab.topology?.routers ?? []) {
    const loopbacks = router.vyos === undefined ? [] : loopbacksOf(router.vyos);
    for (const { addresses } of [...(interfaces.get(router.name) ?? []), ...loopbacks])
      for (const address of addresses) owners.set(addressOf(address), router);
  }
  for (const node of nodes) {
    for (const { addresses } of node.interfaces)
      for (const address of addresses)
        owners.set(addressOf(address), { name: node.name, asNumber: node.peers.localAs });
  }
  return owners;
}

function statedNeighbors(
  { bgp }: VyosRouter,
  owners: ReadonlyMap<string, Found>,
  own: readonly Interface[],
): readonly RouterNeighbor[] {
  return (bgp?.neighbors ?? []).flatMap((stated): RouterNeighbor[] => {
    const owner = owners.get(stated.peer);
    const remoteAs = remoteAsOf(stated, bgp?.asNumber, owner?.asNumber);
    const speaks = stated.families.includes('ipv4 unicast');
    if (owner === undefined || remoteAs === undefined || !stated.isExpected || !speaks) return [];
    return [neighborOf(stated, stated.peer, owner.name, remoteAs, own)];
  });
}

function remoteAsOf({ remoteAs }: VyosNeighbor, own: number | undefined, far: number | undefined): number | undefined {
  if (remoteAs === 'internal') return own;
  return remoteAs === 'external' ? (far === own ? undefined : far) : remoteAs;
}

function neighborOf(
  stated: VyosNeighbor,
  address: string,
  machine: string,
  remoteAs: number,
  own: readonly Interface[],
): RouterNeighbor {
  const source = own.find(({ name }) => name === stated.source)?.addresses[0] ?? stated.source;
  return {
    address,
    machine,
    remoteAs,
    reflectorClient: stated.isReflectorClient,
    nextHopSelf: stated.isNextHopSelf,
    multihop: stated.isMultihop,
    source: source === undefined ? undefined : addressOf(source),
    allowLocalAs: stated.allowLocalAs,
    asOverride: stated.isAsOverride,
  };
}

/** Nodes that peer with the router and call from one of its listen ranges. */
function callers(
  router: TopologyRouter,
  { bgp }: VyosRouter,
  nodes: readonly NodeDesign[],
  own: readonly Interface[],
): readonly RouterNeighbor[] {
  const known = new Set(bgp?.neighbors.map(({ peer }) => peer));
  const addresses = new Set(own.flatMap(({ addresses: all }) => all.map(addressOf)));
  return nodes.flatMap((node): RouterNeighbor[] => {
    const peer = node.peers.ipv4.find(({ address }) => addresses.has(address));
    const from = peer?.sourceAddress ?? addressOf(node.addresses[0].address);
    const range = bgp?.listens.find(({ prefix }) => containsPrefix(mustParsePrefix(prefix), mustParseAddress(from)));
    if (peer === undefined || range === undefined || known.has(from)) return [];
    const remoteAs = remoteAsOf(range.neighbor, router.asNumber, peer.localAs ?? node.peers.localAs);
    return remoteAs === undefined ? [] : [neighborOf(range.neighbor, from, node.name, remoteAs, own)];
  });
}
