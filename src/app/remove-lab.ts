// Owns the end of one lab of one state home: lock, holder, state.

import { listStateFolders, stateFolder } from '../run/state.ts';
import { readState } from './saved-lab.ts';

/** Ends a lab and removes its state; true when there was something. Throws LAB_BUSY, UNDO_FAILED. */
export async function removeLab(stateHome: string, lab: string): Promise<boolean> {
  const state = stateFolder(stateHome, lab);
  const { takeLock } = await import('../host/lock.ts');
  const lock = await takeLock(`${stateHome}/locks`, lab);
  let isDone = false;
  try {
    const wasThere = (await listStateFolders(stateHome)).includes(lab);
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

/** Ends every lab of a state home; the names of those of which there was something. */
export async function removeLabs(stateHome: string): Promise<readonly string[]> {
  const removed: string[] = [];
  for (const lab of await listStateFolders(stateHome)) {
    if (await removeLab(stateHome, lab)) removed.push(lab);
  }
  return removed;
}
