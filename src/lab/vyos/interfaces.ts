// Owns `interfaces`: which ports a router has, their addresses and MTUs, and what of them a lab cannot have.

import { nodeAt, nodesAt, type VyosNode, valueAt, wordsAt } from './node.ts';
import type { VyosInterface } from './router.ts';
import { type Findings, isValue, type Row, translate, vocabularyOf } from './vocabulary.ts';

const note = (path: string): Row => ({ path, isNote: true });

const portWords = vocabularyOf([
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
]);

/** Kinds of interfaces that a lab has. */
const kinds = ['ethernet', 'loopback', 'dummy'];

/** Reads `interfaces`. An address by DHCP is that of the lab's own outside network on eth0. */
export function readInterfaces(roots: readonly VyosNode[], findings: Findings): readonly VyosInterface[] {
  const interfaces: VyosInterface[] = [];
  for (const kind of nodesAt(roots, 'interfaces')) {
    if (!kinds.includes(kind.word)) {
      findings.unknown(kind, ['interfaces']);
      continue;
    }
    for (const port of kind.children) {
      const trail = ['interfaces', kind.word, port.word];
      if (!isValue('interface', port.word)) {
        findings.add(port, 'VYOS_VALUE', `\`${port.word}\` is no interface name`);
        continue;
      }
      translate(port.children, portWords, trail, findings);
      const mtu = valueAt(port.children, 'mtu');
      interfaces.push({
        kind: kind.word,
        name: port.word,
        addresses: addressesOf(port, trail, findings),
        mtu: mtu === undefined ? undefined : Number(mtu),
        isDisabled: nodeAt(port.children, 'disable') !== undefined,
      });
    }
  }
  return interfaces;
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
