// Owns what a container of FRR needs beside the configuration of BGP: addresses, and which daemons run.

import type { RouterDesign } from '../design/design.ts';
import { frrConf } from './frr-conf.ts';

/** frr.conf with the addresses of all ports but eth0, which is Docker's: zebra sets them as soon as the link is there. */
export function frrContainerConf(router: RouterDesign): string {
  const stanzas = router.interfaces
    .filter(({ name }) => name !== 'eth0')
    .map(({ name, addresses }) => [`interface ${name}`, ...addresses.map(addressLine), 'exit', '!'].join('\n'));
  const text = frrConf(router);
  const bgp = text.search(/^router bgp /m);
  const at = bgp === -1 ? text.length : bgp;
  return [text.slice(0, at), ...stanzas.map((stanza) => `${stanza}\n`), text.slice(at)].join('');
}

function addressLine(address: string): string {
  return ` ${address.includes(':') ? 'ipv6' : 'ip'} address ${address}`;
}

/** containerlab's node: FRR's image with the lab's files in the places where it looks. */
export function frrNode(router: string): object {
  return {
    binds: [
      `routers/${router}/frr.conf:/etc/frr/frr.conf`,
      'routers/daemons:/etc/frr/daemons:ro',
      'routers/vtysh.conf:/etc/frr/vtysh.conf:ro',
    ],
  };
}

/**
 * /etc/frr/daemons, the same for all routers: zebra always runs, and the image starts no other by itself. Without bfdd a session that
 * asks for BFD comes up all the same, and nobody watches it.
 */
export function frrDaemons(routers: readonly RouterDesign[]): string {
  const watches = routers.some(({ neighbors }) => neighbors.some(({ bfd }) => bfd !== undefined));
  const stated = routers.flatMap(({ vyos }) => vyos?.daemons ?? []);
  const names = [...new Set(['bgpd', ...(watches ? ['bfdd'] : []), ...stated])];
  return [
    ...names.map((name) => `${name}=yes`),
    'vtysh_enable=yes',
    'zebra_options="  -A 127.0.0.1 -s 90000000"',
    ...names.map((name) => `${name}_options="   -A 127.0.0.1"`),
    '',
  ].join('\n');
}

/** /etc/frr/vtysh.conf: one file for all daemons; without it vtysh complains at every call. */
export const vtyshConf = 'service integrated-vtysh-config\n';
