// Owns rows on a terminal that change in place, drawn by listr2 on stderr: the only file that knows listr2.

import { Listr, ListrLogger, ProcessOutput } from 'listr2';

/** A row that is being drawn. */
export interface Row {
  /** Changes its text, and the line below it unless that is empty. */
  show(title: string, line: string): void;
  finish(): void;
  /** Ends it as not done, with the reason. */
  skip(reason: string): void;
  fail(message: string): void;
}

/** The part of listr2's task that is used. */
interface Task {
  title: string;
  output: string;
  skip(message?: string): void;
}

/** Draws rows until all of them are over, which `drawn` tells. */
export function drawRows(
  titles: readonly string[],
  stderr: NodeJS.WriteStream,
): { readonly rows: readonly Row[]; readonly drawn: Promise<unknown> } {
  const parts = titles.map(partOf);
  const output = new ProcessOutput(stderr, stderr, { leaveEmptyLine: false });
  const list = new Listr(
    parts.map((part) => ({ title: part.title, task: (_context: unknown, task: Task) => part.run(task) })),
    {
      concurrent: true,
      exitOnError: false,
      registerSignalListeners: false,
      // listr2 looks at stdout; this view was chosen because stderr is a terminal.
      forceTTY: true,
      renderer: 'default',
      rendererOptions: {
        collapseErrors: false,
        collapseSkips: false,
        logger: new ListrLogger({ useIcons: true, toStderr: [], processOutput: output }),
      },
    },
  );
  return { rows: parts.map(({ row }) => row), drawn: list.run() };
}

/** A row, and what listr2 runs for it; what is shown before listr2 begins it is drawn when it does. */
function partOf(title: string): { readonly title: string; readonly row: Row; run(task: Task): Promise<void> } {
  let task: Task | undefined;
  let [shown, below, skipped] = [title, '', ''];
  let finish = () => {};
  let fail: (error: Error) => void = () => {};
  const over = new Promise<void>((resolve, reject) => {
    finish = resolve;
    fail = reject;
  });
  over.catch(() => {});
  const redraw = (): void => {
    if (task === undefined) return;
    task.title = shown;
    if (below !== '') task.output = below;
  };
  return {
    title,
    row: {
      show(text, line) {
        [shown, below] = [text, line];
        redraw();
      },
      finish: () => finish(),
      skip(reason) {
        skipped = reason;
        finish();
      },
      fail: (message) => fail(new Error(message)),
    },
    async run(drawnTask) {
      task = drawnTask;
      redraw();
      await over;
      if (skipped !== '') task.skip(skipped);
    },
  };
}
