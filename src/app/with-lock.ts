// Owns working on a running lab while no other labctl changes it.

import type { Context } from './context.ts';

/** Does `work` under the lab's lock. Throws LAB_BUSY, naming who has it. */
export async function withLock<T>({ stateHome }: Context, lab: string, work: () => Promise<T>): Promise<T> {
  const { takeLock } = await import('../host/lock.ts');
  const lock = await takeLock(`${stateHome}/locks`, lab);
  try {
    return await work();
  } finally {
    await lock.release(false);
  }
}
