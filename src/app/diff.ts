// Owns the story of `diff`: the facts of two labs, held against each other.

import { factsOf, type LabFacts } from '../design/facts.ts';
import type { DiffSide } from '../report/lab-diff-text.ts';
import { diffFacts, type KindDiff } from '../verify/lab-diff.ts';
import type { Context } from './context.ts';
import { loadLab } from './load-lab.ts';
import { listRunning } from './running.ts';
import { seenFacts } from './seen-facts.ts';

/** Two labs and what differs between them. */
export interface DiffResult {
  readonly a: DiffSide;
  readonly b: DiffSide;
  readonly kinds: readonly KindDiff[];
  readonly isEqual: boolean;
}

/**
 * Compares two labs. One that runs just so is looked at; of another the facts are those that `up` waits for and `verify`
 * proves. Addresses that follow from node names, and which of equal paths a packet takes, are left out.
 */
export async function diff(context: Context, first: string, second: string): Promise<DiffResult> {
  const [a, b] = [await sideOf(context, first), await sideOf(context, second)];
  const kinds = diffFacts(a.facts, b.facts);
  const isEqual = kinds.every(({ changes }) => changes.length === 0);
  return { a: a.side, b: b.side, kinds, isEqual };
}

async function sideOf(
  context: Context,
  reference: string,
): Promise<{ readonly side: DiffSide; readonly facts: LabFacts }> {
  const [name, variant] = reference.split(':');
  const rows = await listRunning(context);
  const runs = rows.some((row) => row.lab === name && row.variant === variant && row.state === 'running');
  if (runs && name !== undefined)
    return { side: { reference, from: 'running' }, facts: await seenFacts(context, name) };
  const { design } = await loadLab(context, reference, []);
  return { side: { reference, from: 'design' }, facts: factsOf(design) };
}
