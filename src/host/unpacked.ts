// Owns how unpacked programs run on this machine itself, where no lab lays them over its /usr.

import { readdirSync } from 'node:fs';
import { join } from 'node:path';

/**
 * The words that come before a command so that it finds the programs of an unpacked set (`Programs.root`) after those of `path`, and
 * their libraries. None where the machine has all.
 */
export function unpackedArgv(root: string | undefined, path: string): readonly string[] {
  if (root === undefined) return [];
  const folders = ['sbin', 'bin'].map((name) => join(root, 'usr', name));
  const libraries = readdirSync(join(root, 'usr/lib'))
    .filter((name) => name.endsWith('-linux-gnu'))
    .map((name) => join(root, 'usr/lib', name));
  return ['env', `PATH=${[path, ...folders].join(':')}`, `LD_LIBRARY_PATH=${libraries.join(':')}`];
}
