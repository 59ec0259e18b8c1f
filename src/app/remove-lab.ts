// Owns the end of one lab of one state home: lock, containers, holder, state.

import { listStateFolders, type StateFolder, stateFolder } from '../run/state.ts';
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
    const wasOnDocker = await removeFromDocker(state);
    const wasRemoved = (await removeHolder(holder, state.logs)) || wasOnDocker;
    await state.remove();
    isDone = true;
    return wasThere || wasRemoved;
  } finally {
    await lock.release(isDone);
  }
}

/** What the kind engine made, if it made anything: by labctl's record and the containers' labels. */
async function removeFromDocker(state: StateFolder): Promise<boolean> {
  const { kindOf, ownedParts } = await import('./engine-for.ts');
  if ((await ownedParts(state)).length === 0) return false;
  const { saved } = await readState(state);
  return (await kindOf({ state, saved })).remove();
}

/** Ends every lab of a state home; the names of those of which there was something. */
export async function removeLabs(stateHome: string): Promise<readonly string[]> {
  const removed: string[] = [];
  for (const lab of await listStateFolders(stateHome)) {
    if (await removeLab(stateHome, lab)) removed.push(lab);
  }
  return removed;
}
