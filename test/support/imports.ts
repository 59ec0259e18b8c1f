// Owns the original labs that tests import: folders of this project's own making, read into files, and changed in words.

import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { type ImportedLab, importLab } from '../../src/lab/import/import-lab.ts';
import type { ImportFile } from '../../src/lab/import/parts.ts';

/** Where they are. */
export const originals = join(import.meta.dirname, 'imports');

/** The files of one of them; `edit` changes texts, `undefined` removes a file. */
export function filesOf(
  name: string,
  edit: (path: string, text: string) => string | undefined = (_, text) => text,
): readonly ImportFile[] {
  const folder = join(originals, name);
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = entries.map((entry) => relative(folder, join(entry.parentPath, entry.name))).toSorted();
  return paths.flatMap((path) => {
    const text = edit(path, readFileSync(join(folder, path), 'utf8'));
    return text === undefined ? [] : [{ path, shown: path, text }];
  });
}

/** `place code message` of each problem. */
export function problemsOf(files: readonly ImportFile[]): readonly string[] {
  return importLab('original', files).problems.map(
    ({ severity, code, message, at }) =>
      `${at === undefined ? '' : `${at.file}:${at.line} `}${severity} ${code} ${message}`,
  );
}

/** An import that has no error. */
export function imported(files: readonly ImportFile[]): ImportedLab {
  const result = importLab('original', files);
  const errors = result.problems.filter(({ severity }) => severity === 'error');
  if (!('files' in result) || errors.length > 0) throw new Error(errors.map(({ message }) => message).join('; '));
  return result;
}
