// Owns carrying out a plan: shown while it is done, ended by the deadline or by the user.

import { setMaxListeners } from 'node:events';
import { availableParallelism } from 'node:os';
import type { OperationTable } from '../plan/engine.ts';
import type { Plan } from '../plan/plan.ts';
import { execute, type PhaseTimes } from '../run/execute.ts';
import type { Context, RunView } from './context.ts';

/** How many operations run at one time: enough to keep the processors busy, few enough to keep the plan's order. */
const width = Math.max(8, 2 * availableParallelism());

/** Does every operation; the time each phase ended. Throws what the first one that failed threw, NOT_CONVERGED, INTERRUPTED. */
export async function carryOut(
  context: Context,
  plan: Plan,
  table: OperationTable,
  timeoutMs: number,
  view: RunView,
): Promise<PhaseTimes> {
  const deadline = new AbortController();
  const timer = setTimeout(() => deadline.abort('timeout'), timeoutMs);
  const signal = AbortSignal.any([context.signal, deadline.signal]);
  setMaxListeners(0, signal);
  try {
    return await execute(plan, table, { signal, width, onEvent: (event) => view.event(event) });
  } finally {
    clearTimeout(timer);
  }
}
