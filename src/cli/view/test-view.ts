// Owns how a run of tests looks: a line a lab, redrawn on a terminal; a line a step elsewhere.

import type { TestView } from '../../app/test-labs.ts';
import { detailLines, resultText } from '../../report/test-text.ts';
import { type ViewRequest, viewKind } from './view.ts';

/** The view for a request. listr2 is loaded only where it draws. */
export async function testViewFor({ context, flags, streams }: ViewRequest): Promise<TestView> {
  const terminal = streams.stderr as NodeJS.WriteStream;
  const kind = viewKind(context, flags);
  const say = (line: string) => void streams.stderr.write(`${line}\n`);
  if (kind === 'quiet') return { begin() {}, step() {}, over() {}, note() {}, async end() {} };
  if (kind !== 'tty' || terminal.columns === 0) return linesView(say);
  const { drawRows } = await import('./rows.ts');
  return rowsView((titles) => drawRows(titles, terminal), say);
}

/** A view that writes a line when a lab comes to its next step, and when it is over. */
function linesView(say: (line: string) => void): TestView {
  return {
    begin: (labs) => say(`${labs.length} ${labs.length === 1 ? 'lab' : 'labs'} to test`),
    step: (lab, step) => say(`${lab}: ${step}`),
    over: (test) => say(resultText(test)),
    note: say,
    async end() {},
  };
}

/** A view that redraws a row a lab; `draw` is `drawRows` on some terminal. */
function rowsView(
  draw: (titles: readonly string[]) => ReturnType<typeof import('./rows.ts').drawRows>,
  say: (line: string) => void,
): TestView {
  const left = new Map<string, ReturnType<typeof draw>['rows'][number]>();
  let drawn: Promise<unknown> | undefined;
  const notes: string[] = [];
  return {
    begin(labs) {
      const list = draw(labs);
      drawn = list.drawn;
      for (const [at, row] of list.rows.entries()) left.set(labs[at] ?? '', row);
    },
    step(lab, step) {
      left.get(lab)?.show(`${lab}: ${step}`, '');
    },
    over(test) {
      const row = left.get(test.lab);
      left.delete(test.lab);
      row?.show(resultText(test), '');
      if (test.outcome === 'passed') row?.finish();
      else if (test.outcome === 'skipped') row?.skip(resultText(test));
      else row?.fail(detailLines(test).slice(0, 5).join('\n'));
    },
    note: (line) => void notes.push(line),
    async end() {
      for (const [lab, row] of left) row.skip(`${lab}: not tested`);
      await drawn;
      for (const line of notes) say(line);
    },
  };
}
