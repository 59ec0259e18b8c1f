// Owns the proof that a tunnel's address is foretold by what a real cluster's IPAM has free, and that a wrong foretelling is told.

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { Context } from '../../../src/app/context.ts';
import { continueLab } from '../../../src/app/continue-lab.ts';
import type { Design } from '../../../src/design/design.ts';
import { designLab } from '../../../src/design/design-lab.ts';
import { kindEngine } from '../../../src/engine/kind/index.ts';
import type { Lab } from '../../../src/lab/lab.ts';
import type { Engine } from '../../../src/plan/engine.ts';
import { catalogueLab, root } from '../../support/catalogue-lab.ts';
import { replayedCluster } from '../../support/replayed-cluster.ts';
import { scratchFolder } from '../../support/scratch.ts';
import { smallManifest } from '../../support/small-manifest.ts';

/**
 * A real fullmesh that had four tunnels and has none: `kubectl get ipamblocks`, with what coredns and kube-controllers have taken. Then
 * its routes with the fifth.
 */
const folder = `${root}/test/recorded/fullmesh-live`;
const blocks = readFileSync(join(folder, 'ipamblocks.json'), 'utf8');

interface Changed {
  readonly design: Design;
  readonly engine: Engine;
}

function designOf(lab: Lab): Design {
  const { design } = designLab(lab);
  if (design === undefined) throw new Error(`no design of ${lab.name}`);
  return design;
}

/** The lab that ran without a tunnel and gets VXLAN, while its cluster has such blocks. */
async function toVxlan(stdout: string): Promise<Changed> {
  const plain = await catalogueLab('fullmesh');
  const before = designOf(plain);
  const cwd = scratchFolder('labctl-test-continue-');
  writeFileSync(join(cwd, 'calico.yaml'), smallManifest);
  const calico = { ...plain.calico, encapsulation: 'VXLAN' } as const;
  const lab = { ...plain, calico, kind: { ...plain.kind, manifest: 'calico.yaml' } };
  const engine = kindEngine({
    lab: lab.name,
    cluster: undefined,
    folder: '/nowhere',
    isRoot: true,
    own: [],
    ...(await replayedCluster(before, folder, { seed: 4, instead: { 'kubectl get IPAMBlock': { stdout } } })),
    owned: ['network', 'cluster'],
    record: async () => undefined,
    made: new Map(),
    isBuilt: true,
    manifest: undefined,
  });
  const change = { lab, design: designOf(lab), artifacts: new Map<string, string>(), engine: 'kind' } as const;
  const { design } = await continueLab({ cwd } as Context, change, { design: before }, engine);
  expect(design.pods).toEqual(before.pods);
  return { design, engine };
}

/** Waits for routes as `up` does, for a single look. */
async function untilRoutes({ design, engine }: Changed): Promise<void> {
  const deadline = new AbortController();
  const context = { signal: deadline.signal, report: () => deadline.abort('timeout') };
  await engine.operations(design)['waitRoutes']?.apply(null, context);
}

const tunnelsOf = ({ nodes }: Design) => nodes.flatMap(({ tunnels }) => tunnels.map(({ address }) => address));

it('gives each tunnel what IPAM gives next, and the routes are there', async () => {
  const changed = await toVxlan(blocks);

  expect(tunnelsOf(changed.design)).toEqual(['10.244.138.136', '10.244.71.5', '10.244.31.69']);
  await untilRoutes(changed);
});

it('says what was expected and what is there where a pod came in between', async () => {
  const changed = await toVxlan(blocks.replace('"unallocated":[8,9,', '"unallocated":[9,'));

  await expect(untilRoutes(changed)).rejects.toMatchObject({
    code: 'NOT_CONVERGED',
    facts: expect.arrayContaining([
      expect.stringMatching(/^fullmesh-worker: expected .* via 10\.244\.138\.137 .*; seen .* via 10\.244\.138\.136 /),
    ]),
  });
});
