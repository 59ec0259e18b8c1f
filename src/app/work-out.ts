// Owns the way from a lab's name to everything that follows from it: read, mean, write. Nothing is run.

import { join, relative } from 'node:path';
import type { Artifacts } from '../artifact/artifacts.ts';
import type { Problem } from '../base/place.ts';
import type { Design } from '../design/design.ts';
import type { Lab } from '../lab/lab.ts';
import type { Context } from './context.ts';
import { readUserSettings } from './user-settings.ts';

/** A lab, what it is, the files it becomes, and what should be said about it though it is valid. */
export interface LoadedDesign {
  readonly lab: Lab;
  readonly design: Design;
  readonly artifacts: Artifacts;
  readonly warnings: readonly Problem[];
}

/** Which lab, and what is changed in it. */
export interface LabChoice {
  /** A catalogue name, `name:variant`, a lab file, a folder with one, or `-`. */
  readonly reference: string;
  /** `key=value` pairs. */
  readonly set: readonly string[];
}

/** The folders labs and topologies are found in. */
export function catalogueFolders(context: Context): { readonly labsDir: string; readonly topologiesDir: string } {
  return { labsDir: join(context.packageRoot, 'labs'), topologiesDir: join(context.packageRoot, 'topologies') };
}

/** A path as one reads it: relative where it lies below the current folder. */
export function shownPath(context: Context, path: string): string {
  const below = relative(context.cwd, path);
  return below === '' || below.startsWith('..') ? path : below;
}

/** Works a lab out. Throws LAB_NOT_FOUND, or LAB_INVALID with every problem of reading or of meaning, placed. */
export async function workOut(context: Context, reference: string, set: readonly string[]): Promise<LoadedDesign> {
  const { readLab } = await import('../lab/load.ts');
  const loaded = await readLab(reference, {
    ...catalogueFolders(context),
    cwd: context.cwd,
    set,
    user: await readUserSettings(context),
    stdin: () => context.readStdin(),
  });
  const { designLab } = await import('../design/design-lab.ts');
  const { design, problems } = designLab(loaded.lab);
  const placed = problems.map((problem) => ({ ...problem, at: problem.at ?? loaded.placeOf(problem.path) }));
  const all = [...loaded.warnings, ...placed];
  const { throwIfInvalid } = await import('../lab/problems.ts');
  throwIfInvalid(all, shownPath(context, loaded.lab.source));
  if (design === undefined) throw new TypeError(`no design and no problem: ${loaded.lab.source}`);
  const { writeArtifacts } = await import('../artifact/write-artifacts.ts');
  return { lab: loaded.lab, design, artifacts: writeArtifacts(design), warnings: all };
}

/** What follows from a changed lab whose file was read and checked before. Throws LAB_INVALID when it has no meaning any more. */
export async function workOutAgain(loaded: LoadedDesign, lab: Lab): Promise<LoadedDesign> {
  const { designLab } = await import('../design/design-lab.ts');
  const { design, problems } = designLab(lab);
  const { throwIfInvalid } = await import('../lab/problems.ts');
  throwIfInvalid(problems, lab.source);
  if (design === undefined) throw new TypeError(`no design and no problem: ${lab.source}`);
  const { writeArtifacts } = await import('../artifact/write-artifacts.ts');
  return { ...loaded, lab, design, artifacts: writeArtifacts(design) };
}
