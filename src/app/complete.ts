// Owns the words a shell can complete: labs of the catalogue, labs that run, machines in them. Never an error.

import { typedNames } from '../design/named-machine.ts';
import type { Context } from './context.ts';
import { list } from './list.ts';
import { listRunning, openRunning } from './running.ts';

/** What can stand at a place of the command line. */
export type WordKind = 'catalogue' | 'running' | 'machine' | 'node';

/** All words of a kind. */
export async function wordsOf(context: Context, kind: WordKind): Promise<readonly string[]> {
  try {
    if (kind === 'catalogue') return await catalogueWords(context);
    const running = (await listRunning(context)).filter(({ state }) => state !== 'gone').map(({ lab }) => lab);
    if (kind === 'running') return running;
    return await machineWords(context, running, kind);
  } catch {
    return [];
  }
}

async function catalogueWords(context: Context): Promise<readonly string[]> {
  const labs = await list(context);
  return labs.flatMap(({ name, variants }) => [name, ...variants.map((variant) => `${name}:${variant.name}`)]);
}

/** With several labs running a machine is named with its lab. */
async function machineWords(
  context: Context,
  running: readonly string[],
  kind: 'machine' | 'node',
): Promise<readonly string[]> {
  const words: string[] = [];
  for (const lab of running) {
    const { design } = await openRunning(context, { lab });
    const names = kind === 'node' ? design.nodes.map(({ short }) => short) : typedNames(design);
    words.push(...names.map((name) => (running.length === 1 ? name : `${lab}/${name}`)));
  }
  return words;
}
