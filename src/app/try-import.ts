// Owns trying an imported lab before it is written: it is worked out in a scratch folder, and its routers are held against the originals.

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Problem } from '../base/place.ts';
import type { ImportedLab } from '../lab/import/import-lab.ts';
import type { Source } from '../lab/tree.ts';
import type { Context } from './context.ts';
import { type LoadedDesign, workOut } from './work-out.ts';

/** What labctl says of the lab, and every line of an original frr.conf that the lab's own does not have, or has beside it. */
export async function tryImport(context: Context, imported: ImportedLab): Promise<readonly Problem[]> {
  const folder = await mkdtemp(join(tmpdir(), 'labctl-import-'));
  try {
    const [first = ''] = imported.files.keys();
    for (const [name, text] of imported.files) await writeFile(join(folder, name), text);
    const loaded = await workOut(context, join(folder, first), []);
    const warnings = loaded.warnings.map(({ at: _, ...problem }) => problem);
    return [...warnings, ...(await differencesOf(imported.frr, loaded))];
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function differencesOf(
  originals: ReadonlyMap<string, Source>,
  loaded: LoadedDesign,
): Promise<readonly Problem[]> {
  const { frrContainerConf } = await import('../artifact/frr-container.ts');
  const { problemAtSpan } = await import('../lab/tree.ts');
  const problems: Problem[] = [];
  for (const [name, source] of originals) {
    const router = loaded.design.routers.find((candidate) => candidate.name === name);
    const own = new Set(router === undefined ? [] : linesOf(frrContainerConf(router)));
    const known = new Set(linesOf(source.text));
    const refuse = (start: number, line: string, message: string): void => {
      const span = { source, start, end: start + Math.max(1, line.length) };
      problems.push(
        problemAtSpan(span, [], { code: 'IMPORT_REFUSED', message, hint: 'leave it out, or write the lab yourself' }),
      );
    };
    for (const [i, start] of source.lineStarts.entries()) {
      const line = source.text.slice(start, source.lineStarts[i + 1] ?? source.text.length).trim();
      if (line !== '' && !line.startsWith('!') && !own.has(line))
        refuse(start, line, `\`${line}\` is not carried over: ${name} would not say it in the lab`);
    }
    for (const line of own) if (!known.has(line)) refuse(0, '', `${name} would also say \`${line}\` in the lab`);
  }
  return problems;
}

function linesOf(text: string): readonly string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('!'));
}
