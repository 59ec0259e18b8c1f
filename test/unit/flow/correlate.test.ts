// Owns the traps of telling packets apart, each with packets made for it: translation, copies, clocks, offload, ids of 0.

import { describe, expect, it } from 'vitest';
import { flowText } from '../../../src/flow/flow.ts';
import * as p from '../../support/packets.ts';
import { hopsOf, kinds, seen } from '../../support/seen.ts';

const a = '10.244.1.2';
const b = '10.244.2.3';
const ms = 1_000_000;
const ping = (
  type: number,
  ttl: number,
  id: number,
  ends = { from: a, to: b },
  echoId = 7,
  payload = p.hex('0102030405060708'),
): Uint8Array => p.ipv4(1, { ...ends, ttl, id }, p.echo(type, echoId, 1, payload));
const back = { from: b, to: a };

describe('packets at several points', () => {
  it('are one by IP id, addresses and their own numbers, in the order of falling TTL', () => {
    const correlation = seen({ node: [[1, ping(8, 63, 5)]], pod: [[0, ping(8, 64, 5)]], leaf: [[2, ping(8, 62, 5)]] });

    expect(hopsOf(correlation)).toEqual(['1x pod 64 > node 63 > leaf 62']);
  });

  it('are different pings when only their ends are the same', () => {
    const correlation = seen({
      pod: [[0, ping(8, 64, 5, { from: a, to: b }, 200)]],
      node: [[1, ping(8, 63, 6, { from: a, to: b }, 188, p.hex('aa'))]],
    });

    expect(hopsOf(correlation)).toEqual(['1x pod 64', '1x node 63']);
    expect(kinds(correlation).join()).toContain('different-packets: 2 different pings');
  });

  it('are told apart by TCP numbers where the IP id is 0', () => {
    const segment = (ttl: number, sequence: number): Uint8Array =>
      p.ipv4(
        6,
        { from: a, to: b, ttl, id: 0, isUnfragmentable: true },
        p.tcp({ from: 80, to: 40_000, sequence, flags: 18 }),
      );
    const correlation = seen({
      pod: [
        [0, segment(64, 1)],
        [1, segment(64, 2)],
      ],
      node: [
        [0, segment(63, 1)],
        [1, segment(63, 2)],
      ],
    });

    expect(hopsOf(correlation)).toEqual(['2x pod 64 > node 63']);
  });

  it('are followed into a tunnel, IPv6 ones too', () => {
    const echo6 = (hopLimit: number): Uint8Array =>
      p.ipv6(58, { from: 'fd00::1', to: 'fd00::2', hopLimit }, p.echo(128, 7, 1));
    const outer = p.ipv4(41, { from: '10.1.5.10', to: '10.1.8.11' }, echo6(63));
    const correlation = seen({ pod: [[0, p.eth(0x86dd, echo6(64))]], node: [[1, outer]] });

    expect(hopsOf(correlation)).toEqual(['1x pod 64 > node 63']);
    expect(correlation.correlator.wraps.all[1]).toMatchObject({ name: '6in4', source: '10.1.5.10', overhead: 20 });
  });

  it('that come again unchanged are sent again; with another TTL and address they are copies of a mirror', () => {
    const segment = (ttl: number, id: number): Uint8Array =>
      p.ipv4(6, { from: a, to: b, ttl, id }, p.tcp({ from: 1, to: 2, sequence: 9, timestamp: id }, new Uint8Array(10)));
    const copy = p.eth(0x0800, segment(63, 5), { from: '5e0000000009', to: '5e000000000a' });
    const correlation = seen({
      mirror: [
        [0, segment(64, 5)],
        [0.01, copy],
        [200, segment(64, 6)],
      ],
    });

    expect(hopsOf(correlation)).toEqual(['1x mirror 64 > mirror 63', '1x mirror 64']);
    expect(kinds(correlation)).toEqual([
      expect.stringMatching(/^forwarded-copies: mirror saw 1 packet again .* TTL 1 lower/),
    ]);
  });
});

describe('fragments', () => {
  const datagram = p.udp(4000, 5000, new Uint8Array(2000).fill(7));
  const ends = { from: a, to: b, id: 77 };
  const first = (ttl: number): Uint8Array => p.ipv4(17, { ...ends, ttl, hasMore: true }, datagram.subarray(0, 1480));
  const later = (ttl: number): Uint8Array => p.ipv4(17, { ...ends, ttl, offset: 1480 }, datagram.subarray(1480));

  it('belong to the flow of their first one, in whatever order they come', () => {
    const correlation = seen({
      leaf: [
        [1, first(63)],
        [2, later(63)],
      ],
      node: [
        [3, later(62)],
        [4, first(62)],
      ],
    });

    expect(hopsOf(correlation)).toEqual(['2x leaf 63 > node 62']);
    expect(flowText(correlation.correlator.flows.all[correlation.paths[0]!.flow]!)).toBe(`udp ${a}:4000 > ${b}:5000`);
  });

  it('of IPv6 are known again though a node that tracks connections gives them a new identification', () => {
    const header = (id: number, offset: number, hasMore: 0 | 1) =>
      p.joined(Uint8Array.of(58, 0), p.u16(offset | hasMore), p.u32(id));
    const ping6 = (sequence: number) => p.echo(128, 7, sequence, new Uint8Array(2000).fill(9));
    const fragments = (time: number, id: number, sequence: number, hopLimit: number) => {
      const whole = ping6(sequence);
      const pieces = [
        p.joined(header(id, 0, 1), whole.subarray(0, 1448)),
        p.joined(header(id, 1448, 0), whole.subarray(1448)),
      ];
      return pieces.map((piece, place): readonly [number, Uint8Array] => [
        time + place / 10,
        p.eth(0x86dd, p.ipv6(44, { from: 'fd00::1', to: 'fd00::2', hopLimit }, piece)),
      ]);
    };
    const correlation = seen({
      pod: [...fragments(0, 0x11, 1, 64), ...fragments(10, 0x12, 2, 64)],
      node: [...fragments(1, 0x77, 1, 63), ...fragments(11, 0x78, 2, 63)],
    });

    expect(hopsOf(correlation)).toEqual(['4x pod 64 > node 63']);
  });

  it('of a packet that was whole before are told as that, and as no loss', () => {
    const correlation = seen({
      pod: [[0, p.ipv4(17, { ...ends, ttl: 64 }, datagram)]],
      leaf: [
        [1, first(63)],
        [2, later(63)],
      ],
    });

    expect(kinds(correlation)).toEqual([
      `fragmented: 1 packet of udp ${a}:4000 > ${b}:5000: whole at pod (2042 bytes), in fragments at leaf`,
    ]);
  });
});

describe('copies of a mirror', () => {
  const segment = (time: number): readonly [number, Uint8Array] => [
    time,
    p.ipv4(6, { from: a, to: b, id: 9 }, p.tcp({ from: 4000, to: 80, sequence: 5 }, p.hex('0102'))),
  ];

  it('that are the same to the last byte, a moment later, are no packets sent again', () => {
    const correlation = seen({ mirror: [segment(0), segment(0.02)] });

    expect(hopsOf(correlation)).toEqual(['1x mirror 64 > mirror 64']);
    expect(correlation.paths[0]!.repeats).toBe(0);
    expect(kinds(correlation)).toEqual([expect.stringContaining('forwarded-copies: mirror saw 1 packet again')]);
  });

  it('are told from what is sent again later', () => {
    const correlation = seen({ mirror: [segment(0), segment(200)] });

    expect(hopsOf(correlation)).toEqual(['2x mirror 64']);
    expect(correlation.paths[0]!.repeats).toBe(1);
  });
});

describe('address translation', () => {
  it('is followed by IP id, TCP numbers and time stamp, source and destination at once', () => {
    const segment = (from: string, to: string, port: number, ttl: number, timestamp = 1234): Uint8Array =>
      p.ipv4(6, { from, to, ttl, id: 77 }, p.tcp({ from: port, to: 80, sequence: 5, flags: 2, timestamp }));
    const correlation = seen({
      entry: [
        [0, segment('100.1.10.2', '40.0.10.1', 50_000, 62)],
        [0.1, segment('10.1.5.11', '10.98.0.115', 28_677, 61)],
      ],
      other: [[5, segment('100.1.10.9', '40.0.10.1', 50_001, 62, 999)]],
    });

    expect(hopsOf(correlation)[0]).toBe('1x entry 62 > entry 61 tcp 10.1.5.11:28677 > 10.98.0.115:80');
    expect(kinds(correlation).join()).toContain(
      'translated: SNAT 100.1.10.2:50000 to 10.1.5.11:28677, DNAT 40.0.10.1:80 to 10.98.0.115:80',
    );
  });

  it("is followed when masquerade changes an echo's identifier", () => {
    const inside = ping(8, 64, 99, { from: a, to: '8.8.8.8' }, 7);
    const outside = ping(8, 63, 99, { from: '10.1.5.10', to: '8.8.8.8' }, 51_234);
    const correlation = seen({ pod: [[0, inside]], node: [[0.1, outside]] });

    expect(hopsOf(correlation)).toEqual(['1x pod 64 > node 63 icmp 10.1.5.10 > 8.8.8.8 id 51234']);
    expect(kinds(correlation)[0]).toBe(
      'translated: SNAT 10.244.1.2 to 10.1.5.10, ICMP id 7 to 51234, between pod and node',
    );
  });

  it('is not seen in pings that differ in payload, or in packets whose IP id is 0', () => {
    const one = ping(8, 64, 99, { from: a, to: '8.8.8.8' }, 7, p.hex('01'));
    const other = ping(8, 63, 99, { from: '10.1.5.10', to: '8.8.8.8' }, 8, p.hex('02'));
    const zero = (from: string, ttl: number): Uint8Array => ping(8, ttl, 0, { from, to: '8.8.8.8' });

    expect(hopsOf(seen({ pod: [[0, one]], node: [[1, other]] }))).toHaveLength(2);
    expect(hopsOf(seen({ pod: [[0, zero(a, 64)]], node: [[1, zero('10.1.5.10', 63)]] }))).toHaveLength(2);
  });
});

describe('clocks', () => {
  const late = 159;

  it('that differ are found from both ways, taken off, and bounded by what the packets took', () => {
    const correlation = seen({
      pod: [
        [0, ping(8, 64, 5)],
        [2, ping(0, 63, 6, back)],
      ],
      node: [
        [0.5 + late, ping(8, 63, 5)],
        [1.5 + late, ping(0, 64, 6, back)],
      ],
    });
    const [, clock] = correlation.clocks;

    expect(clock).toMatchObject({ basis: 'both ways', samples: 2 });
    expect(clock!.ahead).toBeCloseTo(late * ms, -3);
    expect(clock!.uncertainty).toBeCloseTo(0.5 * ms, -3);
    expect(correlation.paths[0]?.hops[1]?.delays[0]).toBeCloseTo(0.5 * ms, -3);
    expect(kinds(correlation).at(-1)).toMatch(/^clock: the clock of node is 0\.159000 s .* ahead/);
  });

  it('are not told from one way, nor corrected where they may be the same', () => {
    const oneWay = seen({ pod: [[0, ping(8, 64, 5)]], node: [[159, ping(8, 63, 5)]] });
    const same = seen({
      pod: [
        [0, ping(8, 64, 5)],
        [2, ping(0, 63, 6, back)],
      ],
      node: [
        [0.4, ping(8, 63, 5)],
        [1.5, ping(0, 64, 6, back)],
      ],
    });

    expect(oneWay.clocks[1]).toMatchObject({ basis: 'one way', correction: 0 });
    expect(same.clocks[1]).toMatchObject({ basis: 'both ways', correction: 0 });
  });
});

describe('findings', () => {
  it('name offload where the same data has other lengths', () => {
    const segment = (ttl: number, size: number): Uint8Array =>
      p.ipv4(
        6,
        { from: a, to: b, ttl, id: 5 },
        p.tcp({ from: 1, to: 2, sequence: 9, flags: size > 1448 ? 24 : 16 }, new Uint8Array(size)),
      );

    expect(kinds(seen({ pod: [[0, segment(64, 2896)]], wire: [[1, segment(63, 1448)]] }))).toEqual([
      expect.stringMatching(/^offloaded: .* 2896 bytes at once at pod are 1448 and more segments at wire/),
    ]);
  });

  it('take the segments that a large one was cut into, or joined to, for the same data and not for lost', () => {
    const data = (from: number, length: number): Uint8Array =>
      p.ipv4(
        6,
        { from: a, to: b, id: 0, isUnfragmentable: true },
        p.tcp({ from: 4000, to: 80, sequence: from }, new Uint8Array(length)),
      );
    const small = (time: number): readonly (readonly [number, Uint8Array])[] =>
      [1000, 2460, 3920].map((from, place) => [time + place / 100, data(from, 1460)]);
    const correlation = seen({
      pod: [
        [0, data(1000, 4380)],
        [5, data(5380, 100)],
      ],
      wire: [...small(0.1), [5.1, data(5380, 100)]],
      far: [
        [0.3, data(1000, 4380)],
        [5.2, data(5380, 100)],
      ],
    });

    expect(kinds(correlation)).toEqual([
      expect.stringMatching(/^offloaded: .*4380 bytes at once at pod are 1460 and more segments at wire/),
    ]);
  });

  it('say which packets stayed behind, and with which ICMP error', () => {
    const all = [1, 2, 3].map((id) => [id, ping(8, 64, id)] as const);
    const error = p.ipv4(1, { from: '10.1.5.1', to: a, id: 70 }, p.icmpError(11, 0, 0, ping(8, 1, 3)));
    const lost = seen({
      pod: all,
      node: [
        [1, ping(8, 63, 1)],
        [3.1, ping(8, 63, 3)],
      ],
    });
    const told = seen({
      pod: [...all, [4, error]],
      node: [
        [1, ping(8, 63, 1)],
        [2, ping(8, 63, 2)],
        [9, ping(8, 63, 9)],
      ],
    });

    expect(kinds(lost)).toEqual([
      expect.stringMatching(
        /^seen-at-some: 1 packet of icmp .* seen at pod only, where others were seen at node too: lost/,
      ),
    ]);
    expect(kinds(told)).toEqual([
      expect.stringMatching(/^icmp-error: 10\.1\.5\.1 says time exceeded of a .*\(pod frame 3\)/),
    ]);
  });
});
