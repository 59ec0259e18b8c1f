// Owns `interfaces`: which ports and devices a router has, their addresses and MTUs, and what of them a lab cannot have.

import { type DeviceKind, deviceKinds, makeVif } from './devices.ts';
import { nodeAt, nodesAt, type VyosNode, valueAt, wordsAt } from './node.ts';
import type { VyosInterface } from './router.ts';
import { type Findings, isValue, type Row, translate, vocabularyOf } from './vocabulary.ts';

const note = (path: string): Row => ({ path, isNote: true });

const anyWords: readonly (Row | readonly [string])[] = [
  { path: 'address', isElsewhere: true },
  ['mtu <number>'],
  ['disable'],
  ['description <text>'],
  note('duplex'),
  note('speed'),
  note('hw-id'),
  note('mac'),
  note('offload'),
  note('ring-buffer'),
  note('disable-flow-control'),
  note('disable-link-detect'),
  note('switchdev'),
  note('dhcp-options'),
  note('dhcpv6-options'),
  note('ip arp-cache-timeout'),
  note('ip disable-arp-filter'),
  note('ipv6'),
  // A copy for a listener: the packet itself goes on as before.
  note('mirror'),
];
const vif: Row = { path: 'vif', isElsewhere: true };
const portWords = vocabularyOf(anyWords, [vif]);
const vifWords = vocabularyOf(anyWords);

/** Reads `interfaces`. An address by DHCP is that of the lab's own outside network on eth0. */
export function readInterfaces(roots: readonly VyosNode[], findings: Findings): readonly VyosInterface[] {
  return nodesAt(roots, 'interfaces').flatMap((kind) => {
    const device = deviceKinds[kind.word];
    if (kind.word === 'ethernet')
      return kind.children.flatMap((port) => readPort(kind.word, port, undefined, findings));
    if (device !== undefined) return kind.children.flatMap((port) => readPort(kind.word, port, device, findings));
    findings.unknown(kind, ['interfaces']);
    return [];
  });
}

function readPort(
  kind: string,
  port: VyosNode,
  device: DeviceKind | undefined,
  findings: Findings,
): readonly VyosInterface[] {
  const trail = ['interfaces', kind, port.word];
  if (!isValue('interface', port.word)) {
    findings.add(port, 'VYOS_VALUE', `\`${port.word}\` is no interface name`);
    return [];
  }
  const before = findings.problems.length;
  translate(
    port.children,
    device === undefined ? portWords : vocabularyOf(anyWords, [vif], device.words),
    trail,
    findings,
  );
  const isSound = findings.problems.length === before;
  const made = isSound ? (device?.make(port.word, port.children) ?? []) : [];
  return [
    { ...interfaceOf(kind, port.word, port, trail, findings), mtu: mtuOf(port) ?? device?.mtu, make: made },
    ...nodesAt(port.children, 'vif').flatMap((vlan): VyosInterface[] => {
      const above = [...trail, 'vif', vlan.word];
      const isId = isValue('number', vlan.word) && Number(vlan.word) < 4095;
      if (!isId) findings.add(vlan, 'VYOS_VALUE', `\`${above.join(' ')}\`: expected a VLAN id`);
      translate(vlan.children, vifWords, above, findings);
      const name = `${port.word}.${vlan.word}`;
      return isId ? [{ ...interfaceOf('vif', name, vlan, above, findings), make: makeVif(port.word, vlan.word) }] : [];
    }),
  ];
}

function mtuOf(port: VyosNode): number | undefined {
  const mtu = valueAt(port.children, 'mtu');
  return mtu === undefined ? undefined : Number(mtu);
}

function interfaceOf(
  kind: string,
  name: string,
  port: VyosNode,
  trail: readonly string[],
  findings: Findings,
): Omit<VyosInterface, 'make'> {
  return {
    kind,
    name,
    addresses: addressesOf(port, trail, findings),
    mtu: mtuOf(port),
    isDisabled: nodeAt(port.children, 'disable') !== undefined,
    members: wordsAt(port.children, 'member', 'interface'),
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
