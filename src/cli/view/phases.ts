// Owns what a run looks like by phase: how many operations there are, how many are done, and the last word of each.

import type { OperationEvent } from '../../plan/engine.ts';
import type { Phase, Plan } from '../../plan/plan.ts';

/** One phase of a run as it stands now. */
export interface PhaseState {
  readonly phase: Phase;
  readonly total: number;
  done: number;
  /** The error of the first operation that failed. */
  failed: { readonly resource: string; readonly error: unknown } | undefined;
  /** The last line of progress, with the resource it is about. */
  line: string;
  /** From the first start to the last end, in milliseconds; undefined while it runs. */
  ms: number | undefined;
  startedAt: number | undefined;
}

/** The phases of a plan, in the order in which they first appear. */
export function phasesOf(plan: Plan): PhaseState[] {
  const phases = new Map<Phase, PhaseState>();
  for (const { phase } of plan.operations) {
    const total = (phases.get(phase)?.total ?? 0) + 1;
    phases.set(phase, { phase, total, done: 0, failed: undefined, line: '', ms: undefined, startedAt: undefined });
  }
  return [...phases.values()];
}

/** Takes an event in; `now` is a clock in milliseconds. Returns the phase it belongs to, if the plan has it. */
export function takeEvent(phases: readonly PhaseState[], event: OperationEvent, now: number): PhaseState | undefined {
  const state = phases.find(({ phase }) => phase === event.operation.phase);
  if (state === undefined) return undefined;
  state.startedAt ??= now;
  if (event.kind === 'progress') state.line = event.line;
  if (event.kind === 'done') state.done++;
  if (event.kind === 'failed') state.failed ??= { resource: event.operation.resource, error: event.error };
  if (event.kind === 'failed' || state.done === state.total) state.ms = now - state.startedAt;
  return state;
}

/** Whether nothing more will come of a phase. */
export function isOver(state: PhaseState): boolean {
  return state.failed !== undefined || state.done === state.total;
}

/** `links (3/5)`: the phase and its count, where there is more than one thing to count. */
export function phaseTitle(state: PhaseState): string {
  return state.total === 1 ? state.phase : `${state.phase} (${state.done}/${state.total})`;
}

/** The message of whatever was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
