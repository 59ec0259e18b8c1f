// Owns a test report as Markdown: the summary page of a CI run.

import type { TestReport } from '../verify/lab-test.ts';
import { markdownTable } from './markdown.ts';
import { countsLine, detailLines, labCells } from './test-text.ts';

/** A report as Markdown: the counts, a table of all labs, and the details of those that did not pass. */
export function testMarkdown(report: TestReport): string {
  const headings = ['Lab', 'Result', 'Checks', 'Up', 'Verify', 'Capture', 'All'];
  const table = report.labs.length === 0 ? [] : [markdownTable(headings, report.labs.map(labCells)), ''];
  const details = report.labs.flatMap((test) => {
    const lines = detailLines(test);
    return lines.length === 0 ? [] : [`### ${test.lab}: ${test.outcome}`, '', '```text', ...lines, '```', ''];
  });
  return ['## labctl test', '', countsLine(report), '', ...table, ...details].join('\n');
}
