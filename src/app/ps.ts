// Owns the story of `ps`: the labs that run here, and what is left of those that no longer do.

import type { Context } from './context.ts';
import { listRunning, type RunningRow } from './running.ts';

export type { RunningRow } from './running.ts';

/** Every lab that has state here, by name. */
export function ps(context: Context): Promise<readonly RunningRow[]> {
  return listRunning(context);
}
