// Owns the interior protocols beside OSPFv2 (OSPFv3, RIP, RIPng, IS-IS) and multicast (IGMP, PIM) in FRR's words.

import { nodeAt, nodesAt, type VyosNode, valueAt } from './node.ts';
import { originated, redistributed, redistributionWords } from './redistribution.ts';
import type { Routing } from './routing.ts';
import {
  type Findings,
  isValue,
  type Row,
  type ShortRow,
  translate,
  type Vocabulary,
  vocabularyOf,
} from './vocabulary.ts';

/** A protocol: its daemon, its own lines, and those of its interfaces. */
interface Protocol {
  readonly called: string;
  readonly daemon: string;
  /** The line its own lines stand below; undefined: they stand alone. */
  readonly head: string | undefined;
  readonly words: Vocabulary;
  readonly portWords: Vocabulary;
  /** Lines each interface has, whatever it says. */
  readonly portLines: readonly string[];
}

const ports: readonly Row[] = [{ path: 'interface', isElsewhere: true }];

const ripWords: readonly ShortRow[] = [
  ['default-distance <number>', 'distance {number}'],
  ['default-metric <number>', 'default-metric {number}'],
  ['network <match>', 'network {match}'],
  ['neighbor <address>', 'neighbor {address}'],
  ['passive-interface default', 'passive-interface default'],
  ['passive-interface <interface>', 'passive-interface {interface}'],
  ['route <prefix>', 'route {prefix}'],
  ['timers update <number>'],
  ['timers timeout <number>'],
  ['timers garbage-collection <number>'],
  ['version <number>', 'version {number}'],
];

/** ripngd has other words for these. */
const ripFilters: readonly ShortRow[] = [
  ...['in', 'out'].flatMap((way): ShortRow[] => [
    [`distribute-list access-list ${way} <word>`, `distribute-list {word} ${way}`],
    [`distribute-list prefix-list ${way} <word>`, `distribute-list prefix {word} ${way}`],
    [`distribute-list interface <interface> access-list ${way} <word>`, `distribute-list {word} ${way} {interface}`],
    [
      `distribute-list interface <interface> prefix-list ${way} <word>`,
      `distribute-list prefix {word} ${way} {interface}`,
    ],
  ]),
  ['network-distance <prefix> distance <number>', 'distance {number} {prefix}'],
];

const horizon = (words: string): readonly ShortRow[] => [
  ['split-horizon disable', `no ${words} split-horizon`],
  ['split-horizon poison-reverse', `${words} split-horizon poisoned-reverse`],
];

const isisWords: readonly ShortRow[] = [
  ['net <word>', 'net {word}'],
  ['level <word>', 'is-type {word}'],
  ['metric-style <word>', 'metric-style {word}'],
  ['dynamic-hostname', 'hostname dynamic'],
  ['log-adjacency-changes', 'log-adjacency-changes'],
  ['lsp-mtu <number>', 'lsp-mtu {number}'],
  ['lsp-gen-interval <number>', 'lsp-gen-interval {number}'],
  ['lsp-refresh-interval <number>', 'lsp-refresh-interval {number}'],
  ['max-lsp-lifetime <number>', 'max-lsp-lifetime {number}'],
  ['spf-interval <number>', 'spf-interval {number}'],
  ['set-overload-bit', 'set-overload-bit'],
  ['set-attached-bit', 'attached-bit send'],
  ['purge-originator', 'purge-originator'],
  ['topology <word>', 'topology {word}'],
  ...['ipv4', 'ipv6'].flatMap((family) =>
    ['level-1', 'level-2'].flatMap((level): ShortRow[] => [
      [`redistribute ${family} <word> ${level}`, `redistribute ${family} {word} ${level}`],
      [
        `redistribute ${family} <word> ${level} metric <number>`,
        `redistribute ${family} {word} ${level} metric {number}`,
      ],
    ]),
  ),
];

const protocols: Readonly<Record<string, Protocol>> = {
  ospfv3: {
    called: 'OSPFv3',
    daemon: 'ospf6d',
    head: 'router ospf6',
    words: vocabularyOf(ports, redistributionWords, [
      ['parameters router-id <address>', 'ospf6 router-id {address}'],
      ['area <word>'],
      ['area <word> range <prefix>', 'area {word} range {prefix}'],
      ['area <word> range <prefix> not-advertise', 'area {word} range {prefix} not-advertise'],
      ['area <word> area-type normal'],
      ['area <word> area-type stub', 'area {word} stub'],
      ['area <word> area-type stub no-summary', 'area {word} stub no-summary'],
      ['area <word> area-type nssa', 'area {word} nssa'],
      ['auto-cost reference-bandwidth <number>', 'auto-cost reference-bandwidth {number}'],
      ['distance global <number>', 'distance {number}'],
      ['log-adjacency-changes', 'log-adjacency-changes'],
      ['log-adjacency-changes detail', 'log-adjacency-changes detail'],
    ]),
    portWords: vocabularyOf([
      ['area <word>', 'ipv6 ospf6 area {word}'],
      ['bfd', 'ipv6 ospf6 bfd'],
      ['cost <number>', 'ipv6 ospf6 cost {number}'],
      ['dead-interval <number>', 'ipv6 ospf6 dead-interval {number}'],
      ['hello-interval <number>', 'ipv6 ospf6 hello-interval {number}'],
      ['ifmtu <number>', 'ipv6 ospf6 ifmtu {number}'],
      ['instance-id <number>', 'ipv6 ospf6 instance-id {number}'],
      ['mtu-ignore', 'ipv6 ospf6 mtu-ignore'],
      ['network <word>', 'ipv6 ospf6 network {word}'],
      ['passive', 'ipv6 ospf6 passive'],
      ['priority <number>', 'ipv6 ospf6 priority {number}'],
      ['retransmit-interval <number>', 'ipv6 ospf6 retransmit-interval {number}'],
      ['transmit-delay <number>', 'ipv6 ospf6 transmit-delay {number}'],
    ]),
    portLines: [],
  },
  rip: {
    called: 'RIP',
    daemon: 'ripd',
    head: 'router rip',
    words: vocabularyOf(ports, redistributionWords, ripWords, ripFilters),
    portWords: vocabularyOf(horizon('ip rip'), [
      ['authentication plaintext-password <word>', 'ip rip authentication string {word}'],
      ['receive version <word>', 'ip rip receive version {word}'],
      ['send version <word>', 'ip rip send version {word}'],
    ]),
    portLines: [],
  },
  ripng: {
    called: 'RIPng',
    daemon: 'ripngd',
    head: 'router ripng',
    words: vocabularyOf(ports, redistributionWords, ripWords),
    portWords: vocabularyOf(horizon('ipv6 ripng')),
    portLines: [],
  },
  isis: {
    called: 'IS-IS',
    daemon: 'isisd',
    head: 'router isis VyOS',
    words: vocabularyOf(ports, isisWords),
    portWords: vocabularyOf([
      ['bfd', 'isis bfd'],
      ['circuit-type <word>', 'isis circuit-type {word}'],
      ['hello-interval <number>', 'isis hello-interval {number}'],
      ['hello-multiplier <number>', 'isis hello-multiplier {number}'],
      ['hello-padding', 'isis hello padding'],
      ['metric <number>', 'isis metric {number}'],
      ['network point-to-point', 'isis network point-to-point'],
      ['no-three-way-handshake', 'no isis three-way-handshake'],
      ['passive', 'isis passive'],
      ['priority <number>', 'isis priority {number}'],
      ['psnp-interval <number>', 'isis psnp-interval {number}'],
    ]),
    portLines: ['ip router isis VyOS', 'ipv6 router isis VyOS'],
  },
  pim: {
    called: 'PIM',
    daemon: 'pimd',
    head: undefined,
    words: vocabularyOf(ports, [
      ['rp address <address> group <prefix>', 'ip pim rp {address} {prefix}'],
      ['ecmp', 'ip pim ecmp'],
      ['ecmp rebalance', 'ip pim ecmp rebalance'],
      ['join-prune-interval <number>', 'ip pim join-prune-interval {number}'],
      ['keep-alive-timer <number>', 'ip pim keep-alive-timer {number}'],
    ]),
    portWords: vocabularyOf([
      ['bfd', 'ip pim bfd'],
      ['dr-priority <number>', 'ip pim drpriority {number}'],
      ['hello <number>', 'ip pim hello {number}'],
      ['passive', 'ip pim passive'],
      ['igmp', 'ip igmp'],
      ['igmp version <number>', 'ip igmp version {number}'],
      ['igmp query-interval <number>', 'ip igmp query-interval {number}'],
      ['igmp join <address>', 'ip igmp join {address}'],
    ]),
    portLines: ['ip pim'],
  },
  igmp: {
    called: 'IGMP',
    daemon: 'pimd',
    head: undefined,
    words: vocabularyOf(ports),
    portWords: vocabularyOf([
      ['version <number>', 'ip igmp version {number}'],
      ['query-interval <number>', 'ip igmp query-interval {number}'],
      ['query-max-response-time <number>', 'ip igmp query-max-response-time {number}'],
      ['join <address>', 'ip igmp join {address}'],
      { path: 'disable', isNote: true },
    ]),
    portLines: ['ip igmp'],
  },
};

/** VyOS's words for them below `protocols`. */
export const interiorProtocols = Object.keys(protocols);

/** All of them that a configuration speaks. */
export function interior(roots: readonly VyosNode[], findings: Findings): Routing {
  const ports: string[] = [];
  const frr: string[] = [];
  const daemons = new Set<string>();
  for (const [word, protocol] of Object.entries(protocols)) {
    const node = nodeAt(roots, 'protocols', word);
    if (node === undefined) continue;
    findings.beyond.add(protocol.called);
    daemons.add(protocol.daemon);
    ports.push(...portLines(word, protocol, node.children, findings));
    frr.push(...linesOf(word, protocol, node.children, findings));
  }
  // ospf6d takes `interface` inside its own block for another command: every interface comes before all blocks.
  return { frr: [...ports, ...frr], daemons: [...daemons] };
}

function portLines(
  word: string,
  protocol: Protocol,
  nodes: readonly VyosNode[],
  findings: Findings,
): readonly string[] {
  return nodesAt(nodes, 'interface').flatMap((port) => {
    if (!isValue('interface', port.word)) findings.add(port, 'VYOS_VALUE', `\`${port.word}\` is no interface name`);
    const trail = ['protocols', word, 'interface', port.word];
    const said = [...protocol.portLines, ...translate(port.children, protocol.portWords, trail, findings)];
    return said.length === 0 ? [] : [`interface ${port.word}`, ...said.map((line) => ` ${line}`), '!'];
  });
}

function linesOf(word: string, protocol: Protocol, nodes: readonly VyosNode[], findings: Findings): readonly string[] {
  const body = [
    ...translate(nodes, protocol.words, ['protocols', word], findings),
    ...ripTimers(nodesAt(nodes, 'timers')),
    ...(word === 'isis' ? [] : [...redistributed(nodes), ...originated(nodes)]),
  ];
  if (protocol.head !== undefined) return [protocol.head, ...body.map((line) => ` ${line}`), '!'];
  return body.length === 0 ? [] : [...body, '!'];
}

/** RIP's three timers are one line; its defaults are RFC 2453's. */
function ripTimers(timers: readonly VyosNode[]): readonly string[] {
  if (timers.length === 0) return [];
  const [update, timeout, garbage] = ['update', 'timeout', 'garbage-collection'].map((word) => valueAt(timers, word));
  return [`timers basic ${update ?? 30} ${timeout ?? 180} ${garbage ?? 120}`];
}
