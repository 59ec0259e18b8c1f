// Owns where the tests find the documents shared with other projects, and what happens when they are not there.

import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

/**
 * The folder (or file) of the shared documents: `LABCTL_SHARED`, else `../shared` beside the project. Undefined when
 * it is absent: the test must be skipped, and why is printed here. In CI (`CI=true`) its absence throws.
 */
export function sharedFolder(sub = ''): string | undefined {
  const folder = join(resolve(root, process.env['LABCTL_SHARED'] ?? '../shared'), sub);
  if (existsSync(folder)) return folder;
  const reason = `shared documents not found: ${folder} (set LABCTL_SHARED)`;
  if (process.env['CI'] === 'true') throw new Error(reason);
  console.warn(`skipped: ${reason}`);
  return undefined;
}
