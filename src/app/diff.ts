// Owns the story of `diff`: the facts of two labs, held against each other.

import { LabError } from '../base/errors.ts';
import { factsOf, type LabFacts } from '../design/facts.ts';
import type { EngineName, KnownDifference } from '../plan/engine.ts';
import type { DiffSide } from '../report/lab-diff-text.ts';
import { diffFacts, type KindDiff } from '../verify/lab-diff.ts';
import type { Context, RunView } from './context.ts';
import { loadLab } from './load-lab.ts';
import { removeLabs } from './remove-lab.ts';
import { listRunning } from './running.ts';
import { seenFacts } from './seen-facts.ts';
import { beginTestRun } from './test-runs.ts';

/** Two labs and what differs between them. */
export interface DiffResult {
  readonly a: DiffSide;
  readonly b: DiffSide;
  readonly kinds: readonly KindDiff[];
  readonly isEqual: boolean;
  /** How the embedded engine is known to differ from a real cluster; empty unless both sides name an engine, and not the same. */
  readonly known: readonly KnownDifference[];
}

interface Side {
  readonly side: DiffSide;
  readonly facts: LabFacts;
  readonly engine: EngineName | undefined;
}

/**
 * Compares two labs. One that runs just so is looked at; of another the facts are those that `up` waits for and `verify`
 * proves. `bgp-rr@kind` and `bgp-rr@netns` are brought up on that engine for the comparison where they do not run on it, and
 * taken away again. Addresses that follow from node names, and which of equal paths a packet takes, are left out.
 */
export async function diff(context: Context, first: string, second: string, view: RunView): Promise<DiffResult> {
  const [a, b] = [await sideOf(context, first, view), await sideOf(context, second, view)];
  const kinds = diffFacts(a.facts, b.facts);
  const isEqual = kinds.every(({ changes }) => changes.length === 0);
  const isOfTwo = a.engine !== undefined && b.engine !== undefined && a.engine !== b.engine;
  const known = isOfTwo ? (await import('../engine/netns/differences.ts')).netnsDifferences : [];
  return { a: a.side, b: b.side, kinds, isEqual, known };
}

async function sideOf(context: Context, asked: string, view: RunView): Promise<Side> {
  const [, reference = asked, word] = /^(.*)@([^@/]*)$/.exec(asked) ?? [];
  const engine = engineNamed(word, asked);
  const [name, variant] = reference.split(':');
  const rows = await listRunning(context);
  const runs = rows.some(
    (row) =>
      row.lab === name &&
      row.variant === variant &&
      row.state === 'running' &&
      (engine === undefined || row.engine === engine),
  );
  const running = { reference: asked, from: 'running' } as const;
  if (runs && name !== undefined) return { side: running, facts: await seenFacts(context, name), engine };
  if (engine !== undefined) return { side: running, facts: await builtFacts(context, reference, engine, view), engine };
  const { design } = await loadLab(context, reference, []);
  return { side: { reference, from: 'design' }, facts: factsOf(design), engine };
}

function engineNamed(word: string | undefined, asked: string): EngineName | undefined {
  if (word === undefined || word === 'netns' || word === 'kind') return word;
  throw new LabError('USAGE', `${asked}: there is no engine ${word}`, { hint: 'write bgp-rr@netns or bgp-rr@kind' });
}

/** Brings a lab up beside the user's own, looks at it and takes it away, also when something fails. */
async function builtFacts(context: Context, reference: string, engine: EngineName, view: RunView): Promise<LabFacts> {
  const { up } = await import('./up.ts');
  const run = await beginTestRun(context.stateHome);
  const inside = { ...context, stateHome: run.home(0), ifLeft: () => undefined };
  const timeoutMs = engine === 'kind' ? 600_000 : 60_000;
  const flags = { keep: false, dryRun: false, reconfigure: false, yes: false, locked: false };
  try {
    const { lab } = await up(inside, { reference, set: [], engine, timeoutMs, ...flags }, view);
    return await seenFacts(inside, lab);
  } finally {
    await removeLabs(inside);
    await run.end();
  }
}
