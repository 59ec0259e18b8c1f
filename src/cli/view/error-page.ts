// Owns how errors and warnings look to a reader: message, code, place with a caret, the command that failed, what to try.

import pc from 'picocolors';
import { LabError } from '../../base/errors.ts';
import type { Problem, SourcePlace } from '../../base/place.ts';
import { pasteable, type Ran } from '../../base/shell.ts';
import { displayWidth, escapeText } from './safe-text.ts';

/** How a page is written. `verbose` adds the stack of errors that are not labctl's own fault. */
export interface PageOptions {
  readonly color: boolean;
  readonly verbose: boolean;
}

/** Longest part of a source line that is shown, in columns. */
const lineWidth = 100;

/** Most lines of a command's output that are shown; the last ones, where the cause usually stands. */
const outputLines = 20;

/** A thrown error as text without a final newline. Anything but a LabError is labctl's bug and says so. */
export function renderError(error: unknown, options: PageOptions): string {
  if (!(error instanceof LabError)) return renderBug(error, options);
  const color = pc.createColors(options.color);
  const lines = [`${color.red(color.bold('error:'))} ${escapeText(error.message)} ${color.dim(`[${error.code}]`)}`];
  if (error.at !== undefined) lines.push(...placeLines(error.at, options));
  for (const fact of error.facts) lines.push(`  ${escapeText(fact).replaceAll('\n', '\n  ')}`);
  if (error.ran !== undefined) lines.push(...ranLines(error.ran, options));
  if (error.hint !== undefined) lines.push(hintLine(error.hint, options));
  if (options.verbose && error.stack !== undefined) lines.push(color.dim(escapeText(stackOf(error))));
  if (error.problems.length > 0) lines.push('', renderProblems(error.problems, options));
  return lines.join('\n');
}

/** Problems of a file, each with its place, without a final newline; also for warnings of a lab that is fine. */
export function renderProblems(problems: readonly Problem[], options: { readonly color: boolean }): string {
  return problems.map((problem) => renderProblem(problem, options)).join('\n\n');
}

function renderProblem(problem: Problem, options: { readonly color: boolean }): string {
  const color = pc.createColors(options.color);
  const word = problem.severity === 'error' ? color.red('error:') : color.yellow('warning:');
  const lines = [`${word} ${escapeText(problem.message)} ${color.dim(`[${problem.code}]`)}`];
  if (problem.at !== undefined) lines.push(...placeLines(problem.at, options));
  else if (problem.path.length > 0) lines.push(`  at ${escapeText(pathText(problem.path))}`);
  if (problem.hint !== undefined) lines.push(hintLine(problem.hint, options));
  return lines.join('\n');
}

function pathText(path: Problem['path']): string {
  let text = '';
  for (const key of path) text += typeof key === 'number' ? `[${key}]` : text === '' ? key : `.${key}`;
  return text;
}

/** A question stands for itself; anything else is a thing to type or change. */
function hintLine(hint: string, options: { readonly color: boolean }): string {
  const color = pc.createColors(options.color);
  const text = escapeText(hint);
  const standsAlone = text.startsWith('did you mean') || text.startsWith('known: ');
  return `  ${color.cyan(standsAlone ? text : `try: ${text}`)}`;
}

function placeLines(at: SourcePlace, options: { readonly color: boolean }): readonly string[] {
  const color = pc.createColors(options.color);
  const start = Math.max(0, at.column - 1);
  const from = Math.max(0, Math.min(start - 60, at.text.length - lineWidth));
  const to = from + lineWidth;
  const [head, tail] = [from > 0 ? '...' : '', to < at.text.length ? '...' : ''];
  const before = head + escapeText(at.text.slice(from, start));
  const marked = escapeText(at.text.slice(start, Math.min(to, start + at.width)));
  const after = escapeText(at.text.slice(Math.min(to, start + at.width), to)) + tail;
  const number = String(at.line);
  const margin = ' '.repeat(number.length);
  const caret = `${' '.repeat(displayWidth(before))}${'^'.repeat(Math.max(1, displayWidth(marked)))}`;
  return [
    `  ${color.dim('at')} ${color.bold(`${escapeText(at.file)}:${at.line}:${at.column}`)}`,
    `  ${color.dim(`${number} |`)} ${before}${marked}${after}`,
    `  ${color.dim(`${margin} |`)} ${color.red(caret)}`,
  ];
}

function ranLines(ran: Ran, options: { readonly color: boolean }): readonly string[] {
  const color = pc.createColors(options.color);
  const lines = [
    `  ${color.dim(`command on ${escapeText(ran.where)}, exit status ${ran.exitCode}:`)}`,
    `    ${ran.argv.map(quoteForShell).join(' ')}`,
  ];
  for (const [name, text] of [
    ['stdout', ran.stdout],
    ['stderr', ran.stderr],
  ] as const) {
    const all = text.trimEnd() === '' ? [] : text.trimEnd().split('\n');
    if (all.length === 0) continue;
    lines.push(`  ${color.dim(`${name}:`)}`);
    if (all.length > outputLines) lines.push(`    ${color.dim(`(${all.length - outputLines} lines before these)`)}`);
    for (const line of all.slice(-outputLines)) lines.push(`    ${escapeText(line.slice(0, 500))}`);
  }
  return lines;
}

/** One argument as a POSIX shell reads it back; control characters as bash's $'…'. */
export function quoteForShell(argument: string): string {
  if (escapeText(argument) === argument && !argument.includes('\n')) return pasteable([argument]);
  const quoted = argument.replaceAll('\\', '\\\\').replaceAll("'", "\\'").replaceAll('\n', '\\n');
  return `$'${escapeText(quoted)}'`;
}

function renderBug(error: unknown, options: PageOptions): string {
  const color = pc.createColors(options.color);
  const message = error instanceof Error ? error.message : String(error);
  const lines = [`${color.red(color.bold('internal error:'))} ${escapeText(message)}`];
  if (error instanceof Error) lines.push(color.dim(escapeText(stackOf(error))));
  lines.push(
    'This is a bug in labctl, not in your lab.',
    '  try: `labctl version`, and report its output, the text above, the command you typed and the lab file',
  );
  return lines.join('\n');
}

/** The frames of an error and of the errors underneath, without the message again. */
function stackOf(error: Error): string {
  const frames = (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line));
  const cause = error.cause instanceof Error ? `\ncaused by: ${error.cause.message}\n${stackOf(error.cause)}` : '';
  return frames.join('\n') + cause;
}
