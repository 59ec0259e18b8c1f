// Owns the story of `down`: it needs only what is on disk, never the lab file, and it ends with nothing left.

import { LabError } from '../base/errors.ts';
import { listStateFolders, stateFolder } from '../run/state.ts';
import type { Context } from './context.ts';
import { readState } from './saved-lab.ts';

/** What `down` is asked for; neither: the only lab there is. */
export interface DownOptions {
  readonly lab?: string | undefined;
  readonly all: boolean;
}

/** What was removed; empty when there was nothing. */
export interface DownResult {
  readonly removed: readonly string[];
}

/** Removes one lab or all. Of an absent lab: nothing, and no error. Throws LAB_AMBIGUOUS, LAB_BUSY, UNDO_FAILED. */
export async function down(context: Context, options: DownOptions): Promise<DownResult> {
  const known = await listStateFolders(context.stateHome);
  const wanted = options.all ? known : [named(options.lab) ?? onlyOne(known)];
  const removed: string[] = [];
  for (const lab of wanted) {
    if (lab !== undefined && (await removeLab(context, lab))) removed.push(lab);
  }
  return { removed };
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

async function removeLab(context: Context, lab: string): Promise<boolean> {
  const state = stateFolder(context.stateHome, lab);
  const { takeLock } = await import('../host/lock.ts');
  const lock = await takeLock(`${context.stateHome}/locks`, lab);
  let isDone = false;
  try {
    const wasThere = (await listStateFolders(context.stateHome)).includes(lab);
    const { holder } = await readState(state);
    const { removeHolder } = await import('../engine/netns/holder.ts');
    const wasRemoved = await removeHolder(holder, state.logs);
    await state.remove();
    isDone = true;
    return wasThere || wasRemoved;
  } finally {
    await lock.release(isDone);
  }
}
