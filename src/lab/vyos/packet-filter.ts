// Owns what rules of NAT and firewall match, in nftables' words: addresses, groups, ports, protocols, interfaces.

import { nodeAt, nodesAt, type VyosNode, valueAt, wordsAt } from './node.ts';

/** Rules of one chain of nftables, in their order. */
export interface RuleChain {
  /** Family and name: `ip nat`. */
  readonly table: string;
  readonly chain: string;
  /** What the chain hangs on (`type nat hook postrouting priority srcnat; policy accept;`); undefined: others jump to it. */
  readonly hook: string | undefined;
  readonly rules: readonly string[];
}

/** A family of addresses as nftables calls it. */
export type NftFamily = 'ip' | 'ip6';

/** Words of a rule that `ruleMatches` understands; `<group>` is a name of `firewall group`. */
export const matchWords = [
  ...['source', 'destination'].flatMap((side) => [
    [`${side} address <match>`],
    [`${side} port <match>`],
    [`${side} mac-address <mac>`],
    [`${side} group address-group <match>`],
    [`${side} group network-group <match>`],
    [`${side} group port-group <match>`],
    [`${side} group mac-group <match>`],
  ]),
  ...['inbound-interface', 'outbound-interface'].flatMap((side) => [
    [`${side} <match>`],
    [`${side} name <match>`],
    [`${side} interface-name <match>`],
    [`${side} group <match>`],
    [`${side} interface-group <match>`],
  ]),
  ['protocol <match>'],
] as unknown as readonly (readonly [string])[];

/** What a rule matches. `groups` is `firewall group`. */
export function ruleMatches(
  rule: readonly VyosNode[],
  family: NftFamily,
  groups: readonly VyosNode[],
): readonly string[] {
  const protocol = valueAt(rule, 'protocol');
  return [
    ...interfaceMatch(rule, 'inbound-interface', 'iifname', groups),
    ...(['source', 'destination'] as const).flatMap((side) => addressMatch(rule, side, family, groups)),
    ...(protocol === undefined || protocol === 'all' ? [] : [`meta l4proto ${protocolsOf(protocol)}`]),
    ...(['source', 'destination'] as const).flatMap((side) => portMatch(rule, side, groups)),
    ...interfaceMatch(rule, 'outbound-interface', 'oifname', groups),
  ];
}

type Side = 'source' | 'destination';

function addressMatch(
  rule: readonly VyosNode[],
  side: Side,
  family: NftFamily,
  groups: readonly VyosNode[],
): readonly string[] {
  const head = `${family} ${side === 'source' ? 'saddr' : 'daddr'}`;
  const stated = valueAt(rule, side, 'address');
  const mac = valueAt(rule, side, 'mac-address');
  const list = family === 'ip' ? 'address-group' : 'ipv6-address-group';
  const networks = family === 'ip' ? 'network-group' : 'ipv6-network-group';
  return [
    ...(stated === undefined ? [] : [`${head} ${matched(stated)}`]),
    ...groupMatch(head, valueAt(rule, side, 'group', 'address-group'), groups, list, 'address'),
    ...groupMatch(head, valueAt(rule, side, 'group', 'network-group'), groups, networks, 'network'),
    ...(mac === undefined ? [] : [`ether ${side === 'source' ? 'saddr' : 'daddr'} ${mac}`]),
  ];
}

function portMatch(rule: readonly VyosNode[], side: Side, groups: readonly VyosNode[]): readonly string[] {
  const head = `th ${side === 'source' ? 'sport' : 'dport'}`;
  const stated = valueAt(rule, side, 'port');
  const group = groupMatch(head, valueAt(rule, side, 'group', 'port-group'), groups, 'port-group', 'port');
  return [...(stated === undefined ? [] : [`${head} ${matched(stated)}`]), ...group];
}

function interfaceMatch(
  rule: readonly VyosNode[],
  word: string,
  as: string,
  groups: readonly VyosNode[],
): readonly string[] {
  const inside = nodesAt(rule, word);
  const group = valueAt(inside, 'group') ?? valueAt(inside, 'interface-group');
  if (group !== undefined) return groupMatch(as, group, groups, 'interface-group', 'interface');
  const name = valueAt(inside, 'name') ?? valueAt(inside, 'interface-name') ?? valueAt(rule, word);
  if (name === undefined || name === 'any') return [];
  return [`${as} ${name.startsWith('!') ? '!= ' : ''}"${name.replace('!', '').replace(/\+$/, '*')}"`];
}

/** The members of a group as a set: VyOS's own named sets, spelled out. An empty or unknown group matches nothing. */
function groupMatch(
  head: string,
  name: string | undefined,
  groups: readonly VyosNode[],
  kind: string,
  member: string,
): readonly string[] {
  if (name === undefined) return [];
  const not = name.startsWith('!') ? '!= ' : '';
  const members = membersOf(groups, kind, name.replace('!', ''), member, 0);
  const shown = kind === 'interface-group' ? members.map((word) => `"${word}"`) : members;
  return shown.length === 0 ? ['meta mark 1 meta mark 2'] : [`${head} ${not}{ ${shown.join(', ')} }`];
}

/** A group may include others; deeper than that is a circle. */
function membersOf(
  groups: readonly VyosNode[],
  kind: string,
  name: string,
  member: string,
  depth: number,
): readonly string[] {
  const group = nodesAt(groups, kind, name);
  const included = depth > 4 ? [] : wordsAt(group, 'include');
  return [...wordsAt(group, member), ...included.flatMap((other) => membersOf(groups, kind, other, member, depth + 1))];
}

/** `!172.20.20.0/24` to `!= 172.20.20.0/24`; lists become sets. */
export function matched(value: string): string {
  const not = value.startsWith('!') ? '!= ' : '';
  const plain = value.replace('!', '');
  return `${not}${plain.includes(',') ? `{ ${plain.split(',').join(', ')} }` : plain}`;
}

function protocolsOf(protocol: string): string {
  const plain = protocol.replace('!', '');
  const known = { tcp_udp: 'tcp,udp', 'ipv6-icmp': 'icmpv6' }[plain] ?? plain;
  return matched(protocol.startsWith('!') ? `!${known}` : known);
}

/** Whether a rule is switched off. */
export function isOff(rule: readonly VyosNode[]): boolean {
  return nodeAt(rule, 'disable') !== undefined;
}

/** Rules by number. */
export function inRuleOrder(rules: readonly VyosNode[]): readonly VyosNode[] {
  return rules.toSorted((a, b) => Number(a.word) - Number(b.word));
}
