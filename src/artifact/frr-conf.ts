// Owns a router's configuration in FRR's words: what `show running-config` of the original labs shows, BGP only.

import type { RouterDesign, RouterNeighbor } from '../design/design.ts';

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
    ...router.neighbors.map(({ address, remoteAs }) => ` neighbor ${address} remote-as ${remoteAs}`),
    ' !',
    ' address-family ipv4 unicast',
    ...router.networks.map((network) => `  network ${network}`),
    ...router.neighbors.flatMap(neighborLines),
    ' exit-address-family',
    'exit',
    '!',
    ...router.config,
  ];
}

function neighborLines({ address, reflectorClient, nextHopSelf }: RouterNeighbor): string[] {
  return [
    `  neighbor ${address} activate`,
    ...(reflectorClient ? [`  neighbor ${address} route-reflector-client`] : []),
    ...(nextHopSelf ? [`  neighbor ${address} next-hop-self`] : []),
  ];
}
