// Owns the tests of what a design implies: tables just as it says are true, and one change is one failure, with its cause.

import { beforeAll, describe, expect, it } from 'vitest';
import type { Design } from '../../../src/design/design.ts';
import { expectedForwarding, expectedInterfaces, expectedNeighbors } from '../../../src/design/implied.ts';
import { journeysOf } from '../../../src/design/journeys.ts';
import type { Inspection } from '../../../src/plan/observed.ts';
import { withCause } from '../../../src/verify/causes.ts';
import { judgePaths } from '../../../src/verify/paths.ts';
import { strangeRoutes } from '../../../src/verify/route.ts';
import { judgeSessions } from '../../../src/verify/sessions.ts';
import { judgeInterfaces, judgeVteps } from '../../../src/verify/tables.ts';
import type { Failure } from '../../../src/verify/verdict.ts';
import { catalogueDesign } from '../../support/catalogue-lab.ts';

/** Everything as the design says it, with no choice left open. */
function seenOf(design: Design): Inspection {
  const { sessions, routes, paths } = design.expected;
  return {
    sessions: sessions.flatMap(({ a, b, family }) =>
      [
        [a, b],
        [b, a],
      ].map(([near, far]) => ({
        machine: near?.machine ?? '',
        peer: far?.address ?? '',
        name: undefined,
        localAs: near?.asNumber,
        remoteAs: far?.asNumber,
        state: 'up',
        info: 'Established',
        since: '',
        isEstablished: true,
        families: [family],
      })),
    ),
    routes,
    paths: paths
      .filter((path, at) => {
        const isAlternative = ({ machine, prefix, from }: (typeof paths)[number]): boolean =>
          machine === path.machine && prefix === path.prefix && from === path.from;
        return path.presence !== 'maybe' && paths.findIndex(isAlternative) === at;
      })
      .map((path) => ({ ...path, isUsed: path.used ?? false })),
    interfaces: expectedInterfaces(design).map((port) => ({ ...port, isUp: true, addresses: port.addresses ?? [] })),
    neighbors: expectedNeighbors(design),
    forwarding: expectedForwarding(design),
  };
}

/** All failures of a look at tables that differ as told. */
function failuresOf(design: Design, change: (seen: Inspection) => Partial<Inspection>): readonly Failure[] {
  const seen = { ...seenOf(design), ...change(seenOf(design)) };
  const failures = [
    ...judgeSessions(design, seen.sessions),
    ...judgePaths(design, seen.paths).failures,
    ...strangeRoutes(design, seen.routes),
    ...judgeInterfaces(design, seen).failures,
    ...(judgeVteps(design, seen)?.failures ?? []),
  ];
  return failures.map((failure) => withCause(failure, failures));
}

let bgpRr: Design;
let vxlan: Design;

beforeAll(async () => {
  bgpRr = await catalogueDesign('bgp-rr');
  vxlan = await catalogueDesign('vxlan');
});

/** The first thing that fits changed, everything else as it is. */
function changed<T>(list: readonly T[], fits: (item: T) => boolean, change: Partial<T>): readonly T[] {
  const at = list.findIndex(fits);
  if (at < 0) throw new Error('nothing to change');
  return list.with(at, { ...list[at]!, ...change });
}

describe('what a design implies', () => {
  it('is true of tables just as it says', () => {
    for (const design of [bgpRr, vxlan]) expect(failuresOf(design, () => ({}))).toEqual([]);
  });

  it('has the AS numbers and the family of each session', () => {
    const failures = failuresOf(bgpRr, ({ sessions }) => ({
      sessions: changed(sessions, ({ machine }) => machine === 'bgp-rr-worker', { remoteAs: 65099, families: [6] }),
    }));

    expect(failures).toEqual([
      {
        what: 'session 10.1.5.1',
        where: 'worker',
        expected: 'iBGP, AS 65005 to AS 65005, IPv4',
        seen: 'eBGP, AS 65005 to AS 65099, IPv6',
      },
    ]);
  });

  it('has no session more', () => {
    const failures = failuresOf(bgpRr, ({ sessions }) => ({
      sessions: [...sessions, { ...sessions[0]!, machine: 'bgp-rr-worker', peer: '10.1.5.10' }],
    }));

    expect(failures).toMatchObject([
      { where: 'worker', expected: 'no session', seen: 'session with control-plane (10.1.5.10) Established' },
    ]);
  });

  it.each([
    ['LOCAL_PREF', { localPref: 50 }, /LOCAL_PREF 50/],
    ['ORIGINATOR_ID', { originatorId: '10.1.5.99' }, /ORIGINATOR_ID 10\.1\.5\.99/],
    ['CLUSTER_LIST', { clusterList: ['10.1.5.9', '10.1.5.1'] }, /CLUSTER_LIST 10\.1\.5\.9 10\.1\.5\.1/],
    ['the next hop', { nextHop: '10.1.5.77' }, /next hop 10\.1\.5\.77/],
    ['the AS path', { asPath: [65099] }, /AS path 65099/],
    ['the choice', { isUsed: false }, /, not used$/],
  ])('has %s of each path', (_, change, seen) => {
    const failures = failuresOf(bgpRr, ({ paths }) => ({
      paths: changed(
        paths,
        ({ machine, originatorId }) => machine === 'bgp-rr-worker' && originatorId === '10.1.5.10',
        change,
      ),
    }));

    expect(failures).toMatchObject([
      { where: 'worker', what: expect.stringMatching(/^BGP path to 10\.244\./), seen: expect.stringMatching(seen) },
    ]);
  });

  it("has a path's communities, as far as the daemon was asked", () => {
    const withCommunities = (communities: readonly string[] | undefined) =>
      failuresOf(bgpRr, ({ paths }) => ({
        paths: changed(paths, ({ from }) => from === '10.1.5.1', { communities }),
      }));

    expect(withCommunities(undefined)).toEqual([]);
    expect(withCommunities(['65001:10'])[0]).toMatchObject({ seen: expect.stringMatching(/, communities 65001:10$/) });
  });

  it('has no path and no route more', () => {
    const failures = failuresOf(bgpRr, ({ paths, routes }) => ({
      paths: [...paths, { ...paths[0]!, prefix: '192.0.2.0/24' }],
      routes: [...routes, { ...routes[0]!, machine: 'leaf0', prefix: '192.0.2.0/24', protocol: 'bgp' }],
    }));

    expect(failures).toMatchObject([
      { what: 'BGP path to 192.0.2.0/24', expected: 'no such path' },
      { what: 'route 192.0.2.0/24', where: 'leaf0', expected: 'no route' },
    ]);
  });

  it('has every interface with its addresses, MTU and state', () => {
    const failures = failuresOf(vxlan, ({ interfaces }) => ({
      interfaces: changed(
        changed(interfaces, ({ name }) => name === 'vxlan.calico', { mtu: 1500, addresses: [] }),
        ({ machine }) => machine === 'pod-b',
        { isUp: false },
      ),
    }));

    expect(failures).toMatchObject(
      [
        { what: 'MTU of vxlan.calico', expected: 'MTU 1450', seen: 'MTU 1500', cause: /50 \(VXLAN\)/ },
        { what: 'addresses of vxlan.calico', seen: 'none' },
        { what: 'interface eth0', where: 'pod-b', seen: 'down' },
      ].map(({ cause, ...failure }) =>
        cause === undefined ? failure : { ...failure, cause: expect.stringMatching(cause) },
      ),
    );
  });

  it('has no tunnel that no pool asks for', () => {
    const failures = failuresOf(bgpRr, ({ interfaces }) => ({
      interfaces: [...interfaces, { ...interfaces[0]!, machine: 'bgp-rr-worker', name: 'tunl0', addresses: [] }],
    }));

    expect(failures).toMatchObject(
      [{ where: 'worker', what: 'interface tunl0', expected: /no tunnel/ }].map((failure) => ({
        ...failure,
        expected: expect.stringMatching(failure.expected),
      })),
    );
  });

  it('has the neighbor and the forwarding entry of every VTEP', () => {
    const failures = failuresOf(vxlan, ({ neighbors, forwarding }) => ({
      neighbors: neighbors.slice(1),
      forwarding: changed(forwarding, () => true, { destination: '192.0.2.1' }),
    }));

    expect(failures).toMatchObject([
      { what: expect.stringMatching(/^neighbor /), seen: 'no such permanent entry' },
      { what: expect.stringMatching(/^forwarding of /), seen: expect.stringMatching(/dst 192\.0\.2\.1$/) },
    ]);
    expect(failures[0]?.cause).toContain('VXLAN learns none by itself');
  });
});

describe('a journey between pods', () => {
  it('counts its hops where the packet itself is forwarded, and the smallest MTU', () => {
    const of = (design: Design, from: string, to: string) =>
      journeysOf(design).find((journey) => journey.from === from && journey.to === to);

    expect(of(bgpRr, 'pod-a', 'pod-b')).toEqual({
      from: 'pod-a',
      to: 'pod-b',
      family: 4,
      isReached: true,
      hops: [['control-plane'], ['leaf0'], ['spine0', 'spine1'], ['leaf1'], ['worker3']],
      ttl: 59,
      encapsulation: 'none',
      pathMtu: 1500,
    });
    expect(of(vxlan, 'pod-a', 'pod-b')).toMatchObject({
      hops: [['control-plane'], ['worker3']],
      ttl: 62,
      encapsulation: 'vxlan',
      pathMtu: 1450,
    });
  });

  it('is not seen inside an IPIP tunnel, nor at its end, as the packet lends it its TTL', async () => {
    const journeys = journeysOf(await catalogueDesign('ipip'));
    const between = (from: string, to: string) => journeys.find((one) => one.from === from && one.to === to);

    expect(between('pod-a', 'pod-b')).toMatchObject({
      hops: [['control-plane'], ['*'], ['*'], ['*']],
      ttl: 62,
      encapsulation: 'ipip',
      pathMtu: 1480,
    });
    expect(between('pod-a', 'pod-c')).toMatchObject({ hops: [['control-plane'], ['worker']], ttl: 62 });
  });

  it('is known not to arrive where no route leads on', async () => {
    const journeys = journeysOf(await catalogueDesign('fullmesh-routed'));

    expect(journeys.filter(({ isReached }) => isReached).map(({ from, to }) => `${from} ${to}`)).toEqual([
      'pod-a pod-c',
      'pod-d pod-b',
    ]);
  });
});
