// Owns `policy`: prefix lists, AS path lists, community lists, access lists and route-maps in FRR's words.

import { nodeAt, nodesAt, type VyosNode, valueAt } from './node.ts';
import { type Findings, isValue, type Row, type ShortRow, translate, vocabularyOf } from './vocabulary.ts';

const matches: readonly ShortRow[] = [
  ['match as-path <name>', 'match as-path {name}'],
  ['match community community-list <name>', 'match community {name}'],
  ['match community exact-match'],
  ['match evpn default-route', 'match evpn default-route'],
  ['match evpn rd <word>', 'match evpn rd {word}'],
  ['match evpn route-type <word>', 'match evpn route-type {word}'],
  ['match evpn vni <number>', 'match evpn vni {number}'],
  ['match extcommunity <name>', 'match extcommunity {name}'],
  ['match interface <interface>', 'match interface {interface}'],
  ['match ip address access-list <name>', 'match ip address {name}'],
  ['match ip address prefix-list <name>', 'match ip address prefix-list {name}'],
  ['match ip address prefix-len <number>', 'match ip address prefix-len {number}'],
  ['match ip nexthop access-list <name>', 'match ip next-hop {name}'],
  ['match ip nexthop address <address>', 'match ip next-hop address {address}'],
  ['match ip nexthop prefix-list <name>', 'match ip next-hop prefix-list {name}'],
  ['match ip nexthop prefix-len <number>', 'match ip next-hop prefix-len {number}'],
  ['match ip nexthop type <word>', 'match ip next-hop type {word}'],
  ['match ip route-source access-list <name>', 'match ip route-source {name}'],
  ['match ip route-source prefix-list <name>', 'match ip route-source prefix-list {name}'],
  ['match ipv6 address access-list <name>', 'match ipv6 address {name}'],
  ['match ipv6 address prefix-list <name>', 'match ipv6 address prefix-list {name}'],
  ['match ipv6 nexthop address <address>', 'match ipv6 next-hop address {address}'],
  ['match ipv6 nexthop prefix-list <name>', 'match ipv6 next-hop prefix-list {name}'],
  ['match large-community large-community-list <name>', 'match large-community {name}'],
  ['match local-preference <number>', 'match local-preference {number}'],
  ['match metric <number>', 'match metric {number}'],
  ['match origin <word>', 'match origin {word}'],
  ['match peer <word>', 'match peer {word}'],
  ['match protocol <word>', 'match source-protocol {word}'],
  ['match rpki <word>', 'match rpki {word}'],
  ['match source-vrf <name>', 'match source-vrf {name}'],
  ['match tag <number>', 'match tag {number}'],
];

const sets: readonly ShortRow[] = [
  ['set aggregator as <as>'],
  ['set aggregator ip <address>'],
  ['set as-path exclude <numbers>', 'set as-path exclude {numbers}'],
  ['set as-path prepend <numbers>', 'set as-path prepend {numbers}'],
  ['set as-path prepend-last-as <number>', 'set as-path prepend last-as {number}'],
  ['set atomic-aggregate', 'set atomic-aggregate'],
  ['set community none', 'set community none'],
  ['set community delete <name>', 'set comm-list {name} delete'],
  ['set community add <word>'],
  ['set community replace <word>'],
  ['set community <communities>', 'set community {communities}'],
  ['set distance <number>', 'set distance {number}'],
  ['set extcommunity none', 'set extcommunity none'],
  ['set extcommunity bandwidth <word>', 'set extcommunity bandwidth {word}'],
  ['set extcommunity rt <word>', 'set extcommunity rt {word}'],
  ['set extcommunity soo <word>', 'set extcommunity soo {word}'],
  ['set ip-next-hop <word>', 'set ip next-hop {word}'],
  ['set ip next-hop <word>', 'set ip next-hop {word}'],
  ['set ip-next-hop unchanged', 'set ip next-hop unchanged'],
  ['set ip-next-hop peer-address', 'set ip next-hop peer-address'],
  ['set ipv6-next-hop global <address>', 'set ipv6 next-hop global {address}'],
  ['set ipv6-next-hop local <address>', 'set ipv6 next-hop local {address}'],
  ['set ipv6-next-hop peer-address', 'set ipv6 next-hop peer-address'],
  ['set ipv6-next-hop prefer-global', 'set ipv6 next-hop prefer-global'],
  ['set l3vpn-nexthop encapsulation gre', 'set l3vpn next-hop encapsulation gre'],
  ['set large-community none', 'set large-community none'],
  ['set large-community delete <name>', 'set large-comm-list {name} delete'],
  ['set large-community add <word>'],
  ['set large-community replace <word>'],
  ['set large-community <communities>', 'set large-community {communities}'],
  ['set local-preference <word>', 'set local-preference {word}'],
  ['set metric <word>', 'set metric {word}'],
  ['set metric-type <word>', 'set metric-type {word}'],
  ['set origin <word>', 'set origin {word}'],
  ['set originator-id <address>', 'set originator-id {address}'],
  ['set src <address>', 'set src {address}'],
  ['set table <number>', 'set table {number}'],
  ['set tag <number>', 'set tag {number}'],
  ['set weight <number>', 'set weight {number}'],
];

const ruleWords = vocabularyOf(matches, sets, [
  ['action permit'],
  ['action deny'],
  ['description <text>', 'description {text}'],
  ['call <name>', 'call {name}'],
  ['continue <number>', 'continue {number}'],
  ['on-match next', 'on-match next'],
  ['on-match goto <number>', 'on-match goto {number}'],
]);

const listWords = vocabularyOf([
  ['action <word>'],
  ['description <text>'],
  ['prefix <prefix>'],
  ['ge <number>'],
  ['le <number>'],
  ['regex <text>'],
  { path: 'source', isElsewhere: true },
  { path: 'destination', isElsewhere: true },
]);

/** The lists: VyOS's word, and how a rule of it is one line. */
const lists: Readonly<
  Record<string, (name: string, seq: string, action: string, rule: readonly VyosNode[]) => string>
> = {
  'prefix-list': (...rule) => `ip prefix-list ${prefixRule(...rule)}`,
  'prefix-list6': (...rule) => `ipv6 prefix-list ${prefixRule(...rule)}`,
  'as-path-list': (name, seq, action, rule) => `bgp as-path access-list ${name} seq ${seq} ${action} ${regex(rule)}`,
  'community-list': (name, seq, action, rule) =>
    `bgp community-list ${kindOf(name)}${name} seq ${seq} ${action} ${regex(rule)}`,
  'extcommunity-list': (name, seq, action, rule) =>
    `bgp extcommunity-list ${kindOf(name)}${name} seq ${seq} ${action} ${regex(rule)}`,
  'large-community-list': (name, seq, action, rule) =>
    `bgp large-community-list ${kindOf(name)}${name} seq ${seq} ${action} ${regex(rule)}`,
  'access-list': (name, seq, action, rule) =>
    `access-list ${name} seq ${seq} ${action} ${Number(name) >= 100 && Number(name) < 200 ? `ip ${ends(rule)}` : end(rule, 'source')}`,
  'access-list6': (name, seq, action, rule) => `ipv6 access-list ${name} seq ${seq} ${action} ${end(rule, 'source')}`,
};

function prefixRule(name: string, seq: string, action: string, rule: readonly VyosNode[]): string {
  const bounds = ['ge', 'le'].flatMap((word) => {
    const value = valueAt(rule, word);
    return value === undefined ? [] : [word, value];
  });
  return [name, 'seq', seq, action, valueAt(rule, 'prefix') ?? 'any', ...bounds].join(' ');
}

/** Numbers up to 500 say their kind themselves; every other list of VyOS is an expanded one. */
function kindOf(name: string): string {
  return /^\d+$/.test(name) && Number(name) <= 500 ? '' : 'expanded ';
}

function regex(rule: readonly VyosNode[]): string {
  return valueAt(rule, 'regex') ?? '.*';
}

function ends(rule: readonly VyosNode[]): string {
  return `${end(rule, 'source')} ${end(rule, 'destination')}`;
}

function end(rule: readonly VyosNode[], which: string): string {
  const nodes = nodesAt(rule, which);
  const [host, network, mask] = ['host', 'network', 'inverse-mask'].map((word) => valueAt(nodes, word));
  if (host !== undefined) return `host ${host}`;
  return network === undefined ? 'any' : mask === undefined ? network : `${network} ${mask}`;
}

/** `local-route` is the kernel's: see kernel.ts. */
const allWords: Row['path'][] = ['route-map', 'local-route', 'local-route6', ...Object.keys(lists)];

/** All of `policy` in FRR's words: lists first, then the route-maps that name them. */
export function policyLines(roots: readonly VyosNode[], findings: Findings): readonly string[] {
  const policy = nodesAt(roots, 'policy');
  for (const node of policy) if (!allWords.includes(node.word)) findings.unknown(node, ['policy']);
  const lines = Object.entries(lists).flatMap(([word, lineOf]) =>
    rulesOf(policy, word, findings).flatMap(({ name, seq, action, nodes }) => {
      translate(nodes, listWords, ['policy', word, name, 'rule', seq], findings);
      return [lineOf(name, seq, action, nodes)];
    }),
  );
  const maps = rulesOf(policy, 'route-map', findings).flatMap(({ name, seq, action, nodes }) => [
    `route-map ${name} ${action} ${seq}`,
    ...translate(nodes, ruleWords, ['policy', 'route-map', name, 'rule', seq], findings).map((line) => ` ${line}`),
    ...combinedSets(nodes).map((line) => ` ${line}`),
    '!',
  ]);
  return [...lines, ...(lines.length > 0 ? ['!'] : []), ...maps];
}

interface Rule {
  readonly name: string;
  readonly seq: string;
  readonly action: 'permit' | 'deny';
  readonly nodes: readonly VyosNode[];
}

function rulesOf(policy: readonly VyosNode[], word: string, findings: Findings): readonly Rule[] {
  return nodesAt(policy, word).flatMap((list) => {
    if (!isValue('name', list.word)) findings.add(list, 'VYOS_VALUE', `\`${list.word}\` is no name of a ${word}`);
    const known = ['rule', 'description'];
    for (const node of list.children)
      if (!known.includes(node.word)) findings.unknown(node, ['policy', word, list.word]);
    return nodesAt(list.children, 'rule').flatMap((rule): Rule[] => {
      if (!isValue('name', list.word) || !isValue('number', rule.word)) return [];
      const action = valueAt(rule.children, 'action') === 'deny' ? 'deny' : 'permit';
      if (nodeAt(rule.children, 'action') === undefined)
        findings.add(rule, 'VYOS_VALUE', `rule ${rule.word} of ${word} ${list.word} has no action`, 'action permit');
      return [{ name: list.word, seq: rule.word, action, nodes: rule.children }];
    });
  });
}

/** What several words of VyOS say in one line of FRR. */
function combinedSets(rule: readonly VyosNode[]): readonly string[] {
  const set = nodesAt(rule, 'set');
  const lines: string[] = [];
  for (const kind of ['community', 'large-community']) {
    const added = nodesAt(set, kind, 'add').map(({ word }) => word);
    const replaced = nodesAt(set, kind, 'replace').map(({ word }) => word);
    if (replaced.length > 0) lines.push(`set ${kind} ${replaced.join(' ')}`);
    if (added.length > 0) lines.push(`set ${kind} ${added.join(' ')} additive`);
  }
  const [as, ip] = [valueAt(set, 'aggregator', 'as'), valueAt(set, 'aggregator', 'ip')];
  if (as !== undefined && ip !== undefined) lines.push(`set aggregator as ${as} ${ip}`);
  const list = valueAt(rule, 'match', 'community', 'community-list');
  if (list !== undefined && nodeAt(rule, 'match', 'community', 'exact-match') !== undefined)
    lines.push(`match community ${list} exact-match`);
  return lines;
}
