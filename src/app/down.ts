// Owns the story of `down`: it needs only what is on disk, never the lab file, and it ends with nothing left.

import { LabError } from '../base/errors.ts';
import { listStateFolders } from '../run/state.ts';
import type { Context } from './context.ts';
import { removeLab, removeLabs } from './remove-lab.ts';

/** What `down` is asked for; neither: the only lab there is. */
export interface DownOptions {
  readonly lab?: string | undefined;
  readonly all: boolean;
}

/** What was removed; empty when there was nothing. */
export interface DownResult {
  readonly removed: readonly string[];
}

/**
 * Removes one lab, or all with what killed test runs left. Of an absent lab: nothing, and no error. Throws LAB_AMBIGUOUS,
 * LAB_BUSY (also, at the end, for a test run that lives: its labs are its own to end), UNDO_FAILED.
 */
export async function down(context: Context, options: DownOptions): Promise<DownResult> {
  if (options.all) {
    const removed = await removeLabs(context);
    const { endDeadTestRuns } = await import('./test-runs.ts');
    const tests = await endDeadTestRuns(context);
    if (tests.busy[0] !== undefined) throw tests.busy[0];
    return { removed: [...removed, ...tests.removed.map((lab) => `${lab} (of a test)`)] };
  }
  const lab = named(options.lab) ?? onlyOne(await listStateFolders(context.stateHome));
  return { removed: lab !== undefined && (await removeLab(context, lab)) ? [lab] : [] };
}

function named(reference: string | undefined): string | undefined {
  return reference?.split(/[:/]/, 1)[0];
}

function onlyOne(known: readonly string[]): string | undefined {
  if (known.length <= 1) return known[0];
  throw new LabError('LAB_AMBIGUOUS', `several labs have something here: ${known.join(', ')}`, {
    hint: 'labctl down <lab>, or labctl down --all',
  });
}
