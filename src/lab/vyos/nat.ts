// Owns `nat source`: rules in their order as nftables takes them, 1.4's and 1.5's words for the outbound interface alike.

import { nodeAt, nodesAt, type VyosNode, valueAt } from './node.ts';
import type { NatRule } from './router.ts';
import { type Findings, translate, vocabularyOf } from './vocabulary.ts';

const ruleWords = vocabularyOf([
  ['outbound-interface <match>'],
  ['outbound-interface name <match>'],
  ['source address <match>'],
  ['source port <match>'],
  ['destination address <match>'],
  ['destination port <match>'],
  ['translation address <match>'],
  ['protocol <match>'],
  ['description <text>'],
  ['exclude'],
  ['disable'],
  { path: 'log', isNote: true },
]);

/** Reads the rules of source NAT. */
export function readNat(roots: readonly VyosNode[], findings: Findings): readonly NatRule[] {
  const trail = ['nat', 'source', 'rule'];
  for (const node of nodesAt(roots, 'nat')) if (node.word !== 'source') findings.unknown(node, ['nat']);
  const rules = nodesAt(roots, 'nat', 'source', 'rule').toSorted((a, b) => Number(a.word) - Number(b.word));
  return rules.flatMap((rule) => {
    const before = findings.problems.length;
    translate(rule.children, ruleWords, [...trail, rule.word], findings);
    if (nodeAt(rule.children, 'disable') !== undefined || findings.problems.length > before) return [];
    const verdict = verdictOf(rule, findings);
    return verdict === undefined ? [] : [[...matchesOf(rule.children), verdict].join(' ')];
  });
}

function matchesOf(rule: readonly VyosNode[]): readonly string[] {
  const out = valueAt(rule, 'outbound-interface', 'name') ?? valueAt(rule, 'outbound-interface');
  const protocol = valueAt(rule, 'protocol');
  const port = (side: 'source' | 'destination'): string[] => {
    const value = valueAt(rule, side, 'port');
    return value === undefined ? [] : [`th ${side === 'source' ? 'sport' : 'dport'} ${matched(value)}`];
  };
  const address = (side: 'source' | 'destination'): string[] => {
    const value = valueAt(rule, side, 'address');
    return value === undefined ? [] : [`ip ${side === 'source' ? 'saddr' : 'daddr'} ${matched(value)}`];
  };
  return [
    ...address('source'),
    ...address('destination'),
    ...(protocol === undefined || protocol === 'all' ? [] : [`meta l4proto ${protocolsOf(protocol)}`]),
    ...port('source'),
    ...port('destination'),
    ...(out === undefined || out === 'any'
      ? []
      : [`oifname ${out.startsWith('!') ? '!= ' : ''}"${out.replace('!', '').replace(/\+$/, '*')}"`]),
  ];
}

/** `!172.20.20.0/24` to `!= 172.20.20.0/24`; lists become sets. */
function matched(value: string): string {
  const not = value.startsWith('!') ? '!= ' : '';
  const plain = value.replace('!', '');
  return `${not}${plain.includes(',') ? `{ ${plain.split(',').join(', ')} }` : plain}`;
}

function protocolsOf(protocol: string): string {
  return protocol === 'tcp_udp' ? '{ tcp, udp }' : matched(protocol);
}

function verdictOf(rule: VyosNode, findings: Findings): string | undefined {
  if (nodeAt(rule.children, 'exclude') !== undefined) return 'return';
  const to = valueAt(rule.children, 'translation', 'address');
  if (to === 'masquerade') return 'masquerade';
  if (to !== undefined && /^[0-9.-]+(\/\d{1,2})?$/.test(to))
    return `snat ${to.includes('/') ? `prefix to ${to}` : `to ${to}`}`;
  findings.add(
    rule,
    'VYOS_VALUE',
    `rule ${rule.word} of source NAT has no translation address`,
    'translation address masquerade',
  );
  return undefined;
}
