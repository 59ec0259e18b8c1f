// Owns the tests of comparing kernel routes with expected ones.

import { expect, it } from 'vitest';
import { routeDifferences } from '../../../src/plan/converged.ts';
import { catalogueDesign } from '../../support/catalogue-lab.ts';

it("tells a daemon's route beside the right one, and no other machine's or hand's", async () => {
  const { routes } = (await catalogueDesign('bgp-rr')).expected;
  const one = routes.find(({ protocol, metric }) => protocol === 'bird' && metric === 1024);
  const more = [
    { ...one!, metric: 600 },
    { ...one!, metric: 700, protocol: 'static' },
  ];

  expect(routeDifferences(routes, routes)).toEqual([]);
  expect(routeDifferences(routes, [...routes, ...more])).toMatchObject(
    [{ kind: 'route', what: one?.prefix, expected: 'no other route beside it', seen: /metric 600/ }].map(
      (difference) => ({ ...difference, seen: expect.stringMatching(difference.seen) }),
    ),
  );
});

it("takes either gateway to a node's IPv6 next hop, and a router's only as expected: BIRD 1.6 has one a next hop", async () => {
  const { routes } = (await catalogueDesign('dualstack:fabric')).expected;
  const isTaught = ({ protocol, nextHops }: (typeof routes)[number]): boolean =>
    protocol === 'bird' && nextHops[0]?.twin !== undefined;
  const byOther = routes.map((route) =>
    isTaught(route) ? { ...route, nextHops: route.nextHops.map((hop) => ({ via: hop.twin, dev: hop.dev })) } : route,
  );
  const byNeither = routes.map((route) =>
    isTaught(route) ? { ...route, nextHops: [{ via: 'fe80::1', dev: 'net0' }] } : route,
  );

  expect(routes.filter(isTaught)).toHaveLength(28);
  expect(routeDifferences(routes, byOther)).toEqual([]);
  expect(routeDifferences(routes, byNeither)).toHaveLength(28);
  expect(routeDifferences(routes, byNeither)[0]?.expected).toMatch(
    /via fd00:10:1:5::1 or fe80::[0-9a-f:]+ dev net0 proto bird/,
  );
});
