// Owns the story of `render`: every configuration file a lab becomes, written into a folder to read or to take away.

import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { Artifacts } from '../artifact/artifacts.ts';
import { LabError } from '../base/errors.ts';
import { imagePackages } from '../host/programs.ts';
import type { EngineName } from '../plan/engine.ts';
import type { Context } from './context.ts';
import { kindArtifacts } from './kind-artifacts.ts';
import { loadLab } from './load-lab.ts';
import type { LoadedDesign } from './work-out.ts';

/** Whose files: an engine's; those of Clabernetes; those of a Kubernetes Job that tests the whole catalogue. */
export type RenderedFor = EngineName | 'clabernetes' | 'job';

/** What `labctl render` is told. */
export interface RenderOptions {
  /** As `LabChoice` has it; a Job has no lab, and undefined. */
  readonly reference: string | undefined;
  readonly set: readonly string[];
  /** `labctl-<lab>` in the current folder when left out. */
  readonly out?: string | undefined;
  readonly for: RenderedFor;
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
  const { lab, artifacts, notes } = await filesFor(context, options);
  const folder = resolve(context.cwd, options.out ?? `labctl-${lab}`);
  const present = await entriesOf(folder);
  if (present.length > 0 && !options.force) {
    throw new LabError('USAGE', `${folder} is not empty`, {
      hint: 'give --force to write into it, or --out with another folder',
    });
  }
  for (const [name, text] of artifacts) {
    const file = join(folder, name);
    await attempt(file, async () => {
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, text, { mode: text.startsWith('#!') ? 0o755 : 0o644 });
    });
  }
  return { lab, folder, files: [...artifacts.keys()].toSorted(), notes };
}

interface RenderedFiles {
  readonly lab: string;
  readonly artifacts: Artifacts;
  readonly notes: readonly string[];
}

async function filesFor(context: Context, { reference, set, for: whose }: RenderOptions): Promise<RenderedFiles> {
  if (reference === undefined) {
    const { writeTestJob } = await import('../artifact/test-job.ts');
    return { lab: 'job', artifacts: writeTestJob(imagePackages(context)), notes: [] };
  }
  const loaded = await loadLab(context, reference, set);
  const lab = loaded.lab.name;
  if (whose === 'clabernetes') return { lab, artifacts: await clabernetesFiles(context, loaded), notes: [] };
  if (whose === 'kind') return { lab, ...(await kindArtifacts(context, loaded)) };
  return { lab, artifacts: loaded.artifacts, notes: [] };
}

async function clabernetesFiles(context: Context, { design, artifacts }: LoadedDesign): Promise<Artifacts> {
  if (Object.keys(design.secrets).length > 0) {
    throw new LabError('USAGE', `${design.lab} has passwords, and a ConfigMap is no place for them`, {
      hint: 'render a lab without `calico.secrets`',
    });
  }
  const { machineStarts } = await import('../engine/netns/machine-start.ts');
  const { writeClabernetes } = await import('../artifact/clabernetes.ts');
  return writeClabernetes(design, machineStarts(design, artifacts), imagePackages(context));
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
      hint: 'name a file in a folder that is there and yours',
      exitCode: 1,
      cause: error,
    });
  }
}
