// Owns the tests of judging: what is true passes, and what is false says what was expected, what was seen, and where.

import { describe, expect, it } from 'vitest';
import type { Design } from '../../../src/design/design.ts';
import type { Evidence } from '../../../src/evidence/gather.ts';
import type { ObservedRoute } from '../../../src/plan/observed.ts';
import { judgeLab } from '../../../src/verify/judge.ts';
import type { Failure } from '../../../src/verify/verdict.ts';
import { fabricDesign } from '../../support/fabric-design.ts';

type Expectation = Design['expect'][number];
type Of<K extends Expectation['kind']> = Extract<Expectation, { kind: K }>;

const none = { sessions: [], routes: [] };

/** The kernel's tables just as the design expects them. */
function tablesOf(design: Design): readonly ObservedRoute[] {
  const blackhole = {
    ...design.expected.routes[0]!,
    machine: 'bgp-rr-worker3',
    type: 'blackhole',
    nextHops: [],
  } as const;
  return [...design.expected.routes, { ...blackhole, prefix: '10.244.142.0/26', protocol: 'bird', metric: undefined }];
}

function evidenceOf(design: Design, parts: Partial<Evidence> = {}): Evidence {
  const nothing = { sessions: [], paths: [], interfaces: [], neighbors: [], forwarding: [] };
  const empty = {
    journeys: [],
    neighbors: new Map(),
    pings: new Map(),
    packets: new Map(),
    requests: new Map(),
    traces: new Map(),
    wrappings: new Map(),
    fitting: new Map(),
    oversized: new Map(),
  };
  return { tables: { ...nothing, routes: tablesOf(design) }, ...empty, ...parts };
}

/** The failures of one stated expectation. */
function failuresOf(expectation: Expectation, parts: Partial<Evidence> = {}): readonly Failure[] {
  const design = { ...fabricDesign(), expect: [expectation] };
  const { failures } = judgeLab(design, evidenceOf(design, parts), none).at(-1)!;
  return failures.map(({ cause: _, ...failure }) => failure);
}

function routeTo(on: string, to: string, wanted: Partial<Of<'route'>> = {}): Of<'route'> {
  const nothing = {
    via: undefined,
    nexthops: undefined,
    proto: undefined,
    dev: undefined,
    metric: undefined,
    blackhole: undefined,
    family: undefined,
  };
  return { kind: 'route', on, to, ...nothing, ...wanted };
}

const trace = (...addresses: readonly (string | undefined)[]) => ({
  hops: addresses.map((address, index) => ({ hop: index + 1, address, mark: undefined })),
  errors: [],
});
const answer = (ttl: number) => ({ transmitted: 1, received: 1, replies: [{ sequence: 1, ttl, ms: 0.2 }], errors: [] });
const silence = (...errors: readonly string[]) => ({ transmitted: 1, received: 0, replies: [], errors });

describe('a route', () => {
  it.each([
    ['by machine', routeTo('control-plane', 'pod-b.block', { via: 'leaf0', proto: 'bird' })],
    ['by address', routeTo('bgp-rr-control-plane', '10.244.142.0/26', { via: '10.1.5.1', metric: 2147483547 })],
    ['over equal paths', routeTo('leaf0', 'pod-b.block', { nexthops: ['spine1', 'spine0'], proto: 'bgp' })],
    ['of an address, by longest prefix', routeTo('worker3', 'pod-b.address', { dev: 'cali2f5353dd8c5' })],
    ['of a node', routeTo('leaf1', 'control-plane.block', { nexthops: ['spine0', 'spine1'] })],
    ['that is a blackhole', routeTo('worker3', 'pod-b.block', { blackhole: true, proto: 'bird' })],
    ['whatever it is', routeTo('spine0', 'worker.block')],
  ])('is true %s', (_, expectation) => {
    expect(failuresOf(expectation)).toEqual([]);
  });

  it('shows the route that stands there instead, with the machine behind its next hop', () => {
    expect(failuresOf(routeTo('control-plane', 'pod-c.block', { via: 'leaf0', proto: 'bird' }))).toEqual([
      {
        what: 'route 10.244.128.64/26',
        where: 'control-plane',
        expected: 'via leaf0 proto bird',
        seen: '10.244.128.64/26 via 10.1.5.11 (worker) dev net0 proto bird metric 1024',
      },
    ]);
  });

  it.each([
    ['one of two next hops', { nexthops: ['spine0'] }],
    ['a single next hop', { via: 'spine0' }],
    ['another machine', { nexthops: ['spine0', 'leaf1'] }],
    ['one twice', { nexthops: ['spine0', 'spine0'] }],
    ['another protocol', { proto: 'bird' }],
    ['another metric', { metric: 21 }],
    ['another device', { dev: 'eth1' }],
    ['a blackhole', { blackhole: true }],
  ])('is false for %s', (_, wanted) => {
    expect(failuresOf(routeTo('leaf0', 'pod-b.block', wanted))[0]?.seen).toBe(
      '10.244.142.0/26 via 10.1.10.2 (spine0) dev eth1, via 10.1.12.2 (spine1) dev eth2 proto bgp metric 20',
    );
  });

  it('is false when it is absent, or when the lab has no such name', () => {
    expect(failuresOf(routeTo('spine0', '10.99.0.0/16'))[0]).toMatchObject({
      expected: 'a route',
      seen: 'no such route',
    });
    expect(failuresOf(routeTo('spine7', 'pod-b.block'))[0]?.seen).toBe('no machine, pod or block "spine7" in this lab');
    expect(failuresOf(routeTo('spine0', 'pod-z.block'))[0]?.seen).toBe(
      'no machine, pod or block "pod-z.block" in this lab',
    );
  });
});

describe('an MTU', () => {
  const expectation = { kind: 'mtu', on: 'worker', interface: 'net0', value: 1500 } as const;
  const links = (name: string, mtu: number): Partial<Evidence> => {
    const port = { machine: 'bgp-rr-worker', name, mtu, mac: undefined, isUp: true, addresses: [] };
    return { tables: { ...evidenceOf(fabricDesign()).tables, interfaces: [port] } };
  };

  it('is true or false', () => {
    expect(failuresOf(expectation, links('net0', 1500))).toEqual([]);
    expect(failuresOf(expectation, links('net0', 1450))).toEqual([
      { what: 'MTU of net0', where: 'worker', expected: 'MTU 1500', seen: 'MTU 1450' },
    ]);
    expect(failuresOf(expectation, links('eth0', 1500))[0]?.seen).toBe('no such interface (it has eth0)');
  });
});

describe('a ping', () => {
  const pingTo = (ttl: number | undefined, answered: boolean): Of<'ping'> => ({
    kind: 'ping',
    from: 'pod-a',
    to: 'pod-b',
    family: undefined,
    ttl,
    answered,
  });
  const seeing = (ping: Evidence['pings'] extends ReadonlyMap<string, infer P> ? P : never) => ({
    pings: new Map([['pod-a pod-b', ping]]),
  });

  it('is true when answered with the TTL, or not answered where that is expected', () => {
    expect(failuresOf(pingTo(undefined, true), seeing(answer(59)))).toEqual([]);
    expect(failuresOf(pingTo(59, true), seeing(answer(59)))).toEqual([]);
    expect(failuresOf(pingTo(undefined, false), seeing(silence()))).toEqual([]);
  });

  it('shows the other TTL, the silence, and the answer nobody wanted', () => {
    const what = 'ping to pod-b';
    const where = 'pod-a';
    expect(failuresOf(pingTo(59, true), seeing(answer(61)))).toEqual([
      { what, where, expected: 'an answer with TTL 59', seen: 'an answer with TTL 61' },
    ]);
    expect(failuresOf(pingTo(undefined, true), seeing(silence('connect: Invalid argument')))).toEqual([
      { what, where, expected: 'an answer', seen: 'no answer: connect: Invalid argument' },
    ]);
    expect(failuresOf(pingTo(undefined, false), seeing(answer(59)))).toEqual([
      { what, where, expected: 'no answer', seen: 'an answer with TTL 59' },
    ]);
  });

  it('is false when an answer comes sooner than the wire allows, or too few or too many are lost', () => {
    const slow = { ...pingTo(59, true), minRttMs: 40 };
    const lossy = { ...pingTo(59, true), count: 100, lost: [5, 30] as const };
    const counted = (received: number) => seeing({ ...answer(59), transmitted: 100, received });
    const answered = (ms: number) => seeing({ ...answer(59), replies: [{ sequence: 1, ttl: 59, ms }] });
    const [what, where] = ['ping to pod-b', 'pod-a'];

    expect([failuresOf(slow, answered(40.1)), failuresOf(lossy, counted(95)), failuresOf(lossy, counted(70))]).toEqual([
      [],
      [],
      [],
    ]);
    expect(failuresOf(slow, answered(0.4))).toEqual([
      { what, where, expected: 'no answer within 40 ms', seen: 'an answer after 0.4 ms' },
    ]);
    for (const [received, lost] of [
      [96, 4],
      [69, 31],
    ] as const) {
      const seen = `${lost} of 100 lost`;
      expect(failuresOf(lossy, counted(received))).toEqual([{ what, where, expected: '5 to 30 of 100 lost', seen }]);
    }
    expect(failuresOf(lossy, seeing(silence()))).toEqual([
      { what, where, expected: 'an answer with TTL 59', seen: 'no answer' },
    ]);
  });

  it('is false without evidence, whatever is expected', () => {
    expect(failuresOf(pingTo(undefined, true))).toHaveLength(1);
    expect(failuresOf(pingTo(undefined, false))).toHaveLength(1);
  });
});

describe('a path', () => {
  const hops = ['control-plane', 'leaf0', 'spine*', 'leaf1', 'worker3'];
  const path = (wanted: Partial<Of<'path'>> = {}): Of<'path'> => ({
    kind: 'path',
    from: 'pod-a',
    to: 'pod-b',
    family: undefined,
    hops,
    encapsulation: undefined,
    ttl: undefined,
    ...wanted,
  });
  const real = ['172.18.0.4', '10.1.5.1', '10.1.12.2', '10.1.11.1', '10.1.8.11', '10.244.142.0'];
  const seeing = (...addresses: readonly (string | undefined)[]) => ({
    traces: new Map([['pod-a pod-b', trace(...addresses)]]),
  });

  it('is true for the path of the real cluster, over either spine', () => {
    expect(failuresOf(path(), seeing(...real))).toEqual([]);
    expect(failuresOf(path({ hops: [...hops, 'pod-b'] }), seeing(...real.with(2, '10.1.10.2')))).toEqual([]);
    expect(failuresOf(path({ hops: hops.with(0, 'bgp-rr-control-plane') }), seeing(...real))).toEqual([]);
  });

  it('shows the machines that answered, silent hops, and addresses nobody has', () => {
    expect(failuresOf(path(), seeing('172.18.0.4', '10.1.5.1', undefined, '10.9.9.9'))).toEqual([
      {
        what: 'path to pod-b',
        where: 'pod-a',
        expected: 'control-plane, leaf0, spine*, leaf1, worker3, pod-b',
        seen: 'control-plane, leaf0, *, 10.9.9.9 (not arrived)',
      },
    ]);
    expect(failuresOf(path(), seeing(...real.toSpliced(2, 1)))[0]?.seen).toBe(
      'control-plane, leaf0, leaf1, worker3, pod-b',
    );
    expect(failuresOf(path())[0]?.seen).toBe('no hop answered');
  });

  it('judges TTL and wrapping beside the hops', () => {
    const key = 'pod-a pod-b';
    const good = {
      ...seeing(...real),
      pings: new Map([[key, answer(59)]]),
      wrappings: new Map([[key, ['none'] as const]]),
    };
    const bad = {
      ...good,
      pings: new Map([[key, answer(60)]]),
      wrappings: new Map([[key, ['ipip', 'none'] as const]]),
    };

    expect(failuresOf(path({ ttl: 59, encapsulation: 'none' }), good)).toEqual([]);
    expect(
      failuresOf(path({ ttl: 59, encapsulation: 'none' }), bad).map((failure) => [failure.expected, failure.seen]),
    ).toEqual([
      ['an answer with TTL 59', 'an answer with TTL 60'],
      ['plain', 'IPIP and plain'],
    ]);
    expect(failuresOf(path({ encapsulation: 'vxlan' }), good)[0]).toMatchObject({ expected: 'VXLAN', seen: 'plain' });
    expect(
      failuresOf(path({ encapsulation: 'none' }), { ...good, pings: new Map(), wrappings: new Map() })[0]?.seen,
    ).toBe('no echo on an uplink');
  });
});

describe('the whole lab', () => {
  const session = {
    kind: 'session',
    where: 'bgp-rr-worker',
    what: '10.1.5.1',
    expected: 'Established',
    seen: 'start Active',
  } as const;
  const differing = {
    kind: 'route',
    where: 'leaf0',
    what: '10.244.142.0/26',
    expected: 'a',
    seen: 'no route',
  } as const;

  it('judges what the design implies first, in the words people type', () => {
    const design = fabricDesign();
    const checks = judgeLab(design, evidenceOf(design), { sessions: [session], routes: [differing] });

    expect(checks.map((check) => [check.origin, check.kind])).toEqual([
      ['implied', 'sessions'],
      ['implied', 'paths'],
      ['implied', 'routes'],
      ['implied', 'interfaces'],
    ]);
    expect(checks[0]?.failures).toMatchObject([
      { what: 'session 10.1.5.1', where: 'worker', expected: 'Established', seen: 'start Active' },
    ]);
    expect(checks[2]?.failures[0]).toMatchObject({ what: 'route 10.244.142.0/26', where: 'leaf0' });
  });

  it('says the sessions once when the lab states them', () => {
    const design = { ...fabricDesign(), expect: [{ kind: 'sessions', which: 'all' }] as const };
    const checks = judgeLab(design, evidenceOf(design), { sessions: [session], routes: [] });

    expect(checks.map((check) => `${check.origin} ${check.kind}`)).not.toContain('implied sessions');
    expect(checks.at(-1)).toMatchObject({ origin: 'stated', kind: 'sessions', failures: [{ where: 'worker' }] });
  });
});
