// Owns trying an imported lab before it is written: it is worked out in a scratch folder, and its routers are held against the originals.

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Problem } from '../base/place.ts';
import type { ImportedLab } from '../lab/import/import-lab.ts';
import { problemAtSpan, type Source } from '../lab/tree.ts';
import type { Context } from './context.ts';
import { type LoadedDesign, workOut } from './work-out.ts';

/** What labctl says of the lab, and every line of a router's original file that the lab's own does not have, or has beside it. */
export async function tryImport(context: Context, imported: ImportedLab): Promise<readonly Problem[]> {
  const folder = await mkdtemp(join(tmpdir(), 'labctl-import-'));
  try {
    const [first = ''] = imported.files.keys();
    for (const [name, text] of imported.files) await writeFile(join(folder, name), text);
    const loaded = await workOut(context, join(folder, first), []);
    const warnings = loaded.warnings.map(({ at: _, ...problem }) => problem);
    return [...warnings, ...(await differencesOf(imported.stated, loaded))];
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function differencesOf(originals: ImportedLab['stated'], { design }: LoadedDesign): Promise<readonly Problem[]> {
  const { frrContainerConf } = await import('../artifact/frr-container.ts');
  const { routerRules } = await import('../artifact/router-rules.ts');
  return design.routers.flatMap((router) => {
    const { frr, rules } = originals.get(router.name) ?? {};
    return [
      ...(frr === undefined ? [] : differences(router.name, frr, frrContainerConf(router))),
      ...(rules === undefined ? [] : differences(router.name, rules, routerRules(router) ?? '')),
    ];
  });
}

function differences(name: string, source: Source, text: string): readonly Problem[] {
  const own = new Set(linesOf(text));
  const known = new Set(linesOf(source.text));
  const problem = (start: number, length: number, message: string): Problem => {
    const hint = 'leave it out, or write the lab yourself';
    const span = { source, start, end: start + Math.max(1, length) };
    return problemAtSpan(span, [], { code: 'IMPORT_REFUSED', message, hint });
  };
  const lost = source.lineStarts.flatMap((start, i) => {
    const line = source.text.slice(start, source.lineStarts[i + 1] ?? source.text.length).trim();
    if (line === '' || line.startsWith('!') || own.has(line)) return [];
    return [problem(start, line.length, `\`${line}\` is not carried over: ${name} would not say it in the lab`)];
  });
  const added = [...own].filter((line) => !known.has(line));
  return [...lost, ...added.map((line) => problem(0, 0, `${name} would also say \`${line}\` in the lab`))];
}

function linesOf(text: string): readonly string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('!'));
}
