// Owns the proof of what a running lab on kind can become without another cluster.

import { expect, it } from 'vitest';
import { newestTools } from '../../../src/artifact/kind-tools.ts';
import { writeKindArtifacts } from '../../../src/artifact/write-kind-artifacts.ts';
import { designLab } from '../../../src/design/design-lab.ts';
import { kindClusterOf } from '../../../src/design/kind-cluster.ts';
import { kindStructureDifferences, planKind } from '../../../src/engine/kind/plan.ts';
import type { Lab } from '../../../src/lab/lab.ts';
import { readLab } from '../../../src/lab/load.ts';
import { digestOf } from '../../../src/plan/digest.ts';
import { nothingObserved } from '../../../src/plan/observed.ts';
import { root } from '../../support/catalogue-lab.ts';

function partsOf(lab: Lab) {
  const { design } = designLab(lab);
  if (design === undefined) throw new Error(`no design of ${lab.name}`);
  const cluster = kindClusterOf(lab);
  return [design, cluster, writeKindArtifacts(design, cluster, newestTools, undefined)] as const;
}

it.each([
  ['vxlan', 'VXLANCrossSubnet', []],
  // The tunnel takes an address, and the lab's pods would have those after it.
  ['fullmesh', 'VXLAN', ['workload']],
  ['vxlan-crosssubnet', 'VXLAN', []],
] as const)(
  '%s that runs becomes %s by what differs, or is another cluster',
  async (name, encapsulation, differing) => {
    const { lab } = await readLab(name, { labsDir: `${root}/labs`, topologiesDir: `${root}/topologies`, cwd: root });
    const before = planKind(...partsOf(lab), nothingObserved).operations;
    const made = new Map(before.map(({ resource, input }) => [resource, digestOf(input)]));
    const changed = partsOf({ ...lab, calico: { ...lab.calico, encapsulation } });

    const seen = { state: 'running', made, dead: new Set<string>() } as const;

    expect(kindStructureDifferences(...changed, seen)).toEqual(differing);
    expect(planKind(...changed, seen).operations.map(({ verb }) => verb)).toContain('applyObjects');
  },
);
