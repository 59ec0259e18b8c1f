// Owns the labs of the catalogue for tests: read and designed as the program does it, nothing run.

import { fileURLToPath } from 'node:url';
import type { Design } from '../../src/design/design.ts';
import { designLab } from '../../src/design/design-lab.ts';
import type { Lab } from '../../src/lab/lab.ts';
import { readLab } from '../../src/lab/load.ts';

/** The repository's root. */
export const root = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');

/** A lab of the catalogue. */
export async function catalogueLab(reference: string): Promise<Lab> {
  const places = { labsDir: `${root}/labs`, topologiesDir: `${root}/topologies`, cwd: root };
  return (await readLab(reference, places)).lab;
}

/** The design of a lab of the catalogue. */
export async function catalogueDesign(reference: string): Promise<Design> {
  const { design, problems } = designLab(await catalogueLab(reference));
  if (design === undefined) throw new Error(`${reference}: ${JSON.stringify(problems)}`);
  return design;
}
