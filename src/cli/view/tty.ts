// Owns how a run looks on a terminal: one line a phase with its count and its last word, drawn by listr2 on stderr.

import { Listr, ListrLogger, ProcessOutput } from 'listr2';
import type { RunView } from '../../app/context.ts';
import { duration } from '../../report/timeline.ts';
import { isOver, messageOf, type PhaseState, phasesOf, phaseTitle, takeEvent } from './phases.ts';

/** What listr2 draws for one phase, and how the phase tells it that it is over. */
interface Row {
  readonly state: PhaseState;
  readonly over: Promise<void>;
  readonly finish: () => void;
  readonly fail: (error: Error) => void;
  task: { title: string; output: string } | undefined;
}

/** A view that redraws its lines on `stderr`. Notes are held back and written below when the run has ended. */
export function ttyView(stderr: NodeJS.WriteStream, now: () => number): RunView {
  let rows: Row[] = [];
  let drawn: Promise<unknown> | undefined;
  const notes: string[] = [];
  return {
    begin(plan) {
      rows = phasesOf(plan).map(rowOf);
      if (rows.length === 0) return;
      drawn = drawRows(rows, stderr);
    },
    event(event) {
      const state = takeEvent(
        rows.map((row) => row.state),
        event,
        now(),
      );
      const row = rows.find((candidate) => candidate.state === state);
      if (row === undefined || state === undefined) return;
      redraw(row);
      if (state.failed !== undefined) row.fail(new Error(`${state.failed.resource}: ${messageOf(state.failed.error)}`));
      else if (isOver(state)) row.finish();
    },
    note(line) {
      notes.push(line);
    },
    async end() {
      for (const row of rows) if (!isOver(row.state)) row.fail(new Error(`${row.state.phase}: not finished`));
      await drawn;
      drawn = undefined;
      for (const line of notes.splice(0)) stderr.write(`${line}\n`);
    },
  };
}

function rowOf(state: PhaseState): Row {
  let finish = () => {};
  let fail: (error: Error) => void = () => {};
  const over = new Promise<void>((resolve, reject) => {
    finish = resolve;
    fail = reject;
  });
  over.catch(() => {});
  return { state, over, finish, fail, task: undefined };
}

/** Gives listr2 the row's text as it is now; a row that listr2 has not begun yet gets it when it does. */
function redraw({ task, state }: Row): void {
  if (task === undefined) return;
  task.title = state.ms === undefined ? phaseTitle(state) : `${phaseTitle(state)} ${duration(state.ms)}`;
  if (state.line !== '') task.output = state.line;
}

function drawRows(rows: readonly Row[], stderr: NodeJS.WriteStream): Promise<unknown> {
  const output = new ProcessOutput(stderr, stderr, { leaveEmptyLine: false });
  const list = new Listr(
    rows.map((row) => ({
      title: phaseTitle(row.state),
      task: async (_context: unknown, task: { title: string; output: string }) => {
        row.task = task;
        redraw(row);
        await row.over;
      },
    })),
    {
      concurrent: true,
      exitOnError: false,
      registerSignalListeners: false,
      // listr2 looks at stdout; this view was chosen because stderr is a terminal.
      forceTTY: true,
      renderer: 'default',
      rendererOptions: {
        collapseErrors: false,
        logger: new ListrLogger({ useIcons: true, toStderr: [], processOutput: output }),
      },
    },
  );
  return list.run();
}
