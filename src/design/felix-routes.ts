// Owns what Felix writes into a node's kernel for pools with tunnels: routes, and who answers for a tunnel address (calico.md C.3, C.4).

import { addressOf, familyOf, inFamily, mustParsePrefix, widthOf } from '../base/address.ts';
import { poolMode, routeOwner, wrappingBetween } from '../calico/encapsulation.ts';
import type { IPPool } from '../calico/objects.ts';
import { generationIn } from '../calico/route-owner.ts';
import { contains } from './bgp.ts';
import { borrowedOf } from './borrowed.ts';
import type { ExpectedRoute } from './convergence.ts';
import type { Design, NodeDesign } from './design.ts';
import type { PolicyParts } from './node-policy.ts';
import { plainRoute } from './plain-route.ts';
import type { VxlanDesign } from './tunnel.ts';

/** What Felix's routes follow from. */
export type FelixParts = PolicyParts & Pick<Design, 'nodes'>;

/** iproute2's word for Felix's routes but those through VXLAN, which are `boot` (calico.md A.7 deviceRouteProtocol). */
export const felixProtocol = '80';

/** The far end of a VXLAN tunnel: a node's tunnel device, and the node's own address, where the outer packet goes. */
export interface RemoteVtep {
  readonly tunnel: VxlanDesign;
  readonly node: string;
}

/** A node's VXLAN devices: one a family at most. */
export function vxlansOf(node: NodeDesign): readonly VxlanDesign[] {
  return node.tunnels.filter((tunnel) => tunnel.name !== 'tunl0');
}

/** The VXLAN tunnel ends of all other nodes; Felix programs each, CrossSubnet or not (calico.md C.4). */
export function remoteVteps(nodes: readonly NodeDesign[], node: NodeDesign): readonly RemoteVtep[] {
  return nodes
    .filter(({ name }) => name !== node.name)
    .flatMap((other) =>
      vxlansOf(other).map((tunnel) => ({
        tunnel,
        node: addressOf(inFamily(other.addresses, tunnel.family)?.address ?? ''),
      })),
    );
}

/** Whether a prefix's routes are Felix's, whatever BIRD knows of it. */
export function isFelixs(parts: Pick<FelixParts, 'pools' | 'version' | 'objects'>, prefix: string): boolean {
  return felixPools(parts).some(({ spec }) => contains(spec.cidr, prefix));
}

function felixPools({ pools, version, objects }: Pick<FelixParts, 'pools' | 'version' | 'objects'>): readonly IPPool[] {
  const generation = generationIn(version, objects);
  return pools.filter((pool) => routeOwner(pool, generation) === 'felix');
}

/** Felix's routes of one node: own blocks end there, those of others are behind their tunnel or, CrossSubnet, beside. */
export function felixRoutes(parts: FelixParts, node: NodeDesign): readonly ExpectedRoute[] {
  const pools = felixPools(parts);
  if (pools.length === 0) return [];
  const felixPool = (prefix: string): IPPool | undefined => pools.find(({ spec }) => contains(spec.cidr, prefix));
  const own = node.blocks
    .filter(({ cidr }) => felixPool(cidr) !== undefined && mustParsePrefix(cidr).length < widthOf(familyOf(cidr)))
    .map(({ cidr }) => ({
      ...plainRoute(node.name, cidr, `${cidr} is a block of ${node.short}; addresses without a pod end here`),
      type: 'blackhole' as const,
      protocol: felixProtocol,
    }));
  const remote = parts.nodes
    .filter(({ name }) => name !== node.name)
    .flatMap((other) =>
      [...other.blocks.map(({ cidr }) => cidr), ...borrowedOf(other)].flatMap((prefix) => {
        const pool = felixPool(prefix);
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
  const generation = generationIn(parts.version, parts.objects);
  const family = familyOf(prefix);
  const [own, far] = [node, other].map(({ addresses }) => inFamily(addresses, family));
  const isIpip = poolMode(pool).tunnel === 'ipip';
  const [tunnel, farTunnel] = [node, other].map(({ tunnels }) =>
    inFamily(
      tunnels.filter(({ name }) => (name === 'tunl0') === isIpip),
      family,
    ),
  );
  if (own === undefined || far === undefined) return [];
  if (tunnel?.address === undefined || farTunnel?.address === undefined) return [];
  const destination = addressOf(far.address);
  const wrapping = wrappingBetween(pool, generation, { source: own.address, destination, nextHop: undefined });
  if (wrapping === 'none') {
    const mode = `${isIpip ? 'IPIP' : 'VXLAN'} CrossSubnet`;
    return [
      {
        ...plainRoute(node.name, prefix, `${mode}: ${other.short} is in the subnet of ${node.short}`),
        protocol: felixProtocol,
        onlink: true,
        nextHops: [{ via: destination, dev: own.uplink }],
      },
    ];
  }
  const because = isIpip
    ? `IPIP: the outer packet goes to ${other.short} itself (${destination})`
    : `VXLAN: ${farTunnel.address} is the tunnel address of ${other.short}`;
  return [
    {
      ...plainRoute(node.name, prefix, because),
      ...(isIpip ? { protocol: felixProtocol } : {}),
      onlink: true,
      mtu: generation.tunnelRouteMtu ? tunnel.mtu : undefined,
      nextHops: [{ via: isIpip ? destination : farTunnel.address, dev: tunnel.name }],
    },
  ];
}
