// Owns the labs of the catalogue for tests: read and designed as the program does it, nothing run.

import { fileURLToPath } from 'node:url';
import type { Design } from '../../src/design/design.ts';
import { designLab } from '../../src/design/design-lab.ts';
import { readLab } from '../../src/lab/load.ts';

/** The repository's root. */
export const root = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');

/** The design of a lab of the catalogue. */
export async function catalogueDesign(reference: string): Promise<Design> {
  const { lab } = await readLab(reference, { labsDir: `${root}/labs`, topologiesDir: `${root}/topologies`, cwd: root });
  const { design, problems } = designLab(lab);
  if (design === undefined) throw new Error(`${reference}: ${JSON.stringify(problems)}`);
  return design;
}
