// Owns what a VyOS configuration tells the kernel beside devices and routes: sysctls, fixed neighbors, rules of routing.

import { containsPrefix, mustParsePrefix, parseAddress } from '../../base/address.ts';
import { nodeAt, nodesAt, type VyosNode, valueAt, wordsAt } from './node.ts';
import { type Findings, isValue, type Row, translate, vocabularyOf } from './vocabulary.ts';

/** A path below /proc/sys and its value. */
export type Setting = readonly [path: string, value: number];

/** What an interface's words set, as VyOS's own `ifconfig` does. */
const interfaceWords: readonly (readonly [words: string, family: 'ipv4' | 'ipv6', key: string, value: number])[] = [
  ['ip disable-forwarding', 'ipv4', 'forwarding', 0],
  ['ip enable-arp-accept', 'ipv4', 'arp_accept', 1],
  ['ip enable-arp-announce', 'ipv4', 'arp_announce', 1],
  ['ip enable-arp-ignore', 'ipv4', 'arp_ignore', 1],
  ['ip enable-directed-broadcast', 'ipv4', 'bc_forwarding', 1],
  ['ip enable-proxy-arp', 'ipv4', 'proxy_arp', 1],
  ['ip proxy-arp-pvlan', 'ipv4', 'proxy_arp_pvlan', 1],
  ['ip source-validation strict', 'ipv4', 'rp_filter', 1],
  ['ip source-validation loose', 'ipv4', 'rp_filter', 2],
  ['ip source-validation disable', 'ipv4', 'rp_filter', 0],
  ['ipv6 disable-forwarding', 'ipv6', 'forwarding', 0],
];

/** An interface's own sysctls. */
export function interfaceSettings(name: string, nodes: readonly VyosNode[]): readonly Setting[] {
  return interfaceWords.flatMap(([words, family, key, value]): Setting[] =>
    nodeAt(nodes, ...words.split(' ')) === undefined ? [] : [[`net/${family}/conf/${name}/${key}`, value]],
  );
}

const note = (path: string): Row => ({ path, isNote: true });

/** `system ip` and `system ipv6`. Routers of this engine hash ECMP over ports (layer 4) as containers of FRR do. */
const familyWords = vocabularyOf(
  ['arp', 'neighbor', 'tcp', 'nht', 'disable-directed-broadcast'].map(note),
  [['multipath layer4-hashing'], ['multipath ignore-unreachable-nexthops'], ['disable-forwarding']],
  [['protocol <p:word> route-map <name>', '{p} route-map {name}', 'a filter between protocols and the kernel']],
);

/** `system ip`, `system ipv6` and `system sysctl`: FRR's lines and sysctls. */
export function systemWords(
  roots: readonly VyosNode[],
  findings: Findings,
): { readonly frr: readonly string[]; readonly settings: readonly Setting[] } {
  const settings: Setting[] = [];
  const frr = (['ip', 'ipv6'] as const).flatMap((family) => {
    const nodes = nodesAt(roots, 'system', family);
    const path = family === 'ip' ? 'net/ipv4' : 'net/ipv6';
    if (nodeAt(nodes, 'disable-forwarding') !== undefined) settings.push([`${path}/conf/all/forwarding`, 0]);
    if (nodeAt(nodes, 'multipath', 'ignore-unreachable-nexthops') !== undefined)
      settings.push([`${path}/fib_multipath_use_neigh`, 1]);
    return translate(nodes, familyWords, ['system', family], findings).map(
      (line) => `${family} protocol ${line.replace('ospfv3', 'ospf6')}`,
    );
  });
  for (const node of nodesAt(roots, 'system', 'sysctl', 'parameter')) {
    const value = valueAt(node.children, 'value') ?? '';
    const above = ['system', 'sysctl', 'parameter'];
    if (!/^net\.[\w.-]+$/.test(node.word) || node.word.includes('..')) findings.unknown(node, above);
    else if (!isValue('number', value)) findings.add(node, 'VYOS_VALUE', `\`${node.word}\`: expected a number`);
    else settings.push([node.word.replaceAll('.', '/'), Number(value)]);
  }
  return { frr, settings };
}

const arpWords = vocabularyOf([['mac <mac>'], ['description <text>']]);
const ruleWords = vocabularyOf([
  ['set table <number>'],
  ['set table main'],
  ['source <match>'],
  ['source address <match>'],
  ['destination <match>'],
  ['destination address <match>'],
  ['fwmark <number>'],
  ['inbound-interface <interface>'],
]);

/** Commands of `ip` for addresses that are told by no protocol: `protocols static arp`, `neighbor-proxy`, `policy local-route`. */
export function kernelCommands(
  roots: readonly VyosNode[],
  ports: readonly { readonly name: string; readonly addresses: readonly string[] }[],
  findings: Findings,
): readonly string[] {
  return [...arpCommands(roots, ports, findings), ...proxyCommands(roots), ...ruleCommands(roots, findings)];
}

/** VyOS 1.3 names no interface: the one whose network has the address. */
function arpCommands(
  roots: readonly VyosNode[],
  ports: readonly { readonly name: string; readonly addresses: readonly string[] }[],
  findings: Findings,
): readonly string[] {
  const trail = ['protocols', 'static', 'arp', 'interface'];
  return nodesAt(roots, ...trail).flatMap((port) =>
    nodesAt(port.children, 'address').flatMap((far) => {
      translate(far.children, arpWords, [...trail, port.word, 'address', far.word], findings);
      const mac = valueAt(far.children, 'mac');
      const device = port.word === 'any' ? portTowards(far.word, ports) : port.word;
      if (mac === undefined || device === undefined || !isValue('address', far.word) || !isValue('interface', device)) {
        findings.add(far, 'VYOS_VALUE', `\`static arp ${far.word}\`: expected an address on a port, and a MAC address`);
        return [];
      }
      return [`neigh replace ${far.word} lladdr ${mac} dev ${device} nud permanent`];
    }),
  );
}

function proxyCommands(roots: readonly VyosNode[]): readonly string[] {
  return ['arp', 'nd'].flatMap((word) =>
    nodesAt(roots, 'protocols', 'static', 'neighbor-proxy', word).flatMap(({ word: address, children }) =>
      wordsAt(children, 'interface').map((device) => `neigh add proxy ${address} dev ${device}`),
    ),
  );
}

function ruleCommands(roots: readonly VyosNode[], findings: Findings): readonly string[] {
  return ['local-route', 'local-route6'].flatMap((word) =>
    nodesAt(roots, 'policy', word, 'rule').flatMap((rule) => {
      const before = findings.problems.length;
      translate(rule.children, ruleWords, ['policy', word, 'rule', rule.word], findings);
      const value = (...words: string[]): string | undefined => valueAt(rule.children, ...words);
      const from = value('source', 'address') ?? value('source');
      const to = value('destination', 'address') ?? value('destination');
      const matches = [
        ...(from === undefined ? [] : ['from', from]),
        ...(to === undefined ? [] : ['to', to]),
        ...(value('fwmark') === undefined ? [] : ['fwmark', value('fwmark')]),
        ...(value('inbound-interface') === undefined ? [] : ['iif', value('inbound-interface')]),
      ];
      const table = value('set', 'table');
      if (findings.problems.length > before || table === undefined || !isValue('number', rule.word)) return [];
      findings.beyond.add('rules of routing');
      return [`${word.endsWith('6') ? '-6 ' : ''}rule add prio ${rule.word} ${matches.join(' ')} lookup ${table}`];
    }),
  );
}

function portTowards(
  address: string,
  ports: readonly { readonly name: string; readonly addresses: readonly string[] }[],
): string | undefined {
  const far = parseAddress(address);
  if (far === undefined) return undefined;
  const isTowards = (own: string): boolean => containsPrefix(mustParsePrefix(own), far);
  return ports.find(({ addresses }) => addresses.some(isTowards))?.name;
}
