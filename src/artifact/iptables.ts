// Owns the same rules as nft's in the words of iptables-legacy, for kernels whose nftables knows no IPv4 tables (User-Mode Linux).

import { mustParsePrefix } from '../base/address.ts';
import { defaultVxlanPort, felixSettings } from '../calico/felix-settings.ts';
import { generationOf } from '../calico/generations.ts';
import type { Design, NodeDesign, RouterDesign } from '../design/design.ts';
import { nodeAddresses, tunnelNames, vxlanSendersTo } from './felix-rules.ts';
import type { RuleChain } from './router-rules.ts';

/** Text for iptables-restore with the effect of `felixRules` (calico.md C.6). */
export function felixIptables(design: Design, node: NodeDesign): string {
  const cidrs = design.pools.filter(({ spec }) => mustParsePrefix(spec.cidr).family === 4);
  const tunnels = tunnelNames(node, 4);
  const felix = felixSettings(design.objects, node.name);
  const vtep = `-p udp --dport ${felix.vxlanPort ?? defaultVxlanPort}`;
  const hasVxlan = tunnels.includes('vxlan.calico');
  const isUntracked = hasVxlan && generationOf(design.version).vxlanUntracked;
  const isLocal = '-m addrtype --dst-type LOCAL';
  return [
    ...table('raw', ['PREROUTING', 'OUTPUT'], []),
    ...(isUntracked ? ['PREROUTING', 'OUTPUT'].map((chain) => `-A ${chain} ${vtep} -j CT --notrack`) : []),
    '-A PREROUTING -i cali+ -m rpfilter --validmark --invert -j DROP',
    'COMMIT',
    ...table('filter', ['INPUT', 'FORWARD', 'OUTPUT'], ['cali-from-workload', 'cali-to-workload']),
    ...(tunnels.includes('tunl0')
      ? [
          ...nodeAddresses(design).map((address) => `-A INPUT -p 4 -s ${address} ${isLocal} -j ACCEPT`),
          '-A INPUT -p 4 -j DROP',
        ]
      : []),
    ...(hasVxlan
      ? [
          ...vxlanSendersTo(design, node, 4).map((far) => `-A INPUT ${vtep} -s ${far} ${isLocal} -j ACCEPT`),
          `-A INPUT ${vtep} ${isLocal} -j DROP`,
        ]
      : []),
    '-A INPUT -i cali+ -j cali-from-workload',
    '-A FORWARD -i cali+ -j cali-from-workload',
    '-A FORWARD -o cali+ -j cali-to-workload',
    ...['cali-from-workload', 'cali-to-workload'].flatMap((chain) => [
      `-A ${chain} -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT`,
      `-A ${chain} -m conntrack --ctstate INVALID -j DROP`,
    ]),
    ...(felix.allowVXLANPacketsFromWorkloads === true ? [] : [`-A cali-from-workload ${vtep} -j DROP`]),
    ...(felix.allowIPIPPacketsFromWorkloads === true ? [] : ['-A cali-from-workload -p 4 -j DROP']),
    'COMMIT',
    ...table('nat', ['PREROUTING', 'INPUT', 'OUTPUT', 'POSTROUTING'], ['cali-nat-outgoing']),
    ...cidrs
      .filter(({ spec }) => spec.natOutgoing === true)
      .map(({ spec }) => `-A POSTROUTING -s ${spec.cidr} -j cali-nat-outgoing`),
    ...cidrs.map(({ spec }) => `-A cali-nat-outgoing -d ${spec.cidr} -j RETURN`),
    '-A cali-nat-outgoing -j MASQUERADE --random-fully',
    ...tunnels.map(tunnelSource),
    'COMMIT',
    '',
  ].join('\n');
}

/**
 * Text for iptables-restore with the effect of `routerRules` on IPv4; undefined where the router has no rule, or one of a VyOS
 * configuration that is more than a masquerade.
 */
export function routerIptables({ sourceNat, filter = [], vyos }: RouterDesign): string | undefined {
  const stated = sourceNat === undefined ? [] : [`-s ${sourceNat.source} -o ${sourceNat.interface} -j MASQUERADE`];
  const nat = vyos === undefined ? stated : masquerades(vyos.chains);
  if (nat === undefined) return undefined;
  const dropped = filter.length === 0 ? [] : ['OUTPUT', 'FORWARD'].map((chain) => `-A ${chain} ${fragNeeded} -j DROP`);
  const tables = [
    ...whole('filter', ['INPUT', 'FORWARD', 'OUTPUT'], dropped),
    ...whole(
      'nat',
      ['PREROUTING', 'INPUT', 'OUTPUT', 'POSTROUTING'],
      nat.map((rule) => `-A POSTROUTING ${rule}`),
    ),
  ];
  return tables.length === 0 ? undefined : `${tables.join('\n')}\n`;
}

const fragNeeded = '-p icmp --icmp-type fragmentation-needed';

function whole(name: string, chains: readonly string[], rules: readonly string[]): readonly string[] {
  return rules.length === 0 ? [] : [...table(name, chains, []), ...rules, 'COMMIT'];
}

const masquerade =
  /^(?:ip saddr (!= )?([\d./]+) )?(?:ip daddr (!= )?([\d./]+) )?(?:oifname (!= )?"([\w.-]+)" )?masquerade$/;

function masquerades(chains: readonly RuleChain[]): readonly string[] | undefined {
  const found = chains.flatMap(({ rules }) => rules).map((rule) => masquerade.exec(rule));
  const rules = found.flatMap((match) => {
    if (match === null) return [];
    const [, notFrom, from, notTo, to, notOut, out] = match;
    const word = (flag: string, not: string | undefined, value: string | undefined): string =>
      value === undefined ? '' : `${not === undefined ? '' : '! '}${flag} ${value} `;
    return [`${word('-s', notFrom, from)}${word('-d', notTo, to)}${word('-o', notOut, out)}-j MASQUERADE`];
  });
  return rules.length === found.length ? rules : undefined;
}

function table(name: string, builtIn: readonly string[], own: readonly string[]): readonly string[] {
  return [`*${name}`, ...builtIn.map((chain) => `:${chain} ACCEPT`), ...own.map((chain) => `:${chain} -`)];
}

function tunnelSource(device: string): string {
  const elsewhere = '-m addrtype ! --src-type LOCAL --limit-iface-out';
  return `-A POSTROUTING -o ${device} ${elsewhere} -m addrtype --src-type LOCAL -j MASQUERADE --random-fully`;
}
