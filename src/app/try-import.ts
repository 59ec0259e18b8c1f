// Owns trying an imported lab before it is written: it is worked out in a scratch folder, and its routers are held against the originals.

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LabError } from '../base/errors.ts';
import type { Problem } from '../base/place.ts';
import { startOf } from '../lab/import/account.ts';
import type { ImportedLab } from '../lab/import/import-lab.ts';
import { problemAtSpan, type Source } from '../lab/tree.ts';
import type { Context } from './context.ts';
import { catalogueFolders, type LoadedDesign, workOut } from './work-out.ts';

/** What is written of an imported lab, and what is said of it. */
export interface TriedImport {
  readonly files: ImportedLab['files'];
  readonly problems: readonly Problem[];
}

/**
 * What labctl says of the lab, and every line of a router's original file that the lab's own does not have, or has beside it. A lab
 * whose racks do not reach each other is what the original is: it is written, and expects the silence.
 */
export async function tryImport(context: Context, imported: ImportedLab): Promise<TriedImport> {
  const folder = await mkdtemp(join(tmpdir(), 'labctl-import-'));
  try {
    const [first = ''] = imported.files.keys();
    const file = join(folder, first);
    for (const [name, text] of imported.files) await writeFile(join(folder, name), text);
    const said = (problem: Problem): Problem => ({ ...problem, at: imported.originOf(problem) });
    let files = imported.files;
    let loaded = await workOut(context, file, []).catch(problemsOf);
    if (Array.isArray(loaded) && errorsOf(loaded).every(({ code }) => code === 'CROSS_SUBNET_UNREACHABLE')) {
      const silence = await silenceIn(context, file);
      const text = `${files.get(first)}${silence}`;
      files = new Map([...files, [first, text]]);
      await writeFile(file, text);
      loaded = await workOut(context, file, []).catch(problemsOf);
    }
    if (Array.isArray(loaded)) return { files, problems: loaded.map(said) };
    return { files, problems: [...loaded.warnings.map(said), ...(await differencesOf(imported.stated, loaded))] };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function problemsOf(error: unknown): Problem[] {
  if (error instanceof LabError && error.problems.length > 0) return [...error.problems];
  throw error;
}

function errorsOf(problems: readonly Problem[]): readonly Problem[] {
  return problems.filter(({ severity }) => severity === 'error');
}

/** `expect:` with a ping that gets no answer, between the first pods of which the routes say so; '' where there are none. */
async function silenceIn(context: Context, file: string): Promise<string> {
  const { readLab } = await import('../lab/load.ts');
  const { designLab } = await import('../design/design-lab.ts');
  const { reaches } = await import('../design/walk.ts');
  const { lab } = await readLab(file, { ...catalogueFolders(context), cwd: context.cwd });
  for (const { name: from } of lab.pods) {
    for (const { name: to } of lab.pods) {
      const ping = { kind: 'ping', from, to, ttl: undefined, answered: false, family: undefined } as const;
      const { design } = designLab({ ...lab, expect: [ping] });
      const ends = [from, to].map((name) => design?.pods.find((pod) => pod.name === name));
      if (design === undefined || ends[0] === undefined || ends[1] === undefined || reaches(design, ends[0], ends[1]))
        continue;
      return `# No router learns the pods of a rack, so another rack does not reach them: as in the original.
expect:
  - ping: {from: ${from}, to: ${to}, answered: false}
`;
    }
  }
  return '';
}

async function differencesOf(originals: ImportedLab['stated'], { design }: LoadedDesign): Promise<readonly Problem[]> {
  const { frrContainerConf } = await import('../artifact/frr-container.ts');
  const { routerRules } = await import('../artifact/router-rules.ts');
  return design.routers.flatMap((router) => {
    const original = originals.get(router.name);
    if (original === undefined) return [];
    const { frr, rules } = original;
    const own = routerRules(router) ?? '';
    return [
      ...differences(router.name, frr, frrContainerConf(router)),
      ...(rules === undefined ? absentRules(router.name, frr, own) : differences(router.name, rules, own)),
    ];
  });
}

/** A leaf of labctl's translates what leaves the fabric; an original that says nothing of it does not. */
function absentRules(name: string, frr: Source, own: string): readonly Problem[] {
  const hint = 'where the original does so by other means: labctl render bgp-rr --for kind writes such a file';
  return linesOf(own)
    .filter((line) => /\b(masquerade|drop)$/.test(line))
    .map((line) => {
      const message = `${name} would also say \`${line}\` in the lab, and its folder has no rules.nft`;
      return problemAtSpan(startOf(frr), [], { code: 'IMPORT_REFUSED', message, hint });
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
