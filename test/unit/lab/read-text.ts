// Owns reading a lab from a text in tests: as standard input, with the catalogue of the repository.

import { join } from 'node:path';
import { LabError } from '../../../src/base/errors.ts';
import type { Problem } from '../../../src/base/place.ts';
import type { LoadedLab } from '../../../src/lab/lab.ts';
import { readLab } from '../../../src/lab/load.ts';

/** The repository's root. */
export const root = join(import.meta.dirname, '..', '..', '..');

/** Folders of the catalogue. */
export const folders = { labsDir: join(root, 'labs'), topologiesDir: join(root, 'topologies'), cwd: root };

/** Reads a lab from a text; `reference` may name a variant: `-:small`. */
export function readText(text: string, set: readonly string[] = [], reference = '-'): Promise<LoadedLab> {
  return readLab(reference, { ...folders, set, stdin: () => Promise.resolve(text) });
}

/** The problems of a text that is no lab; throws when it is one, or when anything but LAB_INVALID is thrown. */
export async function problemsOf(
  text: string,
  set: readonly string[] = [],
  reference = '-',
): Promise<readonly Problem[]> {
  try {
    await readText(text, set, reference);
  } catch (error) {
    if (error instanceof LabError && error.code === 'LAB_INVALID') return error.problems;
    throw error;
  }
  throw new Error('the lab is valid');
}
