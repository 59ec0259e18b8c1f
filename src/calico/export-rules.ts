// Owns which routes a node announces to a BGP neighbor and with which preference, as predicates (calico.md B.4, B.5, B.8).

import { containsPrefix, parsePrefix } from '../base/address.ts';
import type { Generation } from './generations.ts';
import type { IPPool } from './objects.ts';

/** LOCAL_PREF and a route's priority, which is its kernel metric, add up to this (calico.md B.4). */
export const preferenceSum = 2147483647;

/** What a node knows of itself when it decides on a route. */
export interface ExportingNode {
  /** CIDRs of the blocks it owns. */
  readonly blocks: readonly string[];
  readonly pools: readonly IPPool[];
  readonly generation: Generation;
}

/** A route of a node's BIRD table. */
export interface ExportedRoute {
  readonly prefix: string;
  /** The interface it leaves by; undefined for blackholes and recursive next hops. */
  readonly device?: string | undefined;
  /**
   * BIRD's krt_metric; undefined: normal (1024). A kernel route without metric has 0, which is below normal, so that
   * 3.32's live migration rule lets a pod's /32 out (calico.md 0.3).
   */
  readonly metric?: number | undefined;
  /** A service's address or range that this node announces. */
  readonly service?: boolean | undefined;
}

/**
 * True when Calico's export filter lets a route pass towards a neighbor; BGP's own rules (`mayAdvertise`) come on
 * top. Own blocks pass, own pods' /32 do not, other routes inside an exportable pool do (learned blocks, borrowed
 * addresses), nothing else ever does: node and fabric subnets are not announced (calico.md B.4).
 */
export function exportsTo(route: ExportedRoute, node: ExportingNode, session: { readonly sameAs: boolean }): boolean {
  const prefix = parsePrefix(route.prefix);
  if (prefix === undefined) return false;
  if (route.device !== undefined && isHiddenDevice(route.device, node.generation, session.sameAs)) return false;
  const inside = (cidr: string) => {
    const outer = parsePrefix(cidr);
    return outer !== undefined && containsPrefix(outer, prefix);
  };
  const pools = node.pools.filter(({ spec }) => inside(spec.cidr));
  if (pools.some(({ spec }) => spec.disableBGPExport === true)) return false;
  const own = node.blocks.find(inside);
  if (own !== undefined) {
    if (parsePrefix(own)?.length === prefix.length) return true;
    const normal = node.generation.podRouteMetric ?? 1024;
    return node.generation.liveMigrationEscape && (route.metric ?? normal) < normal;
  }
  return route.service === true || pools.length > 0;
}

/** Devices whose routes Felix makes on every node by itself (calico.md B.4). */
function isHiddenDevice(device: string, generation: Generation, sameAs: boolean): boolean {
  if (generation.bpfDeviceExportRule && /^bpf.*\.cali$/.test(device)) return true;
  if (!generation.deviceRouteExportRule || !sameAs) return false;
  return /\.(cali|calico)$/.test(device) || (generation.felixOwnsIpip && device === 'tunl0');
}

/** Where a route came from and where it goes, in BGP's terms. */
export interface Advertisement {
  /** `local`: the node's own; otherwise the session it was learned from. */
  readonly from: 'local' | { readonly type: 'iBGP' | 'eBGP'; readonly reflectorClient: boolean };
  readonly to: { readonly type: 'iBGP' | 'eBGP'; readonly reflectorClient: boolean };
}

/** BGP's own rule: iBGP to iBGP only through a route reflector, from or to a client (RFC 4271 9.2, RFC 4456 6). */
export function mayAdvertise({ from, to }: Advertisement): boolean {
  if (from === 'local' || from.type === 'eBGP' || to.type === 'eBGP') return true;
  return from.reflectorClient || to.reflectorClient;
}

/**
 * The LOCAL_PREF of a route a node originates, seen by iBGP peers: 2147483647 minus the kernel metric from 3.32
 * (normal 1024: 2147482623), BGP's default 100 before (calico.md B.4). It is not sent over eBGP.
 */
export function originLocalPref(generation: Generation, metric = 1024): number {
  return generation.metricFromLocalPref ? preferenceSum - metric : generation.originLocalPref;
}

/**
 * The kernel metric of a route learned over BGP: 2147483647 minus LOCAL_PREF from 3.32 (1024 from a Calico node over
 * iBGP, 2147483547 with the default LOCAL_PREF 100), none before (calico.md 0.4, B.5).
 */
export function kernelMetric(localPref: number | undefined, generation: Generation): number | undefined {
  return generation.metricFromLocalPref ? preferenceSum - (localPref ?? 100) : undefined;
}

/** BIRD's preference of an imported route: 200 above normal LOCAL_PREF from 3.32, BGP's 100 otherwise (calico.md B.4). */
export function importPreference(localPref: number, generation: Generation): number {
  return generation.importPreference && localPref > generation.originLocalPref ? 200 : 100;
}
