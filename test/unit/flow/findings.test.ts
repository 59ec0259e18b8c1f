// Owns what an engineer is told of services, data planes, BFD and clocks, with packets as those send them.

import { expect, it } from 'vitest';
import * as p from '../../support/packets.ts';
import { hopsOf, kinds, seen } from '../../support/seen.ts';

const [client, node, pod, far] = ['11.1.1.100', '11.1.1.31', '192.168.159.0', '11.1.1.32'];
const [leaf, here, there] = ['0200000000ff', '020000000011', '020000000012'];

const segment = (ends: { from: string; to: string }, ports: [number, number], ttl: number, id: number): Uint8Array =>
  p.ipv4(6, { ...ends, ttl, id, isUnfragmentable: true }, p.tcp({ from: ports[0], to: ports[1], timestamp: id }));

it("Calico's eBPF forwards to a service's pod in VXLAN, and its node answers directly", () => {
  const asked = segment({ from: client, to: node }, [51_000, 32_000], 64, 7);
  const given = segment({ from: client, to: pod }, [51_000, 80], 63, 7);
  const wrapped = p.ipv4(17, { from: node, to: far }, p.udp(50_000, 4789, p.vxlan(0xca11c0, p.eth(0x0800, given))));
  const answer = segment({ from: node, to: client }, [32_000, 51_000], 63, 8);
  const correlation = seen({
    vmk1: [
      [0, asked],
      [0.1, wrapped],
      [5, asked],
    ],
    vmk2: [
      [0.2, wrapped],
      [0.4, answer],
    ],
  });

  expect(hopsOf(correlation)).toContain('1x vmk1 64 > vmk1 63 tcp 11.1.1.100:51000 > 192.168.159.0:80 > vmk2 63');
  expect(kinds(correlation)).toEqual(
    expect.arrayContaining([
      'translated: DNAT 11.1.1.31:32000 to 192.168.159.0:80, at vmk1',
      expect.stringMatching(/^direct-return: answers of 11\.1\.1\.31 to 11\.1\.1\.100 leave vmk2 .* past vmk1, /),
      expect.stringMatching(/^calico-ebpf: 11\.1\.1\.31 > 11\.1\.1\.32: VXLAN with VNI 13242816 /),
    ]),
  );
  expect(kinds(correlation).filter((text) => text.startsWith('seen-at-some'))).toEqual([]);
});

it('a router that sends back onto the same link is a hairpin, a node that translates is none', () => {
  const at = (from: string, to: string, bytes: Uint8Array): Uint8Array => p.eth(0x0800, bytes, { from, to });
  const service = { from: '100.1.10.2', to: '40.0.10.1' };
  const inside = { from: '10.1.5.11', to: '10.98.0.128' };
  const correlation = seen({
    mirror: [
      [0, at(leaf, here, segment(service, [40_000, 80], 63, 7))],
      [0.1, at(here, leaf, segment(inside, [28_677, 80], 62, 7))],
      [0.2, at(leaf, there, segment(inside, [28_677, 80], 61, 7))],
    ],
  });

  expect(kinds(correlation).filter((text) => text.startsWith('hairpin'))).toEqual([
    "hairpin: 1 packet from 10.1.5.11 to 10.98.0.128 came to 02:00:00:00:00:ff and left it again on the same link (mirror): a router's hairpin",
  ]);
});

it('segments that offload cut out of a larger one are not lost where that was seen whole', () => {
  const data = (from: number, length: number, ttl: number, id: number): Uint8Array =>
    p.ipv4(
      6,
      { from: client, to: node, ttl, id },
      p.tcp({ from: 4000, to: 80, sequence: from }, new Uint8Array(length)),
    );
  const answer = (ttl: number): Uint8Array => segment({ from: node, to: client }, [80, 4000], ttl, 9);
  const correlation = seen({
    pod: [
      [0, data(1000, 4200, 64, 10)],
      [2, answer(63)],
    ],
    wire: [
      [0.1, data(1000, 1400, 63, 10)],
      [0.2, data(2400, 1400, 63, 11)],
      [0.3, data(3800, 1400, 63, 12)],
      [1.9, answer(64)],
    ],
  });

  expect(kinds(correlation).map((text) => text.replace(/:.*/, ''))).toEqual(['offloaded']);
});

it('a constant difference one way is told and not corrected', () => {
  const frames = (shift: number): [number, Uint8Array][] =>
    Array.from({ length: 12 }, (_, index) => {
      const jitter = shift === 0 ? 0 : (index % 3) / 1000;
      return [index * 10 + shift + jitter, segment({ from: client, to: node }, [4000, 22], 64, 100 + index)];
    });
  const correlation = seen({ tcpdump: frames(0), xdpdump: frames(159) });

  expect(kinds(correlation)).toEqual([
    expect.stringMatching(
      /^clock: 12 packets have times at xdpdump that are 0\.15900\d s \(within 0\.00000\d s\) later, /,
    ),
  ]);
  expect(correlation.clocks.every(({ correction }) => correction === 0)).toBe(true);
});

it('conversations of both directions at once bound a difference by each pair of hosts', () => {
  const way = (from: string, to: string, id: number): Uint8Array => segment({ from, to }, [4000, 22], 64, id);
  // 10.0.0.1 is behind `a`, 10.0.0.9 behind `b`; the others ask from the far side. b is 5 ms ahead, a step takes 1 ms.
  const [x, y, z] = ['10.0.0.1', '10.0.0.9', '10.0.0.2'];
  const correlation = seen({
    a: [
      [0, way(x, y, 1)],
      [4, way(y, x, 2)],
      [6, way(z, x, 3)],
      [7, way(x, z, 4)],
    ],
    b: [
      [6, way(x, y, 1)],
      [8, way(y, x, 2)],
      [10, way(z, x, 3)],
      [13, way(x, z, 4)],
    ],
  });
  const [, b] = correlation.clocks;

  expect(b?.basis).toBe('both ways');
  expect(Math.abs((b?.ahead ?? 0) - 5_000_000)).toBeLessThanOrEqual(b?.uncertainty ?? 0);
});

it('BFD: every state once, and why it fell', () => {
  const control = (state: number, diagnostic: number, id: number): Uint8Array => {
    const body = p.joined(Uint8Array.of(0x20 | diagnostic, state << 6, 3, 24), new Uint8Array(20));
    return p.ipv4(17, { from: '10.1.1.1', to: '10.1.1.2', ttl: 255, id }, p.udp(49_152, 3784, body));
  };
  const states = [control(1, 0, 1), control(2, 0, 2), control(3, 0, 3), control(3, 0, 4), control(1, 1, 5)];
  const correlation = seen({ leaf: states.map((bytes, index) => [index, bytes]) });

  expect(kinds(correlation)).toEqual([
    'bfd: BFD: 10.1.1.1 tells 10.1.1.2 Down, then Init, then Up, then Down (control detection time expired)',
  ]);
});
