// Owns the proof that a lab's kubeconfig is found where it is, and that a lab without a Kubernetes API says so.

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import type { Context } from '../../../src/app/context.ts';
import { labApi } from '../../../src/app/kubectl.ts';

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

/** A state home in which these labs are recorded. */
function home(labs: Readonly<Record<string, 'kind' | 'netns'>>): Context {
  const stateHome = mkdtempSync(join(tmpdir(), 'labctl-test-kubectl-'));
  folders.push(stateHome);
  for (const [name, engine] of Object.entries(labs)) {
    mkdirSync(join(stateHome, 'labs', name), { recursive: true });
    const record = {
      form: 1,
      engine,
      lab: { name },
      design: { nodes: [], routers: [], pods: [] },
      made: {},
      isBuilt: true,
    };
    writeFileSync(join(stateHome, 'labs', name, 'lab.json'), JSON.stringify(record));
  }
  return { stateHome } as Context;
}

it('is the only one on kind, beside labs of the embedded engine', async () => {
  const context = home({ vxlan: 'netns', 'bgp-rr': 'kind' });
  expect(await labApi(context, undefined)).toEqual({
    lab: 'bgp-rr',
    kubeconfig: `${context.stateHome}/labs/bgp-rr/kind/kubeconfig`,
  });
});

it.each([
  [
    'the embedded engine',
    { vxlan: 'netns' },
    'vxlan',
    'lab vxlan runs on the embedded engine, which has no Kubernetes API',
  ],
  ['nothing', {}, undefined, 'no lab runs on kind'],
  ['two', { 'bgp-rr': 'kind', ipip: 'kind' }, undefined, 'several labs run on kind: bgp-rr, ipip'],
] as const)('says so where there is %s', async (_, labs, name, message) => {
  await expect(labApi(home(labs), name)).rejects.toThrow(message);
});
