// Owns the story of `import`: read an original lab's folder, make a lab of it, write that into a folder, and try it.

import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import { LabError } from '../base/errors.ts';
import type { Problem, SourcePlace } from '../base/place.ts';
import type { Context } from './context.ts';
import { attempt } from './render.ts';
import { shownPath } from './work-out.ts';

/** What `labctl import` is told. */
export interface ImportOptions {
  readonly folder: string;
  /** `./<lab>` in the current folder when left out. */
  readonly out?: string | undefined;
  /** Overwrite files that are there. */
  readonly force: boolean;
}

/** What became of a folder. */
export interface ImportResult {
  readonly lab: string;
  /** Absolute. */
  readonly folder: string;
  /** Relative names, the lab file first. */
  readonly files: readonly string[];
  readonly understood: readonly { readonly at: SourcePlace; readonly what: string }[];
  /** Left out, and warnings that `labctl validate` says of the lab that was written. */
  readonly warnings: readonly Problem[];
}

/** Most of a file that is read, and of a folder. A Calico manifest with its definitions is about 0.5 MB. */
const maxFileBytes = 2 * 1024 * 1024;
const maxFiles = 500;
const maxDepth = 4;

/** Endings of files that say something of a lab; those without an ending are scripts or nothing. */
const readable = /(\.(sh|bash|ya?ml|json|boot|cfg|conf|config|vyos|set|nft|md)|^[^.]+)$/;

/**
 * Imports a folder. Throws LAB_NOT_FOUND without a folder; LAB_INVALID with all that cannot be carried over though packets
 * depend on it, and nothing is written then; USAGE where a file is there already and `force` is not given.
 */
export async function importFolder(context: Context, options: ImportOptions): Promise<ImportResult> {
  const from = resolve(context.cwd, options.folder);
  const shown = shownPath(context, from);
  const files = await filesOf(context, from, shown);
  const { importLab } = await import('../lab/import/import-lab.ts');
  const { inFileOrder, throwIfInvalid } = await import('../lab/problems.ts');
  const imported = importLab(shown, files);
  throwIfInvalid(imported.problems, shown);
  if (!('files' in imported)) throw new TypeError(`nothing imported and no problem: ${shown}`);
  const { tryImport } = await import('./try-import.ts');
  const { files: written, problems: tried } = await tryImport(context, imported);
  throwIfInvalid(tried, shown);
  const folder = resolve(context.cwd, options.out ?? imported.name);
  const names = [...written.keys()];
  if (!options.force) await refuseOverwriting(folder, names);
  for (const [name, text] of written) {
    await attempt(join(folder, name), async () => {
      await mkdir(folder, { recursive: true });
      await writeFile(join(folder, name), text);
    });
  }
  return {
    lab: imported.name,
    folder,
    files: names,
    understood: imported.understood,
    warnings: [...inFileOrder(imported.problems), ...tried],
  };
}

async function filesOf(context: Context, folder: string, shown: string) {
  const kind = await stat(folder).catch(() => undefined);
  if (kind?.isDirectory() !== true) {
    const hint = 'labctl import <folder of an original lab>';
    throw new LabError('LAB_NOT_FOUND', `there is no folder \`${shown}\``, { hint });
  }
  const files: { path: string; shown: string; text: string }[] = [];
  for (const path of await pathsIn(folder, 0)) {
    if (files.length >= maxFiles) {
      throw new LabError('USAGE', `${shown} has more than ${maxFiles} files`, { hint: 'name the folder of one lab' });
    }
    if ((await stat(path)).size > maxFileBytes) continue;
    const text = await readFile(path, 'utf8');
    if (!text.includes('\0')) files.push({ path: relative(folder, path), shown: shownPath(context, path), text });
  }
  return files;
}

/** In the order of their names, `2-` before `10-`. Links are not followed, nor folders that containerlab or git made. */
async function pathsIn(folder: string, depth: number): Promise<readonly string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const paths: string[] = [];
  for (const entry of entries.toSorted((a, b) => a.name.localeCompare(b.name, 'en', { numeric: true }))) {
    const path = join(folder, entry.name);
    if (entry.isFile() && readable.test(entry.name)) paths.push(path);
    const isOther = entry.name.startsWith('.') || entry.name.startsWith('clab-') || depth >= maxDepth;
    if (entry.isDirectory() && !isOther) paths.push(...(await pathsIn(path, depth + 1)));
  }
  return paths;
}

async function refuseOverwriting(folder: string, names: readonly string[]): Promise<void> {
  const present = await readdir(folder).catch(() => [] as string[]);
  const taken = names.filter((name) => present.includes(name));
  if (taken.length === 0) return;
  throw new LabError('USAGE', `${folder} already has ${taken.join(', ')}`, {
    hint: 'give --force to overwrite, or --out with another folder',
  });
}
