// Owns the names and addresses Calico derives from other names: cali* interfaces, VTEP MACs, router ids, BIRD's symbols.

import { createHash } from 'node:crypto';
import type { Family } from '../base/address.ts';

function hexDigest(algorithm: 'sha1' | 'sha256', text: string): string {
  return createHash(algorithm).update(text).digest('hex');
}

/** The node's end of a pod's veth pair: `cali` and 11 hex digits of sha1("<namespace>.<pod>") (calico.md C.1). */
export function workloadInterface(namespace: string, pod: string): string {
  return `cali${hexDigest('sha1', `${namespace}.${pod}`).slice(0, 11)}`;
}

/** The MAC of a node's VXLAN device: 66: and 5 bytes of sha1(<node>), `<node>-v6` for vxlan-v6.calico (calico.md C.4). */
export function vxlanMac(node: string, family: Family = 4): string {
  const digest = hexDigest('sha1', family === 6 ? `${node}-v6` : node);
  return ['66', ...(digest.slice(0, 10).match(/../g) ?? [])].join(':');
}

/**
 * The router id of `CALICO_ROUTER_ID=hash`: the first 4 bytes of sha256(<node>), dotted (calico.md A.8). From 3.25 a
 * first byte above 223 is lowered by 32, since a router id must not look like multicast (RFC 6286 allows any).
 */
export function routerIdHash(node: string, lowered = true): string {
  const bytes = createHash('sha256').update(node).digest().subarray(0, 4);
  return [...bytes].map((byte, i) => (i === 0 && lowered && byte > 223 ? byte - 32 : byte)).join('.');
}

/** The WorkloadEndpoint's name: `<node>-k8s-<pod>-eth0`, dashes of node and pod doubled (calico.md F.2). */
export function workloadEndpointName(node: string, pod: string): string {
  return `${node.replaceAll('-', '--')}-k8s-${pod.replaceAll('-', '--')}-eth0`;
}

/** What a BGP protocol's name begins with (calico.md B.3). */
export type SessionPrefix = 'Mesh' | 'Global' | 'Node' | 'Local_Workload';

/** The BIRD protocol's name: `Node_10_1_5_1`, `Global_2001__103_port_50` (calico.md B.3). Mesh peers carry no port. */
export function protocolName(prefix: SessionPrefix, address: string, port?: number): string {
  const base = `${prefix}_${address.replaceAll(/[.:]/g, '_')}`;
  return port === undefined || prefix === 'Mesh' ? base : `${base}_port_${port}`;
}

const longestSymbol = 64;

/**
 * The BIRD function that a BGPFilter becomes: `bgp_<name>_importFilterV4`, without quotes. A name too long for BIRD's
 * 64 characters is cut and ends in 16 hex digits of its sha256 (calico.md B.4).
 */
export function filterFunctionName(filter: string, direction: 'import' | 'export', family: Family): string {
  const suffix = `_${direction}FilterV${family}`;
  const room = longestSymbol - 'bgp_'.length - suffix.length;
  if (filter.length <= room) return `bgp_${filter}${suffix}`;
  const hash = hexDigest('sha256', filter).toUpperCase().slice(0, 16);
  return `bgp_${filter.slice(0, room - hash.length - 1)}_${hash}${suffix}`;
}
