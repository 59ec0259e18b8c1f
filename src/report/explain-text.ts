// Owns an explanation as text and as Markdown.

import type { Told, ToldHop, ToldStep } from './explain-tell.ts';
import { markdownTable } from './markdown.ts';
import { textTable } from './text-table.ts';

/** An explanation for a terminal: per machine the questions with what was typed, read and concluded; then one table. */
export function explainText(told: Told): string {
  const lines: string[] = [told.title];
  for (const way of told.ways) {
    lines.push('', way.title);
    for (const [index, hop] of way.hops.entries()) {
      lines.push('', `${index + 1}  ${hop.machine}`);
      for (const step of hop.steps) lines.push(...stepLines(step).map((line) => `   ${line}`));
      if (hop.headers !== undefined) lines.push(`   ${told.leavesAs}${hop.headers.join(' | ')}`);
      lines.push(...hop.seen.map((seen) => `   ${told.captured}${seen}`));
    }
  }
  lines.push('', told.summary);
  for (const way of told.ways) lines.push('', way.title, textTable(told.headings, rowsOf(way.hops)).trimEnd());
  return `${lines.join('\n')}\n\n${told.closing}\n`;
}

function stepLines({ question, asked, answer }: ToldStep): readonly string[] {
  const typed = asked.flatMap(({ command, answer: read }) => [
    `    ${command}`,
    ...read.split('\n').map((line) => `      ${line.trim()}`.trimEnd()),
  ]);
  return [...(question === undefined ? [] : [question]), ...typed.filter((line) => line.trim() !== ''), `  ${answer}`];
}

function rowsOf(hops: readonly ToldHop[]): readonly (readonly string[])[] {
  return hops.map(({ row }, index) => [String(index + 1), ...row]);
}

/** An explanation as Markdown, to be pasted into a document. */
export function explainMarkdown(told: Told): string {
  const parts: string[] = [`# ${told.title}`];
  for (const way of told.ways) {
    parts.push(`## ${way.title}`);
    for (const [index, hop] of way.hops.entries()) {
      parts.push(`### ${index + 1}. ${hop.machine}`, ...hop.steps.flatMap(stepParts));
      if (hop.headers !== undefined) parts.push(`${told.leavesAs}\`${hop.headers.join(' | ')}\``);
      if (hop.seen.length > 0) parts.push(hop.seen.map((seen) => `- ${told.captured}\`${seen}\``).join('\n'));
    }
  }
  parts.push(`## ${told.summary}`);
  for (const way of told.ways) parts.push(`**${way.title}**`, markdownTable(told.headings, rowsOf(way.hops)));
  return `${[...parts, told.closing].join('\n\n')}\n`;
}

function stepParts({ question, asked, answer }: ToldStep): readonly string[] {
  const typed = asked.flatMap(({ command, answer: read }) => [command, ...(read === '' ? [] : [read])]);
  return [
    ...(question === undefined ? [] : [`**${question}**`]),
    ...(typed.length === 0 ? [] : [`\`\`\`console\n${typed.join('\n')}\n\`\`\``]),
    answer,
  ];
}
