import { describe, expect, it } from 'vitest';
import { writeArtifacts } from '../../../src/artifact/write-artifacts.ts';
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
});
