// Owns doing a plan: every operation as soon as all it needs has succeeded. It decides nothing.

import { LabError } from '../base/errors.ts';
import type { OperationContext, OperationEvent, OperationTable } from '../plan/engine.ts';
import type { Operation, Phase, Plan } from '../plan/plan.ts';

/** How a plan is executed, and who is told of each operation before and after it is done. */
export interface ExecuteOptions {
  /** Aborting it stops new operations; the running ones get it too. `reason` is a signal's name or `timeout`. */
  readonly signal: AbortSignal;
  readonly onEvent: (event: OperationEvent) => void;
  /** How many operations run at one time. */
  readonly width: number;
}

/** Milliseconds from the start of the plan to the end of each phase's last operation, the phase that ended first in front. */
export type PhaseTimes = ReadonlyMap<Phase, number>;

/**
 * Executes a plan. Dependents start only after success of all they need. At the first failure nothing new is started;
 * what runs is waited for, then the first error is thrown. Throws LabError INTERRUPTED when the signal was aborted.
 */
export async function execute(plan: Plan, table: OperationTable, options: ExecuteOptions): Promise<PhaseTimes> {
  const started = performance.now();
  const times = new Map<Phase, number>();
  const waiting = new Map(plan.operations.map((operation) => [operation.id, new Set(operation.needs)]));
  const running = new Map<number, Promise<void>>();
  let failure: { readonly error: unknown } | undefined;

  const perform = async (operation: Operation): Promise<void> => {
    const code = table[operation.verb];
    if (code === undefined) throw new TypeError(`no operation ${operation.verb}`);
    const context: OperationContext = {
      signal: options.signal,
      report: (line) => options.onEvent({ kind: 'progress', operation, line }),
    };
    const begun = performance.now();
    options.onEvent({ kind: 'start', operation });
    try {
      await code.apply(operation.input, context);
      times.delete(operation.phase);
      times.set(operation.phase, performance.now() - started);
      for (const needs of waiting.values()) needs.delete(operation.id);
      options.onEvent({ kind: 'done', operation, ms: performance.now() - begun });
    } catch (error) {
      options.onEvent({ kind: 'failed', operation, error });
      failure ??= { error };
    }
  };

  while (true) {
    if (failure === undefined && !options.signal.aborted) {
      for (const operation of plan.operations) {
        if (running.size >= options.width) break;
        if (waiting.get(operation.id)?.size !== 0) continue;
        waiting.delete(operation.id);
        // Taken away only after it was put in, also when it fails before its first wait.
        running.set(
          operation.id,
          perform(operation).finally(() => running.delete(operation.id)),
        );
      }
    }
    if (running.size === 0) break;
    await Promise.race(running.values());
  }
  if (failure !== undefined) throw failure.error;
  if (options.signal.aborted) throw new LabError('INTERRUPTED', 'interrupted');
  return times;
}
