// Owns the rewriting of test/golden: run after a change that is meant, then read the difference.

import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { goldenFilesOf, goldenFolder, goldenFolderOf, goldenLabs } from '../test/support/golden.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

await rm(join(root, goldenFolder), { recursive: true, force: true });
for (const reference of goldenLabs) {
  const files = await goldenFilesOf(reference, root);
  for (const [name, text] of files) {
    const path = join(root, goldenFolderOf(reference), name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text);
  }
  console.log(`${goldenFolderOf(reference)}: ${files.size} files`);
}
