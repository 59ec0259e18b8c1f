// Owns a router's configuration in VyOS's words: the `config.boot` that VyOS 1.4 or 1.5 starts with.

import type { Interface, RouterDesign, RouterNeighbor } from '../design/design.ts';
import { passwordMark } from './password-mark.ts';

/** A release, and the versions of its parts that the last lines name, so that VyOS migrates nothing that is new already. */
const releases = {
  '1.4': 'bgp@5:config-management@1:firewall@15:interfaces@32:nat@7:quagga@11:system@27',
  '1.5': 'bgp@6:config-management@1:firewall@17:interfaces@33:nat@8:quagga@11:system@28',
} as const;

/** The releases that are written. */
export type VyosRelease = keyof typeof releases;

/**
 * The text of `config.boot`. A router that has a VyOS configuration of its own gets it as it is. eth0 is left to Docker, as the
 * original labs leave it; nobody can log in with a password. FRR lines of `config:` have no place in it and stand as a comment.
 */
export function vyosBoot(router: RouterDesign, release: VyosRelease): string {
  if (router.vyos !== undefined) return router.vyos.text;
  const ports = router.interfaces.filter(({ name }) => name !== 'eth0');
  const lines = [
    ...(router.config.length === 0 ? [] : [`/* not carried over: ${router.config.join('; ').replaceAll('*/', '')} */`]),
    ...firewallBlock(router),
    ...block('interfaces', [
      ...ports
        .filter(({ link }) => link === 'dummy')
        .flatMap(({ name, addresses }) => block(`dummy ${name}`, values('address', addresses))),
      ...ports.filter(({ link }) => link !== 'dummy' && link !== 'loopback').flatMap(portBlock),
      ...block('loopback lo', values('address', ports.find(({ link }) => link === 'loopback')?.addresses ?? [])),
    ]),
    ...natBlock(router),
    ...bgpBlock(router),
    ...block('system', [
      ...block('config-management', values('commit-revisions', ['100'])),
      ...values('host-name', [router.name]),
      ...block('login', block('user vyos', block('authentication', values('encrypted-password', ['*'])))),
    ]),
    '',
    '// Warning: Do not remove the following line.',
    `// vyos-config-version: "${releases[release]}"`,
    `// Release version: ${release}`,
  ];
  return `${lines.join('\n')}\n`;
}

function portBlock({ name, addresses, mtu }: Interface): readonly string[] {
  return block(`ethernet ${name}`, [...values('address', addresses), ...values('mtu', [String(mtu)])]);
}

/** What the router drops, of its own messages and of those that pass; ICMP type 3 code 4 is "fragmentation needed" (RFC 792). */
function firewallBlock({ filter }: RouterDesign): readonly string[] {
  if (filter?.includes('frag-needed') !== true) return [];
  const families = [
    ['ipv4', 'icmp', [...block('icmp', [...values('code', ['4']), ...values('type', ['3'])])]],
    ['ipv6', 'ipv6-icmp', [...block('icmpv6', values('type-name', ['packet-too-big']))]],
  ] as const;
  const hooks = (protocol: string, message: readonly string[]): readonly string[] =>
    ['forward', 'output'].flatMap((hook) => {
      const rule = [...values('action', ['drop']), ...message, ...values('protocol', [protocol])];
      return block(hook, block('filter', [...values('default-action', ['accept']), ...block('rule 10', rule)]));
    });
  return block(
    'firewall',
    families.flatMap(([family, protocol, message]) => block(family, hooks(protocol, message))),
  );
}

/** Rule 100 of the original labs. */
function natBlock({ sourceNat }: RouterDesign): readonly string[] {
  if (sourceNat === undefined) return [];
  const rule = [
    ...block('outbound-interface', values('name', [sourceNat.interface])),
    ...block('source', values('address', [sourceNat.source])),
    ...block('translation', values('address', ['masquerade'])),
  ];
  return block('nat', block('source', block('rule 100', rule)));
}

function bgpBlock(router: RouterDesign): readonly string[] {
  const { asNumber, networks, neighbors, multipathRelax, routerId, timers } = router;
  if (asNumber === undefined) return [];
  const families = ['ipv4-unicast', 'ipv6-unicast'].flatMap((family) => {
    const own = networks.filter((network) => familyOf(network) === family);
    return own.length === 0
      ? []
      : block(
          family,
          own.flatMap((network) => block(`network ${network}`, [])),
        );
  });
  const bgp = [
    ...(families.length === 0 ? [] : block('address-family', families)),
    ...neighbors.flatMap(neighborBlock),
    ...block('parameters', [
      ...(multipathRelax ? block('bestpath', block('as-path', ['multipath-relax'])) : []),
      'log-neighbor-changes',
      ...values('router-id', [routerId]),
    ]),
    ...values('system-as', [String(asNumber)]),
    ...(timers === undefined
      ? []
      : block('timers', [
          ...values('holdtime', [String(timers.hold)]),
          ...values('keepalive', [String(timers.keepalive)]),
        ])),
  ];
  return block('protocols', [...bfdBlock(neighbors), ...block('bgp', bgp)]);
}

function bfdBlock(neighbors: readonly RouterNeighbor[]): readonly string[] {
  const peers = neighbors.flatMap(({ address, bfd }) => {
    if (bfd === undefined) return [];
    const interval = [
      ...values('multiplier', [String(bfd.multiplier)]),
      ...values('receive', [String(bfd.interval)]),
      ...values('transmit', [String(bfd.interval)]),
    ];
    return block(`peer ${address}`, block('interval', interval));
  });
  return peers.length === 0 ? [] : block('bfd', peers);
}

function neighborBlock(neighbor: RouterNeighbor): readonly string[] {
  const { address, remoteAs, reflectorClient, nextHopSelf, multihop, source, allowLocalAs = 0, asOverride } = neighbor;
  const { bfd, port, ttlSecurity, password } = neighbor;
  const family = block(familyOf(address), [
    ...(allowLocalAs > 0 ? block('allowas-in', values('number', [String(allowLocalAs)])) : []),
    ...(asOverride === true ? ['as-override'] : []),
    ...(nextHopSelf ? block('nexthop-self', []) : []),
    ...(reflectorClient ? ['route-reflector-client'] : []),
  ]);
  return block(`neighbor ${address}`, [
    ...block('address-family', family),
    ...(bfd === undefined ? [] : block('bfd', [])),
    ...(multihop === true ? values('ebgp-multihop', ['255']) : []),
    ...(password === undefined ? [] : values('password', [passwordMark(password)])),
    ...(port === undefined ? [] : values('port', [String(port)])),
    ...values('remote-as', [String(remoteAs)]),
    ...(ttlSecurity === undefined ? [] : block('ttl-security', values('hops', [String(ttlSecurity)]))),
    ...values('update-source', source === undefined ? [] : [source]),
  ]);
}

function familyOf(address: string): string {
  return address.includes(':') ? 'ipv6-unicast' : 'ipv4-unicast';
}

function block(name: string, lines: readonly string[]): readonly string[] {
  return [`${name} {`, ...lines.map((line) => `    ${line}`), '}'];
}

function values(name: string, list: readonly string[]): readonly string[] {
  return list.map((value) => `${name} "${value}"`);
}
