// Owns tables of the smaller rules: AS numbers, durations, MTUs, wrapping, export, preferences, Go's random numbers.

import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { asNumber } from '../../../src/calico/as-number.ts';
import { durationSeconds } from '../../../src/calico/duration.ts';
import { routeOwner, wrappingBetween } from '../../../src/calico/encapsulation.ts';
import {
  exportsTo,
  importPreference,
  kernelMetric,
  mayAdvertise,
  originLocalPref,
} from '../../../src/calico/export-rules.ts';
import { generationOf } from '../../../src/calico/generations.ts';
import { bigIntBelow, fnv1, goRandom } from '../../../src/calico/go-rand.ts';
import { hostMtu, mtusOf } from '../../../src/calico/mtu.ts';
import { objectsInDocument, objectYamlOptions } from '../../../src/calico/object-text.ts';
import { calicoApiVersion, type IPPool } from '../../../src/calico/objects.ts';

const v323 = generationOf({ minor: 23 });
const v332 = generationOf({ minor: 32 });
const v333 = generationOf({ minor: 33 });

function pool(spec: Partial<IPPool['spec']> = {}): IPPool {
  return {
    apiVersion: calicoApiVersion,
    kind: 'IPPool',
    metadata: { name: 'p' },
    spec: { cidr: '10.244.0.0/16', ...spec },
  };
}

describe('asNumber', () => {
  it.each([
    [65005, 65005],
    ['65005', 65005],
    ['0.65005', 65005],
    ['1.10', 65546],
    ['65535.65535', 4294967295],
    [0, undefined],
    ['0.0', undefined],
    [4294967296, undefined],
    ['65536.0', undefined],
    ['1.2.3', undefined],
    [1.5, undefined],
    [' 1', undefined],
    [true, undefined],
  ])('%j is %j', (value, expected) => {
    expect(asNumber(value)).toBe(expected);
  });
});

describe('durationSeconds', () => {
  it.each([
    ['10s', 10],
    ['1m30s', 90],
    ['1.5h', 5400],
    ['400ms', 0],
    ['1500ms', 2],
    ['0', 0],
    ['10', undefined],
    ['', undefined],
    ['s', undefined],
    ['1d', undefined],
  ])('%j is %j', (text, expected) => {
    expect(durationSeconds(text)).toBe(expected);
  });
});

describe('mtu (calico.md C.5)', () => {
  const net0 = { name: 'net0', mtu: 9000 };
  const eth0 = { name: 'eth0', mtu: 1500 };

  it("is Docker's eth0's in a node with a fabric, and 1460 when nothing matches", () => {
    expect(hostMtu([eth0, net0], v333)).toBe(1500);
    expect(hostMtu([net0], v333)).toBe(1460);
  });

  it('ignores interfaces that are down from 3.32 on', () => {
    const down = { name: 'ens3', mtu: 1400, up: false };

    expect(hostMtu([eth0, down], v333)).toBe(1500);
    expect(hostMtu([eth0, down], v323)).toBe(1400);
  });

  it.each([
    [[pool()], 1500],
    [[pool({ ipipMode: 'CrossSubnet' })], 1480],
    [[pool({ vxlanMode: 'Always' })], 1450],
    [[pool({ vxlanMode: 'Always' }), pool({ cidr: 'fd00::/64', vxlanMode: 'Always' })], 1430],
    [[pool({ ipipMode: 'Always' }), pool({ vxlanMode: 'Always' })], 1450],
  ])('%#: pods get %i', (pools, expected) => {
    expect(mtusOf(1500, pools).pod).toBe(expected);
  });
});

describe('wrapping', () => {
  const near = { source: '10.1.5.10/24', destination: '10.1.5.11', nextHop: '10.1.5.11' };
  const far = { source: '10.1.5.10/24', destination: '10.1.8.10', nextHop: '10.1.8.10' };
  const throughLeaf = { ...far, nextHop: '10.1.5.1' };

  it.each([
    [{}, near, 'none', 'none'],
    [{}, far, 'none', 'none'],
    [{ ipipMode: 'Always' }, near, 'ipip', 'ipip'],
    [{ ipipMode: 'CrossSubnet' }, near, 'none', 'none'],
    [{ ipipMode: 'CrossSubnet' }, far, 'ipip', 'ipip'],
    [{ ipipMode: 'CrossSubnet' }, throughLeaf, 'none', 'ipip'],
    [{ vxlanMode: 'CrossSubnet' }, near, 'none', 'none'],
    [{ vxlanMode: 'CrossSubnet' }, throughLeaf, 'vxlan', 'vxlan'],
    [{ vxlanMode: 'Always' }, near, 'vxlan', 'vxlan'],
  ] as const)('%j between %j is %s in 3.32 and %s in 3.33', (spec, pair, before, since) => {
    expect(wrappingBetween(pool(spec), v332, pair)).toBe(before);
    expect(wrappingBetween(pool(spec), v333, pair)).toBe(since);
  });

  it.each([
    [{}, 'bird', 'bird'],
    [{ ipipMode: 'Always' }, 'bird', 'felix'],
    [{ vxlanMode: 'Always' }, 'felix', 'felix'],
  ] as const)('the routes of %j are written by %s in 3.32 and %s in 3.33', (spec, before, since) => {
    expect(routeOwner(pool(spec), v332)).toBe(before);
    expect(routeOwner(pool(spec), v333)).toBe(since);
  });
});

describe('exportsTo (calico.md B.4)', () => {
  const node = { blocks: ['10.244.81.64/26'], pools: [pool()], generation: v333 };
  const iBGP = { sameAs: true };

  it.each([
    ['10.244.81.64/26', true],
    ['10.244.81.65/32', false],
    ['10.244.192.0/26', true],
    ['10.244.192.5/32', true],
    ['10.1.5.0/24', false],
    ['0.0.0.0/0', false],
  ])('%s: %s', (prefix, expected) => {
    expect(exportsTo({ prefix }, node, iBGP)).toBe(expected);
    expect(exportsTo({ prefix }, { ...node, generation: v323 }, { sameAs: false })).toBe(expected);
  });

  it('hides pools with disableBGPExport, blocks of theirs too', () => {
    const hidden = { ...node, pools: [pool({ disableBGPExport: true })] };

    expect(exportsTo({ prefix: '10.244.81.64/26' }, hidden, iBGP)).toBe(false);
  });

  it('lets a pod route of raised priority out from 3.32 on', () => {
    const route = { prefix: '10.244.81.65/32', metric: 512 };

    expect(exportsTo(route, node, iBGP)).toBe(true);
    expect(exportsTo({ ...route, metric: 1024 }, node, iBGP)).toBe(false);
    expect(exportsTo(route, { ...node, generation: v323 }, iBGP)).toBe(false);
  });

  it('keeps tunnel routes from peers of the same AS: VXLAN from 3.27, IPIP from 3.33', () => {
    const through = (device: string, generation: typeof v333, sameAs = true) =>
      exportsTo({ prefix: '10.244.192.0/26', device }, { ...node, generation }, { sameAs });

    expect(through('vxlan.calico', v333)).toBe(false);
    expect(through('vxlan.calico', v333, false)).toBe(true);
    expect(through('vxlan.calico', v323)).toBe(true);
    expect(through('tunl0', v333)).toBe(false);
    expect(through('tunl0', v332)).toBe(true);
    expect(through('net0', v333)).toBe(true);
    expect(through('bpfout.cali', v333, false)).toBe(false);
  });

  it('lets service addresses out', () => {
    expect(exportsTo({ prefix: '10.96.0.0/12', service: true }, node, iBGP)).toBe(true);
  });
});

describe('mayAdvertise (RFC 4456)', () => {
  const session = (type: 'iBGP' | 'eBGP', reflectorClient = false) => ({ type, reflectorClient });

  it.each([
    ['local', session('iBGP'), true],
    [session('iBGP'), session('iBGP'), false],
    [session('iBGP', true), session('iBGP'), true],
    [session('iBGP'), session('iBGP', true), true],
    [session('iBGP'), session('eBGP'), true],
    [session('eBGP'), session('iBGP'), true],
  ] as const)('%j to %j: %s', (from, to, expected) => {
    expect(mayAdvertise({ from, to })).toBe(expected);
  });
});

describe('preferences (calico.md 0.4)', () => {
  it('turn into metrics from 3.32 on', () => {
    expect([originLocalPref(v333), originLocalPref(v323), originLocalPref(v333, 512)]).toEqual([
      2147482623, 100, 2147483135,
    ]);
    expect([kernelMetric(2147482623, v333), kernelMetric(100, v333), kernelMetric(undefined, v333)]).toEqual([
      1024, 2147483547, 2147483547,
    ]);
    expect(kernelMetric(100, v323)).toBeUndefined();
    expect([
      importPreference(2147482623, v333),
      importPreference(2147482624, v333),
      importPreference(100, v323),
    ]).toEqual([100, 200, 100]);
  });
});

describe('objects as text', () => {
  it("has Go's booleans and no base-60 numbers", () => {
    const text = 'a: yes\nb: off\nc: 65001:10\nd: "yes"\ne: 2001::102/64\nf: yesterday\ng: 0.65005\nh: ~';

    expect(parse(text, objectYamlOptions)).toEqual({
      a: true,
      b: false,
      c: '65001:10',
      d: 'yes',
      e: '2001::102/64',
      f: 'yesterday',
      g: 0.65005,
      h: null,
    });
  });

  it.each([
    [null, []],
    [{ kind: 'BGPPeer' }, [{ kind: 'BGPPeer' }]],
    [{ kind: 'BGPPeerList', items: [1, 2] }, [1, 2]],
    [[1], [1]],
    ['x', ['x']],
  ])('%j holds %j', (document, expected) => {
    expect(objectsInDocument(document)).toEqual(expected);
  });
});

describe("Go's random numbers", () => {
  it('are those of rand.New(rand.NewSource(42)).Uint32()', () => {
    const random = goRandom(42);

    expect([random.uint32(), random.uint32(), random.uint32()]).toEqual([1602144611n, 283469975n, 2594563336n]);
  });

  it.each([
    [0, 4059586549n],
    [-5, 843631017n],
    [2 ** 31 - 1, 4059586549n],
    [2 ** 32 - 1, 2596996162n],
  ])('of seed %i begin as in Go', (seed, first) => {
    expect(goRandom(seed).uint32()).toBe(first);
  });

  it('are below any limit, of one or several words', () => {
    expect(bigIntBelow(goRandom(1), 1n)).toBe(0n);
    expect(bigIntBelow(goRandom(1), 0n)).toBe(0n);
    expect(bigIntBelow(goRandom(7), 1n << 200n)).toBe(804386457885671052339602595638781026942425272881641368093756n);
  });

  it('are seeded by FNV-1', () => {
    expect(fnv1('')).toBe(2166136261);
    expect(fnv1('bpf1')).toBe(1646573624);
  });
});
