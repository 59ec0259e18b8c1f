// Owns the list of labs that come with labctl: name, title and variants, read from the lab files themselves.

import { join } from 'node:path';
import { LabError } from '../base/errors.ts';
import { DocumentReader } from './document.ts';
import { namesIn, readFound } from './find.ts';
import { entryOf, type Tree } from './tree.ts';

/** One lab of the catalogue. */
export interface CatalogueEntry {
  readonly name: string;
  readonly title: string;
  /** Absolute path. */
  readonly file: string;
  readonly variants: readonly { readonly name: string; readonly title: string | undefined }[];
  /** Why the file cannot be read; `labctl validate <file>` says more. */
  readonly problem: string | undefined;
}

/** Every `*.lab.yml` of a folder, by name; one that cannot be read is listed with its problem. */
export async function listLabs(labsDir: string): Promise<readonly CatalogueEntry[]> {
  const names = await namesIn(labsDir, ['.lab.yml']);
  return Promise.all(names.map((name) => readEntry(name, labsDir)));
}

async function readEntry(name: string, labsDir: string): Promise<CatalogueEntry> {
  const file = join(labsDir, `${name}.lab.yml`);
  try {
    const reader = new DocumentReader({ labsDir, topologiesDir: labsDir, cwd: labsDir });
    const tree = await reader.readLab(await readFound(file, { cwd: labsDir }));
    const variants = entryOf(tree, 'variants')?.value;
    return {
      name,
      title: textAt(tree, 'title') ?? '',
      file,
      variants: [...(variants?.kind === 'map' ? variants.entries : [])].map(([variant, entry]) => ({
        name: variant,
        title: textAt(entry.value, 'title'),
      })),
      problem: undefined,
    };
  } catch (error) {
    if (!(error instanceof LabError)) throw error;
    return { name, title: '', file, variants: [], problem: error.problems[0]?.message ?? error.message };
  }
}

function textAt(tree: Tree, key: string): string | undefined {
  const value = entryOf(tree, key)?.value;
  return value?.kind === 'scalar' && typeof value.value === 'string' ? value.value : undefined;
}
