// Owns the comparison of golden labs: every file as kept, none missing, none left over.

import { readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { goldenFilesOf, goldenFolderOf, goldenLabs } from './support/golden.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

async function keptFiles(folder: string): Promise<ReadonlyMap<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const names = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const texts = await Promise.all(names.map((name) => readFile(name, 'utf8')));
  return new Map(names.map((name, i) => [relative(folder, name), texts[i] ?? '']));
}

describe.each(goldenLabs)('golden lab %s', (reference) => {
  it('becomes exactly the files that are kept (npm run golden rewrites them)', async () => {
    const made = await goldenFilesOf(reference, root);
    const kept = await keptFiles(join(root, goldenFolderOf(reference)));
    expect([...made.keys()].toSorted()).toEqual([...kept.keys()].toSorted());
    for (const [name, text] of made) expect(text, name).toBe(kept.get(name));
  });
});
