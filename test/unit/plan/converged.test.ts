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
