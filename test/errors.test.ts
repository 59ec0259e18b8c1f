// Owns the words a reader sees for every kind of wrong lab file: test/errors/<case>.yml gives <case>.txt, byte for byte.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { LabError } from '../src/base/errors.ts';
import { renderError, renderProblems } from '../src/cli/view/error-page.ts';
import { readLab } from '../src/lab/load.ts';

const root = join(import.meta.dirname, '..');
const folder = 'test/errors';
const files = readdirSync(join(root, folder)).filter((file) => file.endsWith('.yml'));

/** What a reader sees of a lab: its error page, or its warnings. `# variant:` and `# set:` lines choose how it is read. */
async function pageOf(file: string): Promise<string> {
  const text = readFileSync(join(root, folder, file), 'utf8');
  const set = [...text.matchAll(/^# set: (.*)$/gm)].map((match) => match[1] ?? '');
  const variant = /^# variant: (.*)$/m.exec(text)?.[1];
  const reference = `./${folder}/${file}${variant === undefined ? '' : `:${variant}`}`;
  const options = { labsDir: join(root, 'labs'), topologiesDir: join(root, 'topologies'), cwd: root, set };
  try {
    const { warnings } = await readLab(reference, options);
    return renderProblems(warnings, { color: false });
  } catch (error) {
    if (!(error instanceof LabError)) throw error;
    for (const problem of error.problems) expect(problem.at, problem.message).toBeDefined();
    return renderError(error, { color: false, verbose: false });
  }
}

describe('a wrong lab file is explained', () => {
  it('in at least 60 cases', () => {
    expect(files.length).toBeGreaterThanOrEqual(60);
  });

  it.each(files)('%s', async (file) => {
    const page = await pageOf(file);

    expect(page).not.toBe('');
    expect(page).not.toMatch(/undefined|\[object|NaN/);
    await expect(`${page}\n`).toMatchFileSnapshot(`errors/${file.replace('.yml', '.txt')}`);
  });
});
