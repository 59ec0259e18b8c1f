// Owns `interfaces`: which ports and devices a router has, their addresses and MTUs, and what of them a lab cannot have.

import { type DeviceKind, deviceKinds, joinCommands } from './devices.ts';
import { interfaceSettings, type Setting } from './kernel.ts';
import { nodeAt, nodesAt, type VyosNode, valueAt, wordsAt } from './node.ts';
import type { VyosInterface } from './router.ts';
import { type Findings, isValue, type Row, translate, type Vocabulary, vocabularyOf } from './vocabulary.ts';

const note = (path: string): Row => ({ path, isNote: true });
const elsewhere = (path: string): Row => ({ path, isElsewhere: true });

const anyWords: readonly (Row | readonly [string])[] = [
  elsewhere('address'),
  ['mtu <number>'],
  ['disable'],
  ['description <text>'],
  ['vrf <name>'],
  ...[
    'duplex',
    'speed',
    'hw-id',
    'mac',
    'offload',
    'offload-options',
    'ring-buffer',
    'interrupt-coalescing',
    'smp-affinity',
    'disable-flow-control',
    'disable-link-detect',
    'switchdev',
    'evpn',
    'dhcp-options',
    'dhcpv6-options',
    'ip arp-cache-timeout',
    'ip disable-arp-filter',
    'ipv6 dup-addr-detect-transmits',
    'ipv6 accept-dad',
    'ipv6 base-reachable-time',
    'ipv6 address no-default-link-local',
    'ipv6 address autoconf',
    // A copy for a listener: the packet itself goes on as before.
    'mirror',
  ].map(note),
  ['ip adjust-mss <mss>'],
  ['ipv6 adjust-mss <mss>'],
  ['ip disable-forwarding'],
  ['ip enable-arp-accept'],
  ['ip enable-arp-announce'],
  ['ip enable-arp-ignore'],
  ['ip enable-directed-broadcast'],
  ['ip enable-proxy-arp'],
  ['ip proxy-arp-pvlan'],
  ['ip source-validation strict'],
  ['ip source-validation loose'],
  ['ip source-validation disable'],
  ['ipv6 disable-forwarding'],
  elsewhere('firewall'),
];
const vlans = [elsewhere('vif'), elsewhere('vif-s')];
const portWords = vocabularyOf(anyWords, vlans);
const vlanWords = vocabularyOf(anyWords, [elsewhere('vif-c'), ['protocol 802.1ad'], ['protocol 802.1q']]);

/** What `interfaces` says. */
export interface ReadInterfaces {
  readonly interfaces: readonly VyosInterface[];
  /** Commands of `ip` that make devices and join them, each after what it needs; `bridge:` before those of `bridge`. */
  readonly devices: readonly string[];
  readonly settings: readonly Setting[];
}

/** One interface, when `ip` makes it, and what comes after all are made. */
interface Port {
  readonly port: VyosInterface;
  /** Devices over ports come before those over devices. */
  readonly rank: number;
  readonly make: string | undefined;
  readonly join: readonly string[];
  readonly settings: readonly Setting[];
}

/** Reads `interfaces`. An address by DHCP is that of the lab's own outside network on eth0. */
export function readInterfaces(roots: readonly VyosNode[], findings: Findings): ReadInterfaces {
  const ports = nodesAt(roots, 'interfaces').flatMap((kind) => {
    const device = deviceKinds[kind.word];
    if (kind.word === 'ethernet' || device !== undefined)
      return kind.children.flatMap((port) => readPort(kind.word, port, device, findings));
    findings.unknown(kind, ['interfaces']);
    return [];
  });
  const made = ports.toSorted((a, b) => a.rank - b.rank);
  return {
    interfaces: ports.map(({ port }) => port),
    devices: [...made.flatMap(({ make }) => make ?? []), ...ports.flatMap(({ join }) => join)],
    settings: ports.flatMap(({ settings }) => settings),
  };
}

const tunnels = ['vxlan', 'geneve', 'tunnel'];

function readPort(kind: string, node: VyosNode, device: DeviceKind | undefined, findings: Findings): readonly Port[] {
  const trail = ['interfaces', kind, node.word];
  if (!isValue('interface', node.word)) {
    findings.add(node, 'VYOS_VALUE', `\`${node.word}\` is no interface name`);
    return [];
  }
  const words = device === undefined ? portWords : vocabularyOf(anyWords, vlans, device.words);
  const port = readOne({ kind, name: node.word, node, words, trail }, findings, {
    rank: tunnels.includes(kind) ? 4 : kind === 'pseudo-ethernet' ? 3 : 0,
    make: device?.make(node.word, node.children),
    join: joinCommands(kind, node.word, node.children),
  });
  const own = { ...port, port: { ...port.port, mtu: port.port.mtu ?? device?.mtu } };
  return [own, ...vlansOf(node, node.word, trail, findings)];
}

/** VLANs, and those inside provider VLANs (802.1ad). */
function vlansOf(node: VyosNode, parent: string, above: readonly string[], findings: Findings): readonly Port[] {
  return ['vif', 'vif-s', 'vif-c'].flatMap((word) =>
    nodesAt(node.children, word).flatMap((vlan): readonly Port[] => {
      const trail = [...above, word, vlan.word];
      if (!isValue('number', vlan.word) || Number(vlan.word) > 4094) {
        findings.add(vlan, 'VYOS_VALUE', `\`${trail.join(' ')}\`: expected a VLAN id`);
        return [];
      }
      const name = `${parent}.${vlan.word}`;
      const isOuter = word === 'vif-s' && valueAt(vlan.children, 'protocol') !== '802.1q';
      const make = `link add link ${parent} name ${name} type vlan ${isOuter ? 'proto 802.1ad ' : ''}id ${vlan.word}`;
      const words = { kind: 'vif', name, node: vlan, words: vlanWords, trail };
      const rank = word === 'vif-c' ? 2 : 1;
      return [readOne(words, findings, { rank, make, join: [] }), ...vlansOf(vlan, name, trail, findings)];
    }),
  );
}

interface Reading {
  readonly kind: string;
  readonly name: string;
  readonly node: VyosNode;
  readonly words: Vocabulary;
  readonly trail: readonly string[];
}

function readOne(
  { kind, name, node, words, trail }: Reading,
  findings: Findings,
  made: { readonly rank: number; readonly make: string | undefined; readonly join: readonly string[] },
): Port {
  const before = findings.problems.length;
  translate(node.children, words, trail, findings);
  const isSound = findings.problems.length === before;
  const mtu = valueAt(node.children, 'mtu');
  const vrf = valueAt(node.children, 'vrf');
  return {
    port: {
      kind,
      name,
      addresses: addressesOf(node, trail, findings),
      mtu: mtu === undefined ? undefined : Number(mtu),
      isDisabled: nodeAt(node.children, 'disable') !== undefined,
      members: wordsAt(node.children, 'member', 'interface'),
      vrf,
    },
    rank: made.rank,
    make: isSound ? made.make : undefined,
    join: isSound ? [...made.join, ...(vrf === undefined ? [] : [`link set dev ${name} master ${vrf}`])] : [],
    settings: isSound ? interfaceSettings(name, node.children) : [],
  };
}

function addressesOf(port: VyosNode, trail: readonly string[], findings: Findings): readonly string[] {
  for (const node of nodesAt(port.children, 'address')) {
    if (isValue('prefix', node.word)) continue;
    if (node.word.startsWith('dhcp')) {
      if (port.word === 'eth0') findings.note(node, [...trail, 'address']);
      else findings.add(node, 'VYOS_VALUE', `\`${trail.join(' ')}\`: no one gives addresses by DHCP here`, 'state one');
    } else {
      findings.add(node, 'VYOS_VALUE', `\`${node.word}\` is no address with its length such as 10.1.5.1/24`);
    }
  }
  return wordsAt(port.children, 'address').filter((word) => isValue('prefix', word));
}
