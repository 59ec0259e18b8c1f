// Owns `protocols` beside BGP: static routes, OSPF, BFD in FRR's words, and the daemons they need.

import { nodeAt, nodesAt, type VyosNode, valueAt } from './node.ts';
import { originated, redistributed, redistributionWords } from './redistribution.ts';
import { type Findings, isValue, type Row, translate, vocabularyOf } from './vocabulary.ts';

/** Lines of FRR and the daemon that reads them. */
export interface Routing {
  readonly frr: readonly string[];
  readonly daemons: readonly string[];
}

const hopWords = vocabularyOf([
  ['distance <number>'],
  ['interface <interface>'],
  ['next-hop-interface <interface>'],
  ['disable'],
  ['tag <number>'],
  // FRR of Debian 12 has no BFD for static routes; a next hop that answers is the same with and without.
  { path: 'bfd', isNote: true },
  ['vrf <name>'],
  ['next-hop-vrf <name>'],
]);

const routeWords = vocabularyOf([
  { path: 'next-hop', isElsewhere: true },
  { path: 'interface', isElsewhere: true },
  { path: 'next-hop-interface', isElsewhere: true },
  { path: 'blackhole', isElsewhere: true },
  { path: 'reject', isElsewhere: true },
  { path: 'dhcp-interface', isNote: true },
  ['description <text>'],
]);

/** What of `protocols static` is no route: see kernel.ts. */
const neighborWords = ['arp', 'neighbor-proxy'];

/**
 * `protocols static`, of the router or of one of its VRFs: one line of FRR for each way of each prefix. A route by DHCP is the
 * lab's own default route.
 */
export function staticRoutes(roots: readonly VyosNode[], findings: Findings, vrf?: string): Routing {
  const nodes = nodesAt(roots, 'protocols', 'static');
  const trail = ['protocols', 'static'];
  const tables = nodesAt(nodes, 'table');
  for (const node of nodes)
    if (![...routeKinds, ...neighborWords, 'table'].includes(node.word)) findings.unknown(node, trail);
  const frr = [
    ...routeLines(nodes, trail, vrf === undefined ? '' : ` vrf ${vrf}`, findings),
    ...tables.flatMap((table) => {
      if (!isValue('number', table.word)) findings.add(table, 'VYOS_VALUE', `\`${table.word}\` is no table`);
      return routeLines(table.children, [...trail, 'table', table.word], ` table ${table.word}`, findings);
    }),
  ];
  if (frr.length > 0) findings.beyond.add('static routes');
  return { frr, daemons: frr.length > 0 ? ['staticd'] : [] };
}

const routeKinds = ['route', 'route6', 'interface-route', 'interface-route6'];

function routeLines(
  nodes: readonly VyosNode[],
  trail: readonly string[],
  tail: string,
  findings: Findings,
): readonly string[] {
  return routeKinds.flatMap((word) =>
    nodesAt(nodes, word).flatMap((route) => {
      if (!isValue('prefix', route.word)) {
        findings.add(route, 'VYOS_VALUE', `\`${route.word}\` is no prefix such as 10.1.5.0/24`);
        return [];
      }
      const above = [...trail, word, route.word];
      translate(route.children, routeWords, above, findings);
      const head = `${word.endsWith('6') ? 'ipv6' : 'ip'} route ${route.word}`;
      return waysOf(route.children, above, findings).map((way) => `${head} ${way}${tail}`);
    }),
  );
}

function waysOf(route: readonly VyosNode[], above: readonly string[], findings: Findings): readonly string[] {
  const ways: string[] = [];
  for (const kind of ['next-hop', 'interface', 'next-hop-interface']) {
    for (const hop of nodesAt(route, kind)) {
      translate(hop.children, hopWords, [...above, kind, hop.word], findings);
      if (nodeAt(hop.children, 'disable') !== undefined) continue;
      const type = kind === 'next-hop' ? 'address' : 'interface';
      if (!isValue(type, hop.word)) findings.add(hop, 'VYOS_VALUE', `\`${hop.word}\` is no ${type}`);
      const out = valueAt(hop.children, 'interface') ?? valueAt(hop.children, 'next-hop-interface');
      const other = valueAt(hop.children, 'vrf') ?? valueAt(hop.children, 'next-hop-vrf');
      const far = other === undefined ? [] : ['nexthop-vrf', other];
      ways.push([hop.word, ...(out === undefined ? [] : [out]), ...distanceOf(hop.children), ...far].join(' '));
    }
  }
  for (const kind of ['blackhole', 'reject']) {
    const node = nodeAt(route, kind);
    if (node === undefined) continue;
    translate(node.children, hopWords, [...above, kind], findings);
    ways.push([kind, ...distanceOf(node.children)].join(' '));
  }
  return ways;
}

function distanceOf(nodes: readonly VyosNode[]): readonly string[] {
  const tag = valueAt(nodes, 'tag');
  const distance = valueAt(nodes, 'distance');
  return [...(tag === undefined ? [] : ['tag', tag]), ...(distance === undefined ? [] : [distance])];
}

const elsewhere = (path: string): Row => ({ path, isElsewhere: true });

const ospfWords = vocabularyOf(redistributionWords, [
  elsewhere('interface'),
  ['parameters router-id <address>', 'ospf router-id {address}'],
  ['parameters abr-type <word>', 'ospf abr-type {word}'],
  ['parameters rfc1583-compatibility', 'compatible rfc1583'],
  ['parameters opaque-lsa', 'capability opaque'],
  ['area <word> network <prefix>', 'network {prefix} area {word}'],
  ['area <word> range <prefix>', 'area {word} range {prefix}'],
  ['area <word> range <prefix> cost <number>', 'area {word} range {prefix} cost {number}'],
  ['area <word> range <prefix> not-advertise', 'area {word} range {prefix} not-advertise'],
  ['area <word> range <prefix> substitute <to:prefix>', 'area {word} range {prefix} substitute {to}'],
  ['area <word> shortcut <mode:word>', 'area {word} shortcut {mode}'],
  ['area <word> area-type normal'],
  ['area <word> area-type stub', 'area {word} stub'],
  ['area <word> area-type stub no-summary', 'area {word} stub no-summary'],
  ['area <word> area-type stub default-cost <number>', 'area {word} default-cost {number}'],
  ['area <word> area-type nssa', 'area {word} nssa'],
  ['area <word> area-type nssa no-summary', 'area {word} nssa no-summary'],
  ['area <word> area-type nssa default-cost <number>', 'area {word} default-cost {number}'],
  ['area <word> authentication md5', 'area {word} authentication message-digest'],
  ['area <word> authentication plaintext-password', 'area {word} authentication'],
  ['area <word> export-list <name>', 'area {word} export-list {name}'],
  ['area <word> import-list <name>', 'area {word} import-list {name}'],
  ['area <word> virtual-link <address>', 'area {word} virtual-link {address}'],
  ['auto-cost reference-bandwidth <number>', 'auto-cost reference-bandwidth {number}'],
  ['default-metric <number>', 'default-metric {number}'],
  ['graceful-restart', 'graceful-restart'],
  ['graceful-restart grace-period <number>', 'graceful-restart grace-period {number}'],
  ['graceful-restart helper enable', 'graceful-restart helper enable'],
  ['graceful-restart helper enable router-id <address>', 'graceful-restart helper enable {address}'],
  ['graceful-restart helper no-strict-lsa-checking', 'no graceful-restart helper strict-lsa-checking'],
  ['graceful-restart helper planned-only', 'graceful-restart helper planned-only'],
  ['graceful-restart helper supported-grace-time <number>', 'graceful-restart helper supported-grace-time {number}'],
  ['capability opaque', 'capability opaque'],
  ['max-metric router-lsa administrative', 'max-metric router-lsa administrative'],
  ['max-metric router-lsa on-shutdown <number>', 'max-metric router-lsa on-shutdown {number}'],
  ['max-metric router-lsa on-startup <number>', 'max-metric router-lsa on-startup {number}'],
  ['summary-address <prefix>', 'summary-address {prefix}'],
  ['summary-address <prefix> tag <number>', 'summary-address {prefix} tag {number}'],
  ['summary-address <prefix> no-advertise', 'summary-address {prefix} no-advertise'],
  ['aggregation timer <number>', 'aggregation timer {number}'],
  elsewhere('timers throttle spf'),
  ['distance global <number>', 'distance {number}'],
  ['distance ospf external <number>', 'distance ospf external {number}'],
  ['distance ospf inter-area <number>', 'distance ospf inter-area {number}'],
  ['distance ospf intra-area <number>', 'distance ospf intra-area {number}'],
  ['log-adjacency-changes', 'log-adjacency-changes'],
  ['log-adjacency-changes detail', 'log-adjacency-changes detail'],
  ['maximum-paths <number>', 'maximum-paths {number}'],
  ['neighbor <address>', 'neighbor {address}'],
  ['neighbor <address> priority <number>', 'neighbor {address} priority {number}'],
  ['passive-interface default', 'passive-interface default'],
  ['passive-interface <interface>', 'passive-interface {interface}'],
  ['passive-interface-exclude <interface>', 'no passive-interface {interface}'],
  ['refresh timers <number>', 'refresh timer {number}'],
]);

const ospfInterfaceWords = vocabularyOf([
  ['area <word>', 'ip ospf area {word}'],
  ['authentication md5 key-id <number> md5-key <word>', 'ip ospf message-digest-key {number} md5 {word}'],
  ['authentication plaintext-password <word>', 'ip ospf authentication-key {word}'],
  ['bandwidth <number>'],
  ['bfd', 'ip ospf bfd'],
  ['bfd profile <name>', 'ip ospf bfd profile {name}'],
  ['cost <number>', 'ip ospf cost {number}'],
  ['dead-interval <number>', 'ip ospf dead-interval {number}'],
  ['hello-interval <number>', 'ip ospf hello-interval {number}'],
  ['hello-multiplier <number>', 'ip ospf dead-interval minimal hello-multiplier {number}'],
  ['mtu-ignore', 'ip ospf mtu-ignore'],
  ['network <word>', 'ip ospf network {word}'],
  ['passive', 'ip ospf passive'],
  ['passive disable', 'no ip ospf passive'],
  ['priority <number>', 'ip ospf priority {number}'],
  ['retransmit-interval <number>', 'ip ospf retransmit-interval {number}'],
  ['transmit-delay <number>', 'ip ospf transmit-delay {number}'],
]);

/** `protocols ospf` (OSPF version 2), of the router or of one of its VRFs. */
export function ospf(roots: readonly VyosNode[], findings: Findings, vrf?: string): Routing {
  const node = nodeAt(roots, 'protocols', 'ospf');
  if (node === undefined) return { frr: [], daemons: [] };
  findings.beyond.add('OSPF');
  const trail = ['protocols', 'ospf'];
  const ports = nodesAt(node.children, 'interface').flatMap((port) => [
    `interface ${port.word}`,
    ...translate(port.children, ospfInterfaceWords, [...trail, 'interface', port.word], findings).map((l) => ` ${l}`),
    '!',
  ]);
  const body = [
    ...translate(node.children, ospfWords, trail, findings),
    ...throttle(nodesAt(node.children, 'timers', 'throttle', 'spf')),
    ...redistributed(node.children),
    ...originated(node.children),
  ];
  const head = `router ospf${vrf === undefined ? '' : ` vrf ${vrf}`}`;
  return { frr: [...ports, head, ...body.map((line) => ` ${line}`), '!'], daemons: ['ospfd'] };
}

/** How soon after a change OSPF computes its ways, in milliseconds; VyOS's own are 200, 1000 and 10000. */
function throttle(nodes: readonly VyosNode[]): readonly string[] {
  if (nodes.length === 0) return [];
  const [delay, initial, most] = ['delay', 'initial-holdtime', 'max-holdtime'].map((word) => valueAt(nodes, word));
  return [`timers throttle spf ${delay ?? 200} ${initial ?? 1000} ${most ?? 10000}`];
}

const bfdWords = vocabularyOf([
  ['interval receive <number>', 'receive-interval {number}'],
  ['interval transmit <number>', 'transmit-interval {number}'],
  ['interval multiplier <number>', 'detect-multiplier {number}'],
  ['interval echo-interval <number>', 'echo transmit-interval {number}'],
  ['echo-mode', 'echo-mode'],
  ['minimum-ttl <number>', 'minimum-ttl {number}'],
  ['multihop'],
  ['passive', 'passive-mode'],
  ['profile <name>', 'profile {name}'],
  ['shutdown', 'shutdown'],
  ['source address <address>'],
  ['source interface <interface>'],
]);

/** `protocols bfd`; a neighbor's own `bfd` needs the daemon as well. */
export function bfd(roots: readonly VyosNode[], isAskedFor: boolean, findings: Findings): Routing {
  const nodes = nodesAt(roots, 'protocols', 'bfd');
  const trail = ['protocols', 'bfd'];
  for (const node of nodes) if (!['peer', 'profile'].includes(node.word)) findings.unknown(node, trail);
  const blocks = ['profile', 'peer'].flatMap((word) =>
    nodesAt(nodes, word).flatMap(({ word: name, children }) => {
      const multihop = nodeAt(children, 'multihop') === undefined ? '' : ' multihop';
      const source = valueAt(children, 'source', 'address');
      const out = valueAt(children, 'source', 'interface');
      const from = `${source === undefined ? '' : ` local-address ${source}`}${out === undefined ? '' : ` interface ${out}`}`;
      const lines = translate(children, bfdWords, [...trail, word, name], findings);
      return [
        ` ${word} ${name}${word === 'peer' ? `${multihop}${from}` : ''}`,
        ...lines.map((line) => `  ${line}`),
        ' !',
      ];
    }),
  );
  if (blocks.length === 0) return { frr: [], daemons: isAskedFor ? ['bfdd'] : [] };
  return { frr: ['bfd', ...blocks, '!'], daemons: ['bfdd'] };
}
