// Owns `service router-advert` in FRR's words: VyOS runs radvd, zebra sends the same messages (RFC 4861 section 6.2.1).

import { nodeAt, nodesAt, type VyosNode, valueAt } from './node.ts';
import { type Findings, isValue, translate, vocabularyOf } from './vocabulary.ts';

const portWords = vocabularyOf([
  { path: 'prefix', isElsewhere: true },
  { path: 'no-send-advert', isElsewhere: true },
  ['interval max <number>', 'ipv6 nd ra-interval {number}'],
  { path: 'interval min', isNote: true },
  ['default-lifetime <number>', 'ipv6 nd ra-lifetime {number}'],
  ['default-preference <word>', 'ipv6 nd router-preference {word}'],
  ['managed-flag', 'ipv6 nd managed-config-flag'],
  ['other-config-flag', 'ipv6 nd other-config-flag'],
  ['hop-limit <number>', 'ipv6 nd ra-hop-limit {number}'],
  ['link-mtu <number>', 'ipv6 nd mtu {number}'],
  ['reachable-time <number>', 'ipv6 nd reachable-time {number}'],
  ['retrans-timer <number>', 'ipv6 nd ra-retrans-interval {number}'],
  ['name-server <address>', 'ipv6 nd rdnss {address}'],
  { path: 'name-server-lifetime', isNote: true },
  ['dnssl <word>', 'ipv6 nd dnssl {word}'],
  { path: 'no-send-interval', isNote: true },
]);

const prefixWords = vocabularyOf([
  ['no-autonomous-flag'],
  ['no-on-link-flag'],
  ['valid-lifetime <word>'],
  ['preferred-lifetime <word>'],
  { path: 'decrement-lifetime', isNote: true },
  { path: 'deprecate-prefix', isNote: true },
]);

/**
 * The ports that advertise themselves as routers, and the prefixes that hosts behind them make addresses of. zebra adds the port's own
 * prefixes, which radvd does not; nodes of a lab make addresses of neither.
 */
export function routerAdverts(roots: readonly VyosNode[], findings: Findings): readonly string[] {
  const root = nodesAt(roots, 'service', 'router-advert');
  for (const node of root) if (node.word !== 'interface') findings.unknown(node, ['service', 'router-advert']);
  return nodesAt(root, 'interface').flatMap((port) => {
    if (!isValue('interface', port.word)) findings.add(port, 'VYOS_VALUE', `\`${port.word}\` is no interface name`);
    const trail = ['service', 'router-advert', 'interface', port.word];
    const said = [
      ...translate(port.children, portWords, trail, findings),
      ...nodesAt(port.children, 'prefix').map((prefix) => prefixLine(prefix, [...trail, 'prefix'], findings)),
    ];
    const isSilent = nodeAt(port.children, 'no-send-advert') !== undefined;
    const lines = isSilent ? said : ['no ipv6 nd suppress-ra', ...said];
    return lines.length === 0 ? [] : [`interface ${port.word}`, ...lines.map((line) => ` ${line}`), '!'];
  });
}

/** FRR takes both lifetimes or none; VyOS's own are 30 days and 4 hours. */
function prefixLine(prefix: VyosNode, trail: readonly string[], findings: Findings): string {
  if (!isValue('prefix', prefix.word)) findings.add(prefix, 'VYOS_VALUE', `\`${prefix.word}\` is no prefix`);
  translate(prefix.children, prefixWords, [...trail, prefix.word], findings);
  const says = (word: string): boolean => nodeAt(prefix.children, word) !== undefined;
  const seconds = (word: string, usual: string): string =>
    (valueAt(prefix.children, word) ?? usual).replace('infinity', 'infinite');
  return [
    `ipv6 nd prefix ${prefix.word}`,
    seconds('valid-lifetime', '2592000'),
    seconds('preferred-lifetime', '14400'),
    ...(says('no-on-link-flag') ? ['off-link'] : []),
    ...(says('no-autonomous-flag') ? ['no-autoconfig'] : []),
  ].join(' ');
}
