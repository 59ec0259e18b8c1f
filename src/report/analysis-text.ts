// Owns an analysis as text for a terminal, and as Markdown.

import {
  type AnalysisResult,
  type AnalysisTable,
  bgpTable,
  incompleteness,
  pathTables,
  pointsTable,
} from './analysis.ts';
import { textTable } from './text-table.ts';

/** Points, paths, BGP messages, findings, and what could not be read; when wide, with the link-layer header of each hop. */
export function analysisText(analysis: AnalysisResult, isWide = false): string {
  const section = ({ title, headings, rows }: AnalysisTable): string => `${title}\n${textTable(headings, rows)}`;
  return written(
    analysis,
    isWide,
    section,
    (title, lines) => `${title}\n${lines.map((line) => `  ${line}\n`).join('')}`,
  );
}

/** The same as Markdown. */
export function analysisMarkdown(analysis: AnalysisResult, isWide = false): string {
  const cell = (text: string): string => text.replaceAll('|', '\\|');
  const line = (cells: readonly string[]): string => `| ${cells.map(cell).join(' | ')} |`;
  const section = ({ title, headings, rows }: AnalysisTable): string =>
    `### ${title}\n\n${[line(headings), line(headings.map(() => '---')), ...rows.map(line)].join('\n')}\n`;
  return written(
    analysis,
    isWide,
    section,
    (title, lines) => `### ${title}\n\n${lines.map((text) => `- ${text}\n`).join('')}`,
  );
}

function written(
  analysis: AnalysisResult,
  isWide: boolean,
  section: (table: AnalysisTable) => string,
  list: (title: string, lines: readonly string[]) => string,
): string {
  const { tables, others } = pathTables(analysis, isWide);
  const bgp = bgpTable(analysis);
  const parts = [pointsTable(analysis), ...tables, ...(bgp === undefined ? [] : [bgp])].map(section);
  const findings = analysis.findings.map(
    ({ kind, text, packets: [first] }) =>
      `${kind}: ${text}${first === undefined || text.includes(`(${first.point} frame ${first.frame})`) ? '' : ` (${first.point} frame ${first.frame})`}`,
  );
  if (others > 0) findings.push(`${others} more paths of one point and nothing remarkable: --format json has them`);
  parts.push(list('findings', findings.length === 0 ? ['nothing remarkable'] : findings));
  const missing = incompleteness(analysis);
  if (missing.length > 0) parts.push(list('not read', missing));
  return parts.join('\n');
}
