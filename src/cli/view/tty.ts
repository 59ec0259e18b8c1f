// Owns how a run looks on a terminal: one line a phase with its count and its last word.

import type { RunView } from '../../app/context.ts';
import { duration } from '../../report/timeline.ts';
import { isOver, messageOf, type PhaseState, phasesOf, phaseTitle, takeEvent } from './phases.ts';
import { drawRows, type Row } from './rows.ts';

/** A view that redraws its lines on `stderr`. Notes are held back and written below when the run has ended. */
export function ttyView(stderr: NodeJS.WriteStream, now: () => number): RunView {
  let phases: readonly PhaseState[] = [];
  let rows: readonly Row[] = [];
  let drawn: Promise<unknown> | undefined;
  const notes: string[] = [];
  return {
    begin(plan) {
      phases = phasesOf(plan);
      if (phases.length > 0) ({ rows, drawn } = drawRows(phases.map(phaseTitle), stderr));
    },
    event(event) {
      const state = takeEvent(phases, event, now());
      const row = state === undefined ? undefined : rows[phases.indexOf(state)];
      if (row === undefined || state === undefined) return;
      row.show(state.ms === undefined ? phaseTitle(state) : `${phaseTitle(state)} ${duration(state.ms)}`, state.line);
      if (state.failed !== undefined) row.fail(`${state.failed.resource}: ${messageOf(state.failed.error)}`);
      else if (isOver(state)) row.finish();
    },
    note(line) {
      notes.push(line);
    },
    async end() {
      for (const [at, state] of phases.entries()) if (!isOver(state)) rows[at]?.fail(`${state.phase}: not finished`);
      await drawn;
      drawn = undefined;
      for (const line of notes.splice(0)) stderr.write(`${line}\n`);
    },
  };
}
