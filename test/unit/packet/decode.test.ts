// Owns the tests of the decoder on frames made by hand: what each is made of, and why decoding ended.

import { describe, expect, it } from 'vitest';
import { decode, decodeQuoted } from '../../../src/packet/decode.ts';
import { mplsLabels, tcpOption, vniOf } from '../../../src/packet/fields.ts';
import { ending, Layers, layer, layerNames, maxDepth } from '../../../src/packet/layers.ts';
import { linkTypeName } from '../../../src/packet/link-type.ts';
import * as p from '../../support/packets.ts';

const pods = { from: '10.244.1.2', to: '10.244.2.3' };
const nodes = { from: '10.1.5.10', to: '10.1.8.11' };
const echo = p.ipv4(1, pods, p.echo(8, 7, 1));
const frame = p.eth(0x0800, echo);
const echo6 = p.ipv6(58, { from: 'fd00::1', to: 'fd00::2' }, p.echo(128, 7, 1));

function decoded(bytes: Uint8Array, linkType = 1): Layers {
  const layers = new Layers();
  decode(layers, bytes, 0, bytes.length, linkType);
  return layers;
}

function stackOf(layers: Layers): string {
  return Array.from(layers.kinds.subarray(0, layers.count), (kind) => layerNames[kind]).join(' ');
}

describe('the decoder', () => {
  it.each([
    ['an echo', frame, 'eth ip icmp'],
    [
      'an 802.1Q tag in a service tag',
      p.eth(0x88a8, p.vlanTag(7, 0x8100, p.vlanTag(100, 0x0800, echo))),
      'eth vlan vlan ip icmp',
    ],
    ['IPv4 in IPv4', p.eth(0x0800, p.ipv4(4, nodes, echo)), 'eth ip ip icmp'],
    ['IPv6 in IPv4', p.eth(0x0800, p.ipv4(41, nodes, echo6)), 'eth ip ipv6 icmpv6'],
    ['IPv4 in IPv6', p.eth(0x86dd, p.ipv6(4, { from: 'fd00::1', to: 'fd00::2' }, echo)), 'eth ipv6 ip icmp'],
    ['VXLAN', p.eth(0x0800, p.ipv4(17, nodes, p.udp(1, 4789, p.vxlan(4096, frame)))), 'eth ip udp vxlan eth ip icmp'],
    [
      "VXLAN on Linux's port",
      p.eth(0x0800, p.ipv4(17, nodes, p.udp(1, 8472, p.vxlan(6, frame)))),
      'eth ip udp vxlan eth ip icmp',
    ],
    [
      'GENEVE',
      p.eth(0x0800, p.ipv4(17, nodes, p.udp(1, 6081, p.geneve(9, 0x0800, echo)))),
      'eth ip udp geneve ip icmp',
    ],
    [
      'VXLAN-GPE, which names what follows',
      p.eth(0x0800, p.ipv4(17, nodes, p.udp(1, 4790, p.joined(p.hex('0c000001 00000700'), echo)))),
      'eth ip udp vxlan ip icmp',
    ],
    ["flannel's UDP", p.eth(0x0800, p.ipv4(17, nodes, p.udp(8285, 8285, echo))), 'eth ip udp flannel ip icmp'],
    [
      'MPLS in GRE',
      p.eth(0x0800, p.ipv4(47, nodes, p.gre(0, 0x8847, p.hex(''), p.mpls([16, 17], echo)))),
      'eth ip gre mpls ip icmp',
    ],
    ['BFD', p.eth(0x0800, p.ipv4(17, nodes, p.udp(49152, 3784, new Uint8Array(24)))), 'eth ip udp bfd'],
    ['ARP', p.eth(0x0806, p.arp(1, '10.1.5.10', '10.1.5.1')), 'eth arp'],
    ['LLDP', p.eth(0x88cc, new Uint8Array(40)), 'eth lldp'],
    [
      'a hop-by-hop header',
      p.eth(0x86dd, p.ipv6(0, { from: 'fd00::1', to: 'ff02::16' }, p.hex('3a00050200000100 8f00000000000000'))),
      'eth ipv6 ipv6.hopopts icmpv6',
    ],
  ])('names the headers of %s', (_, bytes, stack) => {
    expect(stackOf(decoded(bytes))).toBe(stack);
    expect(decoded(bytes).ending).toBe(ending.payload);
  });

  it.each([
    [101, echo, 'ip icmp'],
    [12, echo6, 'ipv6 icmpv6'],
    [228, echo, 'ip icmp'],
    [229, echo6, 'ipv6 icmpv6'],
    [0, p.joined(p.hex('02000000'), echo), 'null ip icmp'],
    [108, p.joined(p.hex('0000001e'), echo6), 'null ipv6 icmpv6'],
    [113, p.joined(p.hex('0000 0001 0006 5e00000000010000 0800'), echo), 'sll ip icmp'],
    [276, p.joined(p.hex('0800 0000 00000003 0001 04 06 5e00000000010000'), echo), 'sll ip icmp'],
  ])('begins as link type %i has it', (linkType, bytes, stack) => {
    expect(stackOf(decoded(bytes, linkType))).toBe(stack);
    expect(linkTypeName(linkType)).not.toContain('link type');
  });

  it.each([
    ['an unknown link type', decoded(frame, 147), ending.unknown, 147, ''],
    ['an unknown EtherType', decoded(p.eth(0x1234, echo)), ending.unknown, 0x1234, 'eth'],
    ['an unknown protocol', decoded(p.eth(0x0800, p.ipv4(89, nodes, p.hex('00')))), ending.unknown, 89, 'eth ip'],
    ['ESP', decoded(p.eth(0x0800, p.ipv4(50, nodes, new Uint8Array(16)))), ending.encrypted, 0, 'eth ip esp'],
    [
      'a later fragment',
      decoded(p.eth(0x0800, p.ipv4(1, { ...pods, offset: 8 }, p.echo(8, 7, 1)))),
      ending.fragment,
      0,
      'eth ip',
    ],
    ['a header length below 20', decoded(p.eth(0x0800, p.hex(`44${'00'.repeat(30)}`))), ending.malformed, 0, 'eth'],
  ])('says why it ends at %s', (_, layers, why, detail, stack) => {
    expect([layers.ending, layers.endingDetail, stackOf(layers)]).toEqual([why, detail, stack]);
  });

  it('takes what an ICMP error quotes for no encapsulation', () => {
    const error = p.eth(0x0800, p.ipv4(1, { from: '10.1.5.1', to: '10.244.1.2' }, p.icmpError(3, 4, 1280, echo)));
    const layers = decoded(error);
    const quoted = new Layers();
    decodeQuoted(quoted, error, layers.starts[2]!, layers.end);

    expect(stackOf(layers)).toBe('eth ip icmp');
    expect(stackOf(quoted)).toBe('ip icmp');
    expect(layers.outerIp).toBe(layers.innerIp);
  });

  it("cuts Ethernet's padding off, and keeps a super-packet whose length is 0", () => {
    const padded = p.joined(frame, new Uint8Array(20));
    const offloaded = frame.slice();
    offloaded.set([0, 0], 16);

    expect(decoded(padded).end).toBe(frame.length);
    expect(decoded(offloaded).end).toBe(frame.length);
  });

  it('ends after as many headers as it keeps', () => {
    let nested = echo;
    for (let depth = 0; depth < 60; depth++) nested = p.ipv4(4, nodes, nested);
    const layers = decoded(p.eth(0x0800, nested));

    expect(layers.count).toBe(maxDepth);
    expect(layers.ending).toBe(ending.deep);
  });

  it('never lists a header that is not wholly there', () => {
    const whole = p.eth(
      0x0800,
      p.ipv4(17, nodes, p.udp(1, 4789, p.vxlan(4096, p.eth(0x0800, p.ipv4(4, nodes, echo))))),
    );
    const all = decoded(whole);

    for (let length = 0; length < whole.length; length++) {
      const layers = decoded(whole.subarray(0, length));
      const expected = all.starts.subarray(0, all.count).filter((start, index) => {
        const next = index + 1 < all.count ? all.starts[index + 1]! : start + 8;
        return next <= length;
      });
      expect(Array.from(layers.starts.subarray(0, layers.count))).toEqual(Array.from(expected));
    }
  });

  it('reads options, labels and identifiers', () => {
    const syn = p.eth(0x0800, p.ipv4(6, pods, p.tcp({ from: 1, to: 2, flags: 2, mss: 1410, timestamp: 77 })));
    const layers = decoded(syn);
    const labels = p.eth(0x8847, p.mpls([16, 1_000_000], echo));
    const tunnel = p.eth(0x0800, p.ipv4(17, nodes, p.udp(1, 4789, p.vxlan(0xabcdef, frame))));

    expect(tcpOption(syn, layers.starts[2]!, 2)).toBe(1410);
    expect(tcpOption(syn, layers.starts[2]!, 8)).toBe(77);
    expect(mplsLabels(labels, 14)).toEqual([16, 1_000_000]);
    expect(vniOf(tunnel, decoded(tunnel).starts[decoded(tunnel).find(layer.vxlan)]!)).toBe(0xabcdef);
  });
});
