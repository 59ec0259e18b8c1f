// Owns the proof that a filter takes the same packets in every form: what tcpdump takes of plain packets by the expression
// itself is what it takes of them plain, in IPIP and in VXLAN by the expression that labctl writes.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CaptureParser } from '../../../src/packet/capture-parser.ts';
import { parseFilter } from '../../../src/packet/filter/parse.ts';
import { FilterFault } from '../../../src/packet/filter/tokens.ts';
import { writeFilter } from '../../../src/packet/filter/write.ts';
import * as p from '../../support/packets.ts';
import { scratchFolder } from '../../support/scratch.ts';
import { hasTcpdump, taken } from '../../support/tcpdump.ts';

const [a, b, c] = ['10.244.0.2', '10.244.2.2', '10.1.5.10'];
const [a6, b6] = ['fd00:10:244::2', 'fd00:10:244:2::2'];
const none = (): readonly string[] => [];

/** IP packets of all kinds that filters can ask for; the family says how a tunnel carries them. */
const packets: readonly (readonly [4 | 6, Uint8Array])[] = [
  ...[a, b, c].flatMap((from) => [a, b, c].map((to) => [4, p.ipv4(1, { from, to }, p.echo(8, 7, 1))] as const)),
  [4, p.ipv4(1, { from: a, to: b, options: p.hex('01010101'), isUnfragmentable: true }, p.echo(0, 7, 1))],
  [
    4,
    p.ipv4(1, { from: c, to: a }, p.icmpError(3, 4, 1400, p.ipv4(17, { from: a, to: b }, p.udp(80, 80, p.hex('00'))))),
  ],
  ...[22, 80, 443, 8080].flatMap((port) => [
    [4, p.ipv4(6, { from: a, to: b, ttl: 3 }, p.tcp({ from: 40_000, to: port, flags: 2, mss: 1460 }))] as const,
    [
      4,
      p.ipv4(6, { from: b, to: a, options: p.hex('01010101') }, p.tcp({ from: port, to: 40_000, flags: 18 })),
    ] as const,
    [4, p.ipv4(17, { from: a, to: c }, p.udp(port, 53, new Uint8Array(1400)))] as const,
    [6, p.ipv6(6, { from: a6, to: b6 }, p.tcp({ from: 40_000, to: port, flags: 17 }))] as const,
    [6, p.ipv6(17, { from: b6, to: a6, hopLimit: 1 }, p.udp(port, 80, new Uint8Array(200)))] as const,
  ]),
  [4, p.ipv4(17, { from: a, to: b, hasMore: true }, p.udp(80, 80, new Uint8Array(16)))],
  [4, p.ipv4(17, { from: a, to: b, offset: 24 }, p.udp(80, 80, new Uint8Array(16)))],
  [4, p.ipv4(89, { from: c, to: '224.0.0.5' }, new Uint8Array(44))],
  [6, p.ipv6(58, { from: a6, to: b6 }, p.echo(128, 7, 1))],
  [6, p.ipv6(58, { from: b6, to: a6 }, p.echo(129, 7, 1))],
  [6, p.ipv6(58, { from: 'fe80::1', to: 'ff02::1' }, p.echo(135, 0, 0))],
];

const etherType = { 4: 0x0800, 6: 0x86dd } as const;
const outer = { from: '172.18.0.2', to: '172.18.0.3' };
const outer6 = { from: 'fd00::a', to: 'fd00::b' };
const forms: Readonly<Record<string, (family: 4 | 6, packet: Uint8Array) => Uint8Array>> = {
  plain: (family, packet) => p.eth(etherType[family], packet),
  IPIP: (family, packet) => p.eth(0x0800, p.ipv4(family === 4 ? 4 : 41, outer, packet)),
  VXLAN: (family, packet) =>
    p.eth(0x0800, p.ipv4(17, outer, p.udp(49_999, 4789, p.vxlan(4096, p.eth(etherType[family], packet))))),
  'VXLAN over IPv6': (family, packet) =>
    p.eth(0x86dd, p.ipv6(17, outer6, p.udp(49_999, 4789, p.vxlan(4096, p.eth(etherType[family], packet))))),
};

const expressions = [
  'icmp',
  'icmp6',
  'ip6',
  'tcp or udp',
  'not tcp',
  'host 10.244.0.2',
  'src 10.244.0.2 and dst host 10.1.5.10',
  'src or dst host 10.1.5.10',
  'src and dst host 10.1.5.10',
  'ip src net 10.244.0.0/16 and not dst net 10.244.0.0 mask 255.255.0.0',
  'net 10.1',
  'host fd00:10:244::2',
  'src net fd00:10:244:2::/64 or dst host 10.244.2.2',
  'host 10.244.0.2 or 10.1.5.10',
  'port 80',
  'tcp port 80 or 443',
  'tcp dst port 8080 or udp src port 443',
  'portrange 79-443',
  'udp and not port 53',
  'tcp[tcpflags] & (tcp-syn|tcp-fin) != 0',
  'tcp[tcpflags] == tcp-syn',
  'icmp[icmptype] = icmp-echo or icmp6[icmp6type] == icmp6-echo',
  'icmp[0] == 3 && icmp[1] == 4',
  'ip[8] < 5 || ip6[7] = 1',
  'ip[6:2] & 0x1fff != 0',
  'ip[6] & 0x40 != 0',
  'udp[4:2] > 1000',
  '(tcp or icmp) and !(src host 10.244.2.2)',
  'tcp[(tcp[12] >> 4) * 4 - 4] = 2',
  'less 100',
  'greater 1000',
  'len > 200 and udp',
  'ip proto 89 or ip6 proto 58',
  'proto ospf',
  'ip multicast',
  'ip6 multicast or tcp',
  'icmp and (host 10.244.0.2 or 10.1.5.10) and not host 10.244.2.2',
];

const withTcpdump = hasTcpdump();

/** The places, in the list of packets, of the frames in a file. */
function placesIn(pcap: Uint8Array): readonly number[] {
  const places: number[] = [];
  const parser = new CaptureParser(({ seconds }) => places.push(seconds));
  parser.push(pcap);
  parser.end();
  return places;
}

describe.skipIf(!withTcpdump)('a filter on the inner packet', () => {
  const folder = scratchFolder('labctl-filter-');
  const files = Object.entries(forms).map(([name, wrapped]) => {
    const file = join(folder, `${name}.pcap`);
    const frames = packets.map(([family, packet], place) => ({ bytes: wrapped(family, packet), time: place * 1e9 }));
    writeFileSync(file, p.pcapFile(frames));
    return { name, file };
  });

  it.each(expressions)('%s', (text) => {
    const own = placesIn(taken(files[0]!.file, text));
    const written = writeFilter(parseFilter(text, none));

    const seen = files.map(({ name, file }) => [name, placesIn(taken(file, written))]);

    expect(own.length).toBeGreaterThan(0);
    expect(seen).toEqual(files.map(({ name }) => [name, own]));
  });
});

describe('a filter', () => {
  it('knows the machines of the lab', () => {
    const resolve = (name: string): readonly string[] => (name === 'pod-a' ? [a, a6] : []);

    expect(parseFilter('host pod-a', resolve)).toEqual(parseFilter(`host ${a} or ${a6}`, none));
  });

  it('knows ports by name, on a machine without /etc/services too', () => {
    expect(parseFilter('port domain or bgp', none)).toEqual(parseFilter('port 53 or 179', none));
  });

  it.each([
    ['tcp and foo', 8, 3],
    ['ether host a', 0, 5],
    ['tcp port htpt', 9, 4],
    ['tcp port 65536', 9, 5],
    ['icmp port 80', 10, 2],
    ['(tcp or udp', 10, 1],
    ['host 10.0.0.1 10', 14, 2],
    ['tcp[13', 5, 1],
    ['tcp[0:3] = 1', 7, 1],
    ['net 10.0.0.0/33', 4, 11],
    ['tcp ; udp', 4, 1],
    ['', 0, 1],
  ])('that is wrong names the place: %s', (text, at, width) => {
    const parse = () => parseFilter(text, none);

    expect(parse).toThrow(FilterFault);
    expect(parse).toThrow(expect.objectContaining({ at, width }));
  });
});
