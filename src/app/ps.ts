// Owns the story of `ps`: the labs that run here, and what is left of those that no longer do.

import { stateFolder } from '../run/state.ts';
import type { Context } from './context.ts';
import { listRunning, type RunningRow } from './running.ts';
import { readState } from './saved-lab.ts';

export type { RunningRow } from './running.ts';

/** Every lab that has state here, by name. */
export async function ps(context: Context): Promise<readonly RunningRow[]> {
  const rows = await listRunning(context);
  return Promise.all(rows.map(async (row) => ((await isStopped(context, row)) ? { ...row, state: 'stopped' } : row)));
}

/** False also where no Docker answers: then nothing more is known than what is recorded. */
async function isStopped(context: Context, { lab, engine, state }: RunningRow): Promise<boolean> {
  if (engine !== 'kind' || state !== 'running') return false;
  const { kindOf } = await import('./engine-for.ts');
  const folder = stateFolder(context.stateHome, lab);
  const kind = await kindOf({ context, state: folder, saved: (await readState(folder)).saved });
  const seen = await kind.observe().catch(() => undefined);
  return seen?.dead.has('cluster') === true;
}
