// Owns the proof of what a running lab on kind can become without another cluster.

import { expect, it } from 'vitest';
import { newestTools } from '../../../src/artifact/kind-tools.ts';
import { writeKindArtifacts } from '../../../src/artifact/write-kind-artifacts.ts';
import { designLab } from '../../../src/design/design-lab.ts';
import { type Earlier, earlierOf } from '../../../src/design/earlier.ts';
import { kindClusterOf } from '../../../src/design/kind-cluster.ts';
import { kindStructureDifferences, planKind } from '../../../src/engine/kind/plan.ts';
import type { Lab } from '../../../src/lab/lab.ts';
import { digestOf } from '../../../src/plan/digest.ts';
import { nothingObserved, type Observed } from '../../../src/plan/observed.ts';
import { catalogueLab } from '../../support/catalogue-lab.ts';
import { smallManifest } from '../../support/small-manifest.ts';

const manifest = { name: 'calico.yaml', text: smallManifest };

function partsOf(lab: Lab, earlier?: Earlier) {
  const { design } = designLab(lab, { earlier });
  if (design === undefined) throw new Error(`no design of ${lab.name}`);
  const cluster = kindClusterOf(lab);
  return [design, cluster, writeKindArtifacts(design, cluster, newestTools, manifest)] as const;
}

function running(parts: ReturnType<typeof partsOf>): Observed {
  const { operations } = planKind(...parts, nothingObserved);
  const made = new Map(operations.map(({ resource, input }) => [resource, digestOf(input)]));
  return { state: 'running', made, dead: new Set() };
}

function withEncapsulation(lab: Lab, encapsulation: Lab['calico']['encapsulation']): Lab {
  return { ...lab, calico: { ...lab.calico, encapsulation } };
}

it.each([
  ['vxlan', 'VXLAN', 'VXLANCrossSubnet', ['10.244.152.192']],
  ['fullmesh', 'None', 'VXLAN', ['10.244.138.129']],
  ['fullmesh', 'VXLAN', 'None', []],
  ['fullmesh', 'VXLAN', 'IPIP', ['10.244.138.130']],
  ['ipip:off', 'None', 'IPIP', ['10.244.124.66']],
] as const)(
  '%s with %s that runs becomes %s by its objects alone; its pods are as they were',
  async (name, from, to, tunnels) => {
    const lab = withEncapsulation(await catalogueLab(name), from);
    const before = partsOf(lab);
    const other = withEncapsulation(lab, to);
    const [{ objects }] = partsOf(other);
    const parts = partsOf(other, earlierOf(before[0], objects));
    const seen = running(before);

    expect(kindStructureDifferences(...parts, seen)).toEqual([]);
    const verbs = planKind(...parts, seen).operations.map(({ verb, resource }) => `${verb} ${resource}`);
    expect(verbs.filter((verb) => !verb.startsWith('wait'))).toEqual(['writeFiles files', 'replaceObjects objects']);
    expect(parts[0].pods).toEqual(before[0].pods);
    expect(parts[0].nodes[0]?.tunnels.map(({ address }) => address)).toEqual(tunnels);
  },
);

it('makes the pods with the pools that they were made with, in a cluster that is not there', async () => {
  const { operations } = planKind(...partsOf(await catalogueLab('ipip:off')), nothingObserved);
  const applied = operations.filter(({ verb }) => verb === 'applyObjects').map(({ resource }) => resource);
  expect(applied).toEqual(['first-objects', 'objects']);
});

it('is another cluster where pods would have other addresses', async () => {
  const lab = await catalogueLab('fullmesh');
  const seen = running(partsOf(lab));
  expect(kindStructureDifferences(...partsOf(withEncapsulation(lab, 'VXLAN')), seen)).toEqual(['workload']);
});
