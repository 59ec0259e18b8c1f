// Owns the words for what stands around a packet, and whose packet it is when there is no IP inside.

import { expect, it } from 'vitest';
import { Correlator } from '../../../src/flow/correlator.ts';
import { flowText } from '../../../src/flow/flow.ts';
import { linkText } from '../../../src/flow/links.ts';
import { wrapText } from '../../../src/flow/wrapping.ts';
import { readFrames } from '../../../src/packet/capture-parser.ts';
import * as p from '../../support/packets.ts';

const nodes = { from: '10.1.5.10', to: '10.1.8.11' };
const nodes6 = { from: 'fd01::1', to: 'fd01::2' };
const echo = p.ipv4(1, { from: '10.244.1.2', to: '10.244.2.3' }, p.echo(8, 7, 1));
const frame = p.eth(0x0800, echo);
const outer = (protocol: number, payload: Uint8Array): Uint8Array => p.eth(0x0800, p.ipv4(protocol, nodes, payload));

function seen(...frames: readonly Uint8Array[]): Correlator {
  const correlator = new Correlator();
  const point = correlator.addPoint('node');
  readFrames([p.pcapFile(frames.map((bytes) => ({ bytes })))], (one) => correlator.see(point, one));
  return correlator;
}

it.each([
  ['plain', frame],
  ['IPIP 10.1.5.10 > 10.1.8.11 (+20)', outer(4, echo)],
  // Linux puts a tunnel encapsulation limit (RFC 2473 section 5.1) between the two headers.
  ['4in6 fd01::1 > fd01::2 (+48)', p.eth(0x86dd, p.ipv6(60, nodes6, p.joined(p.hex('0400040104010100'), echo)))],
  ['VXLAN 4096 10.1.5.10 > 10.1.8.11 (+50)', outer(17, p.udp(1, 4789, p.vxlan(4096, frame)))],
  ['VXLAN 6 10.1.5.10 > 10.1.8.11:8472 (+50)', outer(17, p.udp(1, 8472, p.vxlan(6, frame)))],
  ['VXLAN 6 fd01::1 > [fd01::2]:8472 (+70)', p.eth(0x86dd, p.ipv6(17, nodes6, p.udp(1, 8472, p.vxlan(6, frame))))],
  [
    'VXLAN 9 10.1.5.10 > 10.1.8.11, IPIP 10.1.5.10 > 10.1.8.11 (+70)',
    outer(17, p.udp(1, 4789, p.vxlan(9, outer(4, echo)))),
  ],
  ['GRE key 7 10.1.5.10 > 10.1.8.11 (+28)', outer(47, p.gre(0x2000, 0x0800, p.u32(7), echo))],
  ['GRE/MPLS label 18 19 10.1.5.10 > 10.1.8.11 (+32)', outer(47, p.gre(0, 0x8847, p.hex(''), p.mpls([18, 19], echo)))],
  ['GRE/ERSPAN 10.1.5.10 > 10.1.8.11 (+38)', outer(47, p.gre(0, 0x88be, p.hex(''), frame))],
  ['MPLS label 16 17 (+8)', p.eth(0x8847, p.mpls([16, 17], echo))],
])('%s', (text, bytes) => {
  const { wraps, sightings } = seen(bytes);

  expect(wrapText(wraps.all[sightings.wrap[0]!]!)).toBe(text);
});

it('what has no IP inside belongs to the packet that carries it', () => {
  const bfd = p.udp(49_152, 3784, p.joined(p.hex('20c00318'), new Uint8Array(20)));
  const arp = p.vxlan(1, p.eth(0x0806, p.arp(1, '10.1.1.1', '10.1.1.2')));
  const { flows } = seen(outer(17, bfd), outer(17, p.udp(40_000, 4789, arp)), outer(132, new Uint8Array(16)));

  expect(flows.all.map(flowText)).toEqual([
    'udp 10.1.5.10:49152 > 10.1.8.11:3784',
    'udp 10.1.5.10:40000 > 10.1.8.11:4789',
    'ip proto 132 10.1.5.10 > 10.1.8.11',
  ]);
});

it('a question is no answer to a question the other way, though both have the same identifier', () => {
  const ends = { from: '10.244.1.2', to: '10.244.2.3' };
  const { flows } = seen(frame, p.eth(0x0800, p.ipv4(1, ends, p.echo(0, 7, 1))));

  expect(flows.all.map(({ reverse }) => reverse)).toEqual([-1, -1]);
});

it('frames of one file are told apart by their tags, and by the interface of a cooked one', () => {
  const tagged = p.eth(0x88a8, p.vlanTag(100, 0x8100, p.vlanTag(10, 0x0800, echo)));
  const { links, sightings } = seen(frame, tagged);
  const cooked = p.joined(p.hex('0800 0000'), p.u32(3), p.hex('0001 04 06 020000000001 0000'), echo);
  const other = new Correlator();
  const point = other.addPoint('any');
  readFrames([p.pcapFile([{ bytes: cooked }], { linkType: 276 })], (one) => other.see(point, one));

  expect([0, 1].map((row) => linkText(links.all[sightings.link[row]!]!))).toEqual([
    '5e:00:00:00:00:01 > ee:ee:ee:ee:ee:ee',
    '5e:00:00:00:00:01 > ee:ee:ee:ee:ee:ee VLAN 100 10',
  ]);
  expect(linkText(other.links.all[other.sightings.link[0]!]!)).toBe('interface 3 out');
});
