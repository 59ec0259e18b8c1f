// Owns what was worked out before: the design of an unchanged catalogue lab is read back instead of worked out again.

import { createHash, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Problem } from '../base/place.ts';
import type { Design } from '../design/design.ts';
import type { Lab } from '../lab/lab.ts';
import type { Context } from './context.ts';
import { readUserSettings } from './user-settings.ts';
import { catalogueFolders, type LoadedDesign } from './work-out.ts';

interface KeptDesign {
  readonly key: string;
  readonly lab: Lab;
  readonly design: Design;
  readonly artifacts: readonly (readonly [string, string])[];
  readonly warnings: readonly Problem[];
}

/** A lab as it was worked out before, and a way to keep it when it was not. */
export interface Kept {
  readonly loaded: LoadedDesign | undefined;
  keep(loaded: LoadedDesign): Promise<void>;
}

/** A catalogue name, perhaps with a variant: what it means depends on labctl's own folders alone. */
const catalogueReference = /^[a-z][a-z0-9-]*(:[a-z0-9][a-z0-9-]*)?$/;

/**
 * Looks up a catalogue lab. The key holds every byte of `labs/` and `topologies/`, the settings (the user's own too), and the build of labctl, so
 * that an edited lab is always worked out anew. Undefined for files, folders, standard input, and sources run unbuilt.
 */
export async function keptDesign(
  context: Context,
  reference: string,
  set: readonly string[],
): Promise<Kept | undefined> {
  if (!catalogueReference.test(reference) || !isBuilt(context)) return undefined;
  const key = await keyOf(context, reference, set);
  const folder = join(context.cacheHome, 'designs');
  const path = join(folder, `${reference.replace(':', '.')}.json`);
  const kept = await readKept(path);
  return {
    loaded: kept?.key === key ? { ...kept, artifacts: new Map(kept.artifacts) } : undefined,
    keep: async (loaded) => {
      const value: KeptDesign = { ...loaded, key, artifacts: [...loaded.artifacts] };
      const temporary = `${path}.${randomUUID()}`;
      try {
        await mkdir(folder, { recursive: true, mode: 0o700 });
        await writeFile(temporary, JSON.stringify(value), { mode: 0o600 });
        await rename(temporary, path);
      } catch {
        // A cache that cannot be written costs time, nothing else.
      }
    },
  };
}

/** Whether labctl runs from its build, whose time stands in the key. Sources run as they are may change under the same key. */
function isBuilt(context: Context): boolean {
  return fileURLToPath(import.meta.url).startsWith(join(context.packageRoot, 'dist'));
}

async function readKept(path: string): Promise<KeptDesign | undefined> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as KeptDesign;
  } catch {
    return undefined;
  }
}

async function keyOf(context: Context, reference: string, set: readonly string[]): Promise<string> {
  const hash = createHash('sha256');
  const build = await stat(new URL(import.meta.url)).catch(() => undefined);
  const user = await readUserSettings(context);
  hash.update(
    JSON.stringify([context.version, build?.mtimeMs, context.packageRoot, context.cwd, reference, set, user]),
  );
  const { labsDir, topologiesDir } = catalogueFolders(context);
  for (const folder of [labsDir, topologiesDir]) {
    for (const name of (await readdir(folder)).sort()) {
      if (!/\.ya?ml$/.test(name)) continue;
      // Some forty small files: waiting for each costs more than reading it.
      hash.update(`\0${name}\0`).update(readFileSync(join(folder, name)));
    }
  }
  return hash.digest('hex');
}
