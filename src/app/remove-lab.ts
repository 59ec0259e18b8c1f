// Owns the end of one lab of one state home: lock, containers, holder, state.

import { listStateFolders, type StateFolder, stateFolder } from '../run/state.ts';
import type { Context } from './context.ts';
import { readState } from './saved-lab.ts';

/** Where labs stand: labctl's record of them, and the environment that names their Docker. */
type Place = Pick<Context, 'env' | 'stateHome'>;

/** Ends a lab and removes its state; true when there was something. Throws LAB_BUSY, UNDO_FAILED. */
export async function removeLab({ env, stateHome }: Place, lab: string): Promise<boolean> {
  const state = stateFolder(stateHome, lab);
  const { takeLock } = await import('../host/lock.ts');
  const [lock, { removeHolder }] = await Promise.all([
    takeLock(`${stateHome}/locks`, lab),
    import('../engine/netns/holder.ts'),
  ]);
  let isDone = false;
  try {
    const wasThere = (await listStateFolders(stateHome)).includes(lab);
    const { holder } = await readState(state);
    const wasOnDocker = await removeFromDocker(env, state);
    const wasRemoved = (await removeHolder(holder, state.logs)) || wasOnDocker;
    await state.remove();
    isDone = true;
    return wasThere || wasRemoved;
  } finally {
    await lock.release(isDone);
  }
}

/** What the kind engine made, if it made anything: by labctl's record and the containers' labels. */
async function removeFromDocker(env: Context['env'], state: StateFolder): Promise<boolean> {
  const { kindOf, ownedParts } = await import('./engine-for.ts');
  if ((await ownedParts(state)).length === 0) return false;
  const { saved } = await readState(state);
  // Removal enters no namespace, so it is the same for all users.
  return (await kindOf({ context: { env, uid: 0 }, state, saved })).remove();
}

/** Ends every lab of a state home; the names of those of which there was something. */
export async function removeLabs(place: Place): Promise<readonly string[]> {
  const removed: string[] = [];
  for (const lab of await listStateFolders(place.stateHome)) {
    if (await removeLab(place, lab)) removed.push(lab);
  }
  return removed;
}
