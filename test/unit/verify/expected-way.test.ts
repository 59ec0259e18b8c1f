// Owns the tests of the expected way as a capture tells it: where it ends when no route leads on.

import { describe, expect, it } from 'vitest';
import { type Design, findMachine } from '../../../src/design/design.ts';
import { capturedPath } from '../../../src/evidence/captured-path.ts';
import { expectedWayOf } from '../../../src/verify/expected-way.ts';
import { catalogueDesign } from '../../support/catalogue-lab.ts';
import { captureOf } from '../../support/made-captures.ts';

function wayIn(design: Design): string {
  const evidence = captureOf(0, 0);
  const [from, to] = [findMachine(design, 'pod-a')!, findMachine(design, 'pod-b')!];
  return expectedWayOf(design, { from, to, family: 4, evidence, path: capturedPath(evidence) }).way;
}

describe('the expected way', () => {
  it('names its end where the routes lead there', async () => {
    expect(wayIn(await catalogueDesign('fullmesh-routed:advertised'))).toMatch(/^pod-a > .* > pod-b, plain$/);
  });

  it('ends at the machine that has no route on', async () => {
    expect(wayIn(await catalogueDesign('fullmesh-routed'))).toBe(
      'pod-a > control-plane > leaf0, plain; no route from there to pod-b',
    );
  });
});
