// Owns which lab of the catalogue a folder of a real cluster is held against, and under which name.

import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { designLab } from '../../../src/design/design-lab.ts';
import { readLab } from '../../../src/lab/load.ts';
import { root } from '../catalogue-lab.ts';
import { scratchFolder } from '../scratch.ts';
import { expectedLine, kernelLines } from '../truth-tables.ts';
import type { Truth } from './read-truth.ts';
import { labOfCluster, type RealLab } from './real-lab.ts';

/** A lab of the catalogue with its variants, by name. */
export type Catalogue = ReadonlyMap<string, readonly string[]>;

const catalogue = { labsDir: join(root, 'labs'), topologiesDir: join(root, 'topologies'), cwd: root };

/** What a folder's name means: `vxlan`, `bgp-tor:one-as`, `bgp-tor-one-as`; undefined: no lab that we have. */
export function referenceOf(folder: string, catalogue: Catalogue): string | undefined {
  if (catalogue.has(folder)) return folder;
  for (const [lab, variants] of catalogue) {
    const variant = variants.find((name) => folder === `${lab}:${name}` || folder === `${lab}-${name}`);
    if (variant !== undefined) return `${lab}:${variant}`;
  }
  return undefined;
}

/** The lab file for a real cluster: the catalogue's, changed where the cluster's own objects and wires say so. */
export async function labFileOf(reference: string, truth: Truth): Promise<RealLab> {
  const { lab } = await readLab(reference, catalogue);
  const text = readFileSync(join(root, 'labs', `${lab.name}.lab.yml`), 'utf8');
  const fabric = (await readLab('bgp-rr', catalogue)).lab.topology;
  return labOfCluster({ text, lab, objects: designLab(lab).design?.objects ?? [], fabric }, truth);
}

/** What the file that `labFileOf` makes is called: no lab's name, as it may extend the lab of its own. */
export const realLabFile = 'real-cluster.lab.yml';

/**
 * What the design expects in the kernel of each machine and what was there, IPv4, for a lab that cannot run here: one
 * line a difference. Docker's addresses stand as `x`, as Docker hands them out in any order.
 */
export async function designDifferences(reference: string, truth: Truth): Promise<readonly string[]> {
  const { text } = await labFileOf(reference, truth);
  const cwd = scratchFolder('parity-');
  writeFileSync(join(cwd, realLabFile), text);
  const variant = reference.includes(':') ? `:${reference.split(':')[1]}` : '';
  const { lab } = await readLab(`./${realLabFile}${variant}`, { ...catalogue, cwd });
  const { name } = lab;
  const { design, problems } = designLab(lab);
  if (design === undefined) return problems.map(({ message }) => `the design of ${reference}: ${message}`);
  const differences: string[] = [];
  for (const [short, machine] of truth.machines) {
    if (machine.routes === '') continue;
    const full = machine.kind === 'node' ? `${name}-${short}` : short;
    const expected = design.expected.routes
      .filter(({ machine: owner, prefix }) => owner === full && !prefix.includes(':'))
      .map((route) => withoutDocker(expectedLine(route)));
    const real = kernelLines(machine.routes).map(withoutDocker);
    for (const line of real) if (!expected.includes(line)) differences.push(`${short}: real, not expected: ${line}`);
    for (const line of expected) if (!real.includes(line)) differences.push(`${short}: expected, not real: ${line}`);
  }
  return differences;
}

/** Names of the labs in the folder of real clusters. */
export function truthLabs(folder: string): readonly string[] {
  const entries = readdirSync(folder, { withFileTypes: true });
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
}

function withoutDocker(line: string): string {
  return line.replace(/172\.18\.0\.(?!0\/|1 )\d+/g, '172.18.0.x');
}
