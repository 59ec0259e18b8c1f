// Owns the sysctls of machines: a new namespace copies the host's, so every one that a real machine shows is written.

import { inFamily } from '../../base/address.ts';
import type { NodeDesign, RouterDesign } from '../../design/design.ts';

/** Path below /proc/sys and value. */
export type Sysctl = readonly [string, number];

interface Scope {
  readonly v4?: Readonly<Record<string, number>>;
  readonly v6?: Readonly<Record<string, number>>;
  readonly proxyDelay?: number;
}

const v4Defaults = {
  forwarding: 1,
  rp_filter: 1,
  proxy_arp: 0,
  proxy_arp_pvlan: 0,
  route_localnet: 0,
  accept_redirects: 1,
  send_redirects: 1,
  accept_local: 0,
  arp_ignore: 0,
  arp_announce: 0,
};

const v6Defaults = { forwarding: 0, proxy_ndp: 0, disable_ipv6: 0, accept_dad: 1, accept_ra: 1 };

function scopeLines(name: string, scope: Scope): readonly Sysctl[] {
  const v4 = Object.entries({ ...v4Defaults, ...scope.v4 });
  const v6 = Object.entries({ ...v6Defaults, ...scope.v6 });
  return [
    ...v4.map(([key, value]): Sysctl => [`net/ipv4/conf/${name}/${key}`, value]),
    ...v6.map(([key, value]): Sysctl => [`net/ipv6/conf/${name}/${key}`, value]),
    ...(scope.proxyDelay === undefined ? [] : [[`net/ipv4/neigh/${name}/proxy_delay`, scope.proxyDelay] as Sysctl]),
  ];
}

/**
 * A kind node's sysctls after calico-node and the CNI plugin (calico.md C.1, G.7; truth: sysctl.txt of real nodes).
 * Docker disables IPv6 on `all` and `default` of a container; containerlab's link turns it on again.
 */
export function nodeSysctls(node: NodeDesign): readonly Sysctl[] {
  const v6Off = hasIpv6(node) ? 0 : 1;
  const forwarding = inFamily(node.addresses, 6) === undefined ? 0 : 1;
  return [
    ['net/ipv4/ip_forward', 1],
    ['net/ipv4/fib_multipath_hash_policy', 0],
    ['net/ipv4/fib_multipath_use_neigh', 0],
    ...scopeLines('all', {
      v4: { route_localnet: 1, accept_redirects: 0 },
      v6: { accept_dad: 0, disable_ipv6: v6Off, forwarding },
    }),
    ...scopeLines('default', { v6: { disable_ipv6: v6Off, forwarding } }),
    ['net/ipv6/conf/lo/disable_ipv6', 0],
    ...node.interfaces.flatMap((port) =>
      scopeLines(port.name, { v4: { rp_filter: port.name === 'eth0' ? 0 : 1 }, v6: { forwarding }, proxyDelay: 80 }),
    ),
    ...node.pods.flatMap((pod) =>
      scopeLines(pod.interface, {
        v4: { proxy_arp: 1, route_localnet: 1 },
        v6: { accept_ra: 0, disable_ipv6: v6Off, ...(inFamily(pod.addresses, 6) === undefined ? {} : podPortV6) },
        proxyDelay: 0,
      }),
    ),
  ];
}

/** What the CNI plugin writes where the pod has an IPv6 address, and only there (calico.md C.1; truth/README.md). */
const podPortV6 = { proxy_ndp: 1, forwarding: 1, accept_dad: 0 };

/** On the fabric, or in a dual-stack cluster. */
function hasIpv6({ addresses }: NodeDesign): boolean {
  return addresses[0].uplink !== 'eth0' || inFamily(addresses, 6) !== undefined;
}

/** What a node's tunnel device shows: nothing but defaults (truth: vxlan). Written once the device is there. */
export function tunnelSysctls(node: NodeDesign): readonly Sysctl[] {
  const v6 = { disable_ipv6: hasIpv6(node) ? 0 : 1, forwarding: inFamily(node.addresses, 6) === undefined ? 0 : 1 };
  return node.tunnels.flatMap(({ name }) => scopeLines(name, { v6, proxyDelay: 80 }));
}

/** An FRR container's: forwarding on, no reverse path filter, ECMP hashed over ports too (truth/README.md). */
export function routerSysctls(router: RouterDesign): readonly Sysctl[] {
  return [
    ['net/ipv4/ip_forward', 1],
    ['net/ipv4/fib_multipath_hash_policy', 1],
    ['net/ipv4/fib_multipath_use_neigh', 0],
    ['net/ipv6/conf/all/forwarding', 1],
    ...['all', 'default', ...router.interfaces.map((port) => port.name)].flatMap((name) =>
      scopeLines(name, { v4: { rp_filter: 0, accept_redirects: name === 'all' ? 0 : 1 }, v6: { forwarding: 1 } }),
    ),
  ];
}

/** A pod's: it is a host, not a router; its IPv6 address needs no duplicate detection (calico.md C.1). */
export const podSysctls: readonly Sysctl[] = [
  ['net/ipv4/ip_forward', 0],
  ['net/ipv4/conf/all/rp_filter', 0],
  ['net/ipv4/conf/eth0/rp_filter', 0],
  ['net/ipv6/conf/all/disable_ipv6', 0],
  ['net/ipv6/conf/default/disable_ipv6', 0],
  ['net/ipv6/conf/eth0/disable_ipv6', 0],
];

/** A switch's: it never forwards between its bridges, so an unknown destination stays unanswered. */
export const switchSysctls: readonly Sysctl[] = [
  ['net/ipv4/ip_forward', 0],
  ['net/ipv6/conf/all/forwarding', 0],
];
