// Owns the tests of which labs `labctl test` means.

import { describe, expect, it } from 'vitest';
import { chooseLabs } from '../../../src/app/choose-labs.ts';
import { testContext } from '../../support/call.ts';

const choose = (patterns: readonly string[], shard?: { index: number; of: number }) =>
  chooseLabs(testContext(), { patterns, all: patterns.length === 0, shard });

describe('the labs of a test', () => {
  it.each([
    [['bgp-rr'], ['bgp-rr']],
    [['bgp-rr:article'], ['bgp-rr:article']],
    [['bgp-rr:*'], ['bgp-rr:one-spine', 'bgp-rr:article']],
    [['vxlan*'], ['vxlan', 'vxlan-crosssubnet']],
    [
      ['*:100-*', 'fullmesh'],
      ['fullmesh:100-nodes', 'fullmesh'],
    ],
    [['./mine.lab.yml:article', './mine.lab.yml:article'], ['./mine.lab.yml:article']],
  ])('%j are %j', async (patterns, labs) => {
    expect(await choose(patterns)).toEqual(labs);
  });

  it('are all labs, each followed by its variants', async () => {
    const all = await choose([]);

    expect(all).toEqual(expect.arrayContaining(['bgp-rr', 'bgp-rr:one-spine', 'fullmesh:100-nodes', 'vxlan']));
    expect(all.indexOf('bgp-rr:one-spine')).toBe(all.indexOf('bgp-rr') + 1);
  });

  it('are parted by shards: each in exactly one', async () => {
    const parts = await Promise.all([1, 2, 3].map((index) => choose([], { index, of: 3 })));

    expect(parts.flat().toSorted()).toEqual((await choose([])).toSorted());
    expect(
      Math.max(...parts.map(({ length }) => length)) - Math.min(...parts.map(({ length }) => length)),
    ).toBeLessThanOrEqual(1);
  });

  it('must exist: the nearest and all known names are told', async () => {
    await expect(choose(['bgp-r'])).rejects.toMatchObject({ code: 'LAB_NOT_FOUND', hint: 'did you mean `bgp-rr`?' });
    await expect(choose(['mpls*'])).rejects.toMatchObject({ code: 'LAB_NOT_FOUND' });
  });
});
