// Owns the story of `render`: every configuration file a lab becomes, written into a folder to read or to take away.

import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { LabError } from '../base/errors.ts';
import type { EngineName } from '../plan/engine.ts';
import type { Context } from './context.ts';
import { kindArtifacts } from './kind-artifacts.ts';
import { loadLab } from './load-lab.ts';
import type { LabChoice } from './work-out.ts';

/** What `labctl render` is told. */
export interface RenderOptions extends LabChoice {
  /** `labctl-<lab>` in the current folder when left out. */
  readonly out?: string | undefined;
  /** The engine the files are for. */
  readonly engine: EngineName;
  /** Write into a folder that is not empty. */
  readonly force: boolean;
}

/** What was written where. */
export interface RenderResult {
  readonly lab: string;
  readonly folder: string;
  /** Relative names, sorted. */
  readonly files: readonly string[];
  /** What could not be written, and why. */
  readonly notes: readonly string[];
}

/** Writes all files. Throws USAGE when the folder holds something and `force` is not given. */
export async function render(context: Context, options: RenderOptions): Promise<RenderResult> {
  const loaded = await loadLab(context, options.reference, options.set);
  const { lab } = loaded;
  const folder = resolve(context.cwd, options.out ?? `labctl-${lab.name}`);
  const present = await entriesOf(folder);
  if (present.length > 0 && !options.force) {
    throw new LabError('USAGE', `${folder} is not empty`, {
      hint: 'give --force to write into it, or --out with another folder',
    });
  }
  const { artifacts, notes } =
    options.engine === 'netns' ? { artifacts: loaded.artifacts, notes: [] } : await kindArtifacts(context, loaded);
  for (const [name, text] of artifacts) {
    const file = join(folder, name);
    await attempt(file, async () => {
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, text);
    });
  }
  return { lab: lab.name, folder, files: [...artifacts.keys()].toSorted(), notes };
}

async function entriesOf(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw new LabError('USAGE', `cannot write into ${folder}: ${(error as Error).message}`, { cause: error });
  }
}

/** Runs a write; a failure becomes an error that names the path. */
export async function attempt(path: string, write: () => Promise<void>): Promise<void> {
  try {
    await write();
  } catch (error) {
    throw new LabError('USAGE', `cannot write ${path}: ${(error as Error).message}`, {
      hint: 'give --out with a place of yours',
      exitCode: 1,
      cause: error,
    });
  }
}
