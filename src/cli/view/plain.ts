// Owns how a run looks where there is no terminal: one line a phase, or one line an operation with `-v`; the first failure of a phase.

import type { RunView } from '../../app/context.ts';
import { duration } from '../../report/timeline.ts';
import { isOver, messageOf, type PhaseState, phasesOf, takeEvent } from './phases.ts';

/** How much a plain view says. */
export interface PlainOptions {
  readonly write: (text: string) => void;
  /** Milliseconds, only differences count. */
  readonly now: () => number;
  /** One line an operation, with its cause, instead of one a phase. */
  readonly everyOperation: boolean;
}

/** A view that writes whole lines and never rewrites one. Progress is repeated at most once a second a phase. */
export function plainView({ write, now, everyOperation }: PlainOptions): RunView {
  let phases: PhaseState[] = [];
  const saidAt = new Map<PhaseState, number>();
  const say = (line: string) => write(`${line}\n`);
  return {
    begin(plan) {
      phases = phasesOf(plan);
    },
    event(event) {
      const at = now();
      const { operation } = event;
      const state = takeEvent(phases, event, at);
      if (everyOperation && event.kind === 'start') {
        say(`#${operation.id} ${operation.verb} ${operation.resource}: ${operation.cause}`);
      }
      if (everyOperation && event.kind === 'done') say(`#${operation.id} ${operation.resource}: ${duration(event.ms)}`);
      if (event.kind === 'failed' && state?.failed?.error === event.error)
        say(`${operation.phase}: ${operation.resource} failed: ${messageOf(event.error)}`);
      if (state === undefined) return;
      if (event.kind === 'progress' && at - (saidAt.get(state) ?? state.startedAt ?? at) >= 1000) {
        saidAt.set(state, at);
        say(`${state.phase}: ${event.line}`);
      }
      if (event.kind === 'done' && isOver(state) && state.failed === undefined) {
        const count = state.total === 1 ? '' : `${state.total} steps, `;
        say(`${state.phase}: ${count}${duration(state.ms ?? 0)}`);
      }
    },
    note: say,
    async end() {},
  };
}
