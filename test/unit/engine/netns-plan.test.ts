import { describe, expect, it } from 'vitest';
import { writeArtifacts } from '../../../src/artifact/write-artifacts.ts';
import { firstSpeakers } from '../../../src/engine/netns/first-speakers.ts';
import { linkBatch } from '../../../src/engine/netns/links.ts';
import { planNetns } from '../../../src/engine/netns/plan.ts';
import { nothingObserved } from '../../../src/plan/observed.ts';
import { catalogueDesign } from '../../support/catalogue-lab.ts';

describe('the plan of a new lab', () => {
  it.each(['bgp-rr', 'fullmesh', 'ipip', 'vxlan', 'dualstack', 'clos:dual-tor', 'bgp-services'])(
    '%s begins with the holder, and every other step waits for one before it',
    async (lab) => {
      const design = await catalogueDesign(lab);
      const { operations } = planNetns(design, writeArtifacts(design), nothingObserved, undefined);
      const [holder, ...rest] = operations;

      expect(holder?.verb).toBe('startHolder');
      expect(rest.filter(({ needs }) => needs.length === 0)).toEqual([]);
      expect(rest.flatMap(({ id, needs }) => needs.filter((need) => need === id))).toEqual([]);
    },
  );

  it.each(['bgp-rr', 'bgp-tor', 'clos:dual-tor', 'dualstack:fabric'])(
    '%s has one end of every session start before any link is made',
    async (lab) => {
      const design = await catalogueDesign(lab);
      const first = firstSpeakers(design).map(({ name }) => name);
      const { operations } = planNetns(design, writeArtifacts(design), nothingObserved, undefined);
      const early = operations.filter(({ resource }) => first.some((name) => resource === `frr:${name}`));
      const links = operations.find(({ verb }) => verb === 'createLinks');
      const needsOf = new Map(operations.map(({ id, needs }) => [id, needs]));
      const awaited = (id: number | undefined): readonly number[] =>
        (needsOf.get(id ?? -1) ?? []).flatMap((need) => [need, ...awaited(need)]);
      const routers = new Set(design.routers.map(({ name }) => name));

      expect(early.length).toBeGreaterThan(0);
      expect(awaited(links?.id)).toEqual(expect.arrayContaining(early.map(({ id }) => id)));
      for (const { a, b } of design.expected.sessions) {
        const ends = [a.machine, b.machine].filter((name) => routers.has(name));
        expect(ends.length === 0 || ends.some((name) => first.includes(name))).toBe(true);
      }
    },
  );

  it('starts the leaves of bgp-rr before its spines, for every session has a leaf at one end', async () => {
    const design = await catalogueDesign('bgp-rr');

    expect(firstSpeakers(design).map(({ name }) => name)).toEqual(['leaf0', 'leaf1']);
  });

  it('numbers the two ends of a wire differently, as one host does for all its machines', async () => {
    const batch = linkBatch(await catalogueDesign('bgp-rr'));
    const numbers = [...batch.matchAll(/ index (\d+)/g)].map(([, number]) => Number(number));

    expect(numbers.length).toBeGreaterThan(20);
    expect(new Set(numbers).size).toBe(numbers.length);
  });
});
