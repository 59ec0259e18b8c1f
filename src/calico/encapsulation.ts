// Owns how a packet between nodes is wrapped and who programs the route for it (calico.md 0.5, 0.7, B.5).

import { addressOf, containsPrefix, maskPrefix, parseAddress, parsePrefix } from '../base/address.ts';
import type { Generation } from './generations.ts';
import type { IPPool } from './objects.ts';

/** What is on the wire between two nodes. */
export type Wrapping = 'none' | 'ipip' | 'vxlan';

/** A pool's mode: the tunnel it may use, and whether only between subnets. */
export interface PoolMode {
  readonly tunnel: Wrapping;
  readonly crossSubnet: boolean;
}

/** Reads ipipMode and vxlanMode (calico.md A.2). */
export function poolMode({ spec }: IPPool): PoolMode {
  const { ipipMode = 'Never', vxlanMode = 'Never' } = spec;
  if (vxlanMode !== 'Never') return { tunnel: 'vxlan', crossSubnet: vxlanMode === 'CrossSubnet' };
  if (ipipMode !== 'Never') return { tunnel: 'ipip', crossSubnet: ipipMode === 'CrossSubnet' };
  return { tunnel: 'none', crossSubnet: false };
}

/** Who writes the routes of a pool's remote blocks: VXLAN always Felix, IPIP Felix from 3.33, the rest BIRD (B.5). */
export function routeOwner(pool: IPPool, generation: Generation): 'bird' | 'felix' {
  const { tunnel } = poolMode(pool);
  if (tunnel === 'vxlan') return 'felix';
  return tunnel === 'ipip' && generation.felixOwnsIpip ? 'felix' : 'bird';
}

/** Two nodes and the BGP next hop between them. */
export interface NodePair {
  /** The sending node's address with prefix length: its subnet. */
  readonly source: string;
  /** The receiving node's address. */
  readonly destination: string;
  /** The NEXT_HOP of the BGP route to the block, where there is one. */
  readonly nextHop: string | undefined;
}

/**
 * How a packet from one node to another node's block is wrapped. CrossSubnet is decided by what the owner of the
 * route looks at: BIRD tests the BGP next hop, Felix the destination node's address; the two differ behind a leaf
 * that sets itself as next hop (calico.md 0.7).
 */
export function wrappingBetween(pool: IPPool, generation: Generation, pair: NodePair): Wrapping {
  const { tunnel, crossSubnet } = poolMode(pool);
  if (tunnel === 'none' || !crossSubnet) return tunnel;
  const byNextHop = routeOwner(pool, generation) === 'bird' ? pair.nextHop : undefined;
  return isInSubnet(pair.source, byNextHop ?? pair.destination) ? 'none' : tunnel;
}

/** True when an address lies in the subnet of `address/length`. */
export function isInSubnet(own: string, other: string): boolean {
  const subnet = parsePrefix(own);
  const address = parseAddress(addressOf(other));
  return subnet !== undefined && address !== undefined && containsPrefix(maskPrefix(subnet), address);
}
