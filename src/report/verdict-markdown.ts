// Owns a verdict as Markdown: for the page of a pull request or a wiki.

import type { Verdict } from '../verify/verdict.ts';
import { markdownTable } from './markdown.ts';
import { checkLines, summaryLine } from './verdict-text.ts';

/** The summary, a row a check, and of each false one what was expected, what was seen, and where. */
export function verdictMarkdown(verdict: Verdict): string {
  const rows = verdict.checks.map(({ title, failures }) => [failures.length === 0 ? 'ok' : '**FALSE**', title]);
  const failed = verdict.checks.filter(({ failures }) => failures.length > 0);
  const details = failed.length === 0 ? [] : ['```text', ...failed.flatMap(checkLines), '```', ''];
  return [`## ${summaryLine(verdict)}`, '', markdownTable(['Result', 'Check'], rows), '', ...details].join('\n');
}
