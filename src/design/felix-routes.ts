// Owns what Felix writes into a node's kernel for pools with VXLAN: routes, and who answers for a tunnel address (calico.md C.4).

import { addressOf, familyOf, inFamily, mustParsePrefix, widthOf } from '../base/address.ts';
import { poolMode, wrappingBetween } from '../calico/encapsulation.ts';
import { generationOf } from '../calico/generations.ts';
import type { IPPool } from '../calico/objects.ts';
import { contains } from './bgp.ts';
import type { Design, ExpectedRoute, NodeDesign, TunnelDesign } from './design.ts';
import type { PolicyParts } from './node-policy.ts';
import { plainRoute } from './plain-route.ts';
import { borrowedOf } from './speakers.ts';

/** What Felix's routes follow from. */
export type FelixParts = PolicyParts & Pick<Design, 'nodes'>;

/** iproute2's word for the routes that are not through a tunnel; those through one are `boot` (calico.md A.7 deviceRouteProtocol). */
const felixProtocol = '80';

/** The far end of a tunnel: a node's tunnel device, and the node's own address, where the outer packet goes. */
export interface RemoteVtep {
  readonly tunnel: TunnelDesign;
  readonly node: string;
}

/** The tunnel ends of all other nodes; Felix programs each, CrossSubnet or not (calico.md C.4). */
export function remoteVteps(nodes: readonly NodeDesign[], node: NodeDesign): readonly RemoteVtep[] {
  return nodes
    .filter(({ name }) => name !== node.name)
    .flatMap(({ tunnels, addresses }) =>
      tunnels.map((tunnel) => ({ tunnel, node: addressOf(inFamily(addresses, tunnel.family)?.address ?? '') })),
    );
}

/** Felix's routes of one node: own blocks end there, those of others are behind their tunnel or, CrossSubnet, beside. */
export function felixRoutes(parts: FelixParts, node: NodeDesign): readonly ExpectedRoute[] {
  const vxlanPool = (prefix: string): IPPool | undefined =>
    parts.pools.find((pool) => contains(pool.spec.cidr, prefix) && poolMode(pool).tunnel === 'vxlan');
  const own = node.blocks
    .filter(({ cidr }) => vxlanPool(cidr) !== undefined && mustParsePrefix(cidr).length < widthOf(familyOf(cidr)))
    .map(({ cidr }) => ({
      ...plainRoute(node.name, cidr, `${cidr} is a block of ${node.short}; addresses without a pod end here`),
      type: 'blackhole' as const,
      protocol: felixProtocol,
    }));
  const remote = parts.nodes
    .filter(({ name }) => name !== node.name)
    .flatMap((other) =>
      [...other.blocks.map(({ cidr }) => cidr), ...borrowedOf(other)].flatMap((prefix) => {
        const pool = vxlanPool(prefix);
        return pool === undefined ? [] : remoteRoute(parts, pool, { node, other }, prefix);
      }),
    );
  return [...own, ...remote];
}

interface Ends {
  readonly node: NodeDesign;
  readonly other: NodeDesign;
}

function remoteRoute(parts: FelixParts, pool: IPPool, { node, other }: Ends, prefix: string): readonly ExpectedRoute[] {
  const generation = generationOf(parts.version);
  const family = familyOf(prefix);
  const [own, far] = [node, other].map(({ addresses }) => inFamily(addresses, family));
  const [tunnel, farTunnel] = [node, other].map(({ tunnels }) => inFamily(tunnels, family));
  if (own === undefined || far === undefined || tunnel === undefined || farTunnel === undefined) return [];
  const destination = addressOf(far.address);
  const wrapping = wrappingBetween(pool, generation, { source: own.address, destination, nextHop: undefined });
  if (wrapping === 'none') {
    return [
      {
        ...plainRoute(node.name, prefix, `VXLAN CrossSubnet: ${other.short} is in the subnet of ${node.short}`),
        protocol: felixProtocol,
        onlink: true,
        nextHops: [{ via: destination, dev: own.uplink }],
      },
    ];
  }
  return [
    {
      ...plainRoute(node.name, prefix, `VXLAN: ${farTunnel.address} is the tunnel address of ${other.short}`),
      onlink: true,
      mtu: generation.tunnelRouteMtu ? tunnel.mtu : undefined,
      nextHops: [{ via: farTunnel.address, dev: tunnel.name }],
    },
  ];
}
