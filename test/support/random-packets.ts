// Owns packets put together by chance: any link type, tags, tunnels in tunnels, fragments, options, errors that quote.

import * as p from './packets.ts';
import { type Chance, seeded } from './seeded.ts';

/** Link types that frames are made for: Ethernet, raw IP, cooked v1 and v2, null. */
export const madeLinkTypes = [1, 101, 113, 276, 0] as const;

/** `count` frames of a link type; the same seed makes the same frames. */
export function randomFrames(seed: number, count: number, linkType: number): readonly p.TimedFrame[] {
  const chance = seeded(seed);
  return Array.from({ length: count }, (_, index) => ({
    bytes: linked(chance, linkType),
    time: (1_700_000_000 + index) * 1_000_000_000 + chance.below(1_000_000_000),
  }));
}

type Carried = { readonly type: number; readonly bytes: Uint8Array };

function linked(chance: Chance, linkType: number): Uint8Array {
  const carried = linkType === 101 || linkType === 0 ? ipPacket(chance, 0) : network(chance);
  if (linkType === 101) return carried.bytes;
  if (linkType === 0) {
    const family = carried.type === 0x0800 ? 2 : chance.pick([24, 28, 30]);
    return p.joined(Uint8Array.of(family, 0, 0, 0), carried.bytes);
  }
  const mac = chance.bytes(8);
  if (linkType === 113)
    return p.joined(p.u16(chance.below(5)), p.u16(1), p.u16(6), mac, p.u16(carried.type), carried.bytes);
  if (linkType === 276) {
    const head = p.joined(p.u16(carried.type), p.u16(0), p.u32(1 + chance.below(9)), p.u16(1), Uint8Array.of(0, 6));
    return p.joined(head, mac, carried.bytes);
  }
  return ethernet(chance, carried);
}

function network(chance: Chance): Carried {
  const kind = chance.below(20);
  if (kind === 0) return { type: 0x0806, bytes: p.arp(chance.pick([1, 2]), address(chance), address(chance)) };
  if (kind === 1) {
    const labels = Array.from({ length: 1 + chance.below(3) }, () => 16 + chance.below(1_000_000));
    return { type: 0x8847, bytes: p.mpls(labels, ipPacket(chance, 0).bytes) };
  }
  return ipPacket(chance, 0);
}

function ethernet(chance: Chance, carried: Carried): Uint8Array {
  let { type, bytes } = carried;
  for (let tags = chance.pick([0, 0, 0, 1, 2]); tags > 0; tags--) {
    bytes = p.vlanTag(1 + chance.below(4094), type, bytes);
    type = tags === 1 ? 0x8100 : 0x88a8;
  }
  // The first byte is even: a unicast address that no dissector takes for one of its own.
  const macs = { from: `02${hexOf(chance.bytes(5))}`, to: `02${hexOf(chance.bytes(5))}` };
  return p.eth(type, bytes, macs);
}

function ipPacket(chance: Chance, depth: number): Carried {
  return chance.below(3) === 0
    ? { type: 0x86dd, bytes: ipv6Packet(chance, depth) }
    : { type: 0x0800, bytes: ipv4Packet(chance, depth) };
}

function ipv4Packet(chance: Chance, depth: number): Uint8Array {
  const [protocol, payload] = transport(chance, depth, 4);
  const isFragment = chance.below(12) === 0;
  return p.ipv4(
    protocol,
    {
      from: address(chance),
      to: address(chance),
      ttl: 1 + chance.below(255),
      id: chance.below(65_536),
      isUnfragmentable: chance.below(2) === 0,
      hasMore: isFragment && chance.below(2) === 0,
      offset: isFragment ? 8 * (1 + chance.below(100)) : 0,
      options: chance.below(10) === 0 ? p.hex('01010101 94040000') : new Uint8Array(),
    },
    payload,
  );
}

function ipv6Packet(chance: Chance, depth: number): Uint8Array {
  let [next, payload]: [number, Uint8Array] = transport(chance, depth, 6);
  const padding = p.hex('0104 00000000');
  for (const header of [60, 44, 43, 0]) {
    if (chance.below(8) !== 0) continue;
    if (header === 44) {
      const offset = chance.below(3) === 0 ? 8 * (1 + chance.below(100)) : 0;
      payload = p.joined(
        Uint8Array.of(next, 0),
        p.u16(offset | chance.below(2)),
        p.u32(chance.below(2 ** 31)),
        payload,
      );
    } else if (header === 43) {
      payload = p.joined(Uint8Array.of(next, 2, 2, 0), p.u32(0), chance.bytes(16), payload);
    } else payload = p.joined(Uint8Array.of(next, 0), padding, payload);
    next = header;
  }
  return p.ipv6(next, { from: address6(chance), to: address6(chance), hopLimit: 1 + chance.below(255) }, payload);
}

/** A protocol number and its bytes; tunnels up to four deep. */
function transport(chance: Chance, depth: number, version: 4 | 6): [number, Uint8Array] {
  const kind = chance.below(depth < 4 ? 20 : 8);
  if (kind <= 2) return [6, tcpSegment(chance)];
  if (kind <= 4) return [17, p.udp(port(chance), port(chance), filler(chance, 60))];
  if (kind === 5) return icmp(chance, version);
  if (kind === 6) return [50, p.joined(p.u32(256 + chance.below(1e9)), p.u32(chance.below(1e6)), chance.bytes(40))];
  if (kind === 7) return quiet(chance);
  const inner = ipPacket(chance, depth + 1);
  const frame = ethernet(chance, inner);
  const vni = chance.below(2 ** 24);
  if (kind === 17) return [47, p.gre(...mirrored(chance), frame)];
  if (kind === 18) return [17, p.udp(port(chance), 6635, p.mpls([16 + chance.below(1000)], inner.bytes))];
  if (kind === 19) return [137, p.mpls([16 + chance.below(1000)], inner.bytes)];
  if (kind <= 9) return [inner.type === 0x0800 ? 4 : 41, inner.bytes];
  if (kind <= 11) return [17, p.udp(port(chance), chance.pick([4789, 8472]), p.vxlan(vni, frame))];
  if (kind === 12) return [17, p.udp(port(chance), 6081, p.geneve(vni, 0x6558, frame, p.hex('01028000')))];
  if (kind === 13) {
    // A checksum, a key and a sequence number, any of them.
    const flags = chance.pick([0x2000, 0xa000, 0xb000, 0x1000]);
    return [
      47,
      p.gre(flags, inner.type, new Uint8Array(flags === 0xb000 ? 12 : flags === 0xa000 ? 8 : 4), inner.bytes),
    ];
  }
  if (kind === 14) return [47, p.gre(0, 0x6558, new Uint8Array(), frame)];
  return [47, p.gre(0, 0x8847, new Uint8Array(), p.mpls([16 + chance.below(1000)], inner.bytes))];
}

/** What says little: ESP in UDP (RFC 3948) with either port, and BFD (RFC 5880) that is up. */
function quiet(chance: Chance): [number, Uint8Array] {
  const esp = p.joined(p.u32(256 + chance.below(1e9)), p.u32(chance.below(1e6)), chance.bytes(40));
  const bfd = p.joined(p.hex('20c00318'), p.u32(1), p.u32(2), p.u32(300_000), p.u32(300_000), p.u32(0));
  return [
    17,
    chance.pick([
      p.udp(4500, 4500, esp),
      p.udp(4500, port(chance), esp),
      p.udp(port(chance), chance.pick([3784, 4784, 6784]), bfd),
    ]),
  ];
}

/** GRE's flags, type and fields of ERSPAN types I, II and III, and what their own headers say. */
function mirrored(chance: Chance): [number, number, Uint8Array] {
  const sequence = p.u32(chance.below(1e6));
  return chance.pick<[number, number, Uint8Array]>([
    [0, 0x88be, new Uint8Array()],
    [0x1000, 0x88be, p.joined(sequence, p.hex('1000000500000000'))],
    [0x1000, 0x22eb, p.joined(sequence, p.hex('200000050000000000000000'))],
  ]);
}

function tcpSegment(chance: Chance): Uint8Array {
  const isSyn = chance.below(4) === 0;
  const options = {
    from: port(chance),
    to: port(chance),
    sequence: chance.below(2 ** 32),
    ack: chance.below(2 ** 32),
    flags: isSyn ? chance.pick([2, 18]) : chance.pick([16, 24, 17, 4, 20]),
    timestamp: chance.below(2 ** 32),
  };
  return isSyn ? p.tcp({ ...options, mss: 1460 }) : p.tcp(options, filler(chance, 80));
}

function icmp(chance: Chance, version: 4 | 6): [number, Uint8Array] {
  if (chance.below(2) === 0) {
    const type = version === 4 ? chance.pick([0, 8]) : chance.pick([128, 129]);
    return [version === 4 ? 1 : 58, p.echo(type, chance.below(65_536), chance.below(65_536), filler(chance, 56))];
  }
  const datagram = p.udp(port(chance), port(chance), new Uint8Array(16));
  if (version === 4) {
    const quoted = p.ipv4(17, { from: address(chance), to: address(chance), id: chance.below(65_536) }, datagram);
    return [1, p.icmpError(chance.pick([3, 11]), chance.below(2), 0, quoted)];
  }
  const quoted = p.ipv6(17, { from: address6(chance), to: address6(chance) }, datagram);
  return [58, p.icmpError(chance.pick([1, 2, 3]), 0, 1280, quoted)];
}

/** Ports that no dissector of tshark claims. */
function port(chance: Chance): number {
  return 51_000 + chance.below(1_000);
}

/** Zeros: a payload that no heuristic takes for something. */
function filler(chance: Chance, limit: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array(chance.below(limit));
}

function address(chance: Chance): string {
  return `10.${chance.below(256)}.${chance.below(256)}.${1 + chance.below(254)}`;
}

function address6(chance: Chance): string {
  const group = (): string => (1 + chance.below(65_535)).toString(16);
  return `fd00:${chance.below(2)}:${group()}:0:0:${group()}:0:${group()}`;
}

function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}
