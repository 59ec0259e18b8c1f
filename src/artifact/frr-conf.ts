// Owns a router's configuration in FRR's words: what `show running-config` of the original labs shows, BGP only.

import { type Family, familyOf } from '../base/address.ts';
import type { RouterDesign, RouterNeighbor } from '../design/design.ts';
import { passwordMark } from './password-mark.ts';

/**
 * frr.conf of a router. Addresses are not in it: the engine sets them, and zebra would set them again.
 * A VyOS configuration is its own lines of FRR.
 * `no bgp ebgp-requires-policy` (RFC 8212) and `no bgp network import-check` are as VyOS and the original labs have it.
 */
export function frrConf(router: RouterDesign): string {
  const head = ['frr defaults traditional', `hostname ${router.name}`, 'service integrated-vtysh-config', '!'];
  const lines = router.vyos === undefined ? [...head, ...statedLines(router)] : [...head, ...router.vyos.frr];
  return `${lines.join('\n')}\n`;
}

function statedLines(router: RouterDesign): readonly string[] {
  return [
    `router bgp ${router.asNumber}`,
    ` bgp router-id ${router.routerId}`,
    ' bgp log-neighbor-changes',
    ' no bgp ebgp-requires-policy',
    ' no bgp default ipv4-unicast',
    ...(router.multipathRelax ? [' bgp bestpath as-path multipath-relax'] : []),
    ' no bgp network import-check',
    ...(router.timers === undefined ? [] : [` timers bgp ${router.timers.keepalive} ${router.timers.hold}`]),
    ...router.neighbors.flatMap(sessionLines),
    ...([4, 6] as const).flatMap((family) => familyLines(router, family)),
    'exit',
    '!',
    ...router.config,
  ];
}

/**
 * Who the neighbor is, and what its end of the session demands. BFD's numbers stand with the neighbor: detect multiplier,
 * then receive and transmit interval.
 */
function sessionLines({ address, remoteAs, port, ttlSecurity, password, bfd }: RouterNeighbor): string[] {
  return [
    ` neighbor ${address} remote-as ${remoteAs}`,
    ...(port === undefined ? [] : [` neighbor ${address} port ${port}`]),
    ...(ttlSecurity === undefined ? [] : [` neighbor ${address} ttl-security hops ${ttlSecurity}`]),
    ...(password === undefined ? [] : [` neighbor ${address} password ${passwordMark(password)}`]),
    ...(bfd === undefined ? [] : [` neighbor ${address} bfd ${bfd.multiplier} ${bfd.interval} ${bfd.interval}`]),
  ];
}

/** IPv4 always; IPv6 where the router has something to say in it. Each neighbor is active in the family of its address. */
function familyLines(router: RouterDesign, family: Family): string[] {
  const networks = router.networks.filter((network) => familyOf(network) === family);
  const neighbors = router.neighbors.filter(({ address }) => familyOf(address) === family);
  if (family === 6 && networks.length === 0 && neighbors.length === 0) return [];
  return [
    ' !',
    ` address-family ipv${family} unicast`,
    ...networks.map((network) => `  network ${network}`),
    ...neighbors.flatMap(neighborLines),
    ' exit-address-family',
  ];
}

function neighborLines({ address, reflectorClient, nextHopSelf }: RouterNeighbor): string[] {
  return [
    `  neighbor ${address} activate`,
    ...(reflectorClient ? [`  neighbor ${address} route-reflector-client`] : []),
    ...(nextHopSelf ? [`  neighbor ${address} next-hop-self`] : []),
  ];
}
