// Owns what preflight found as text: one line a finding, with its cause and the command that mends it.

import { pasteable } from '../base/shell.ts';
import type { Finding } from '../plan/finding.ts';

const marks = { ok: 'ok     ', warning: 'warning', missing: 'MISSING' } as const;

/** Findings as people read them, what is missing last, so that it stands next to the prompt. */
export function findingsText(findings: readonly Finding[]): string {
  const order = ['ok', 'warning', 'missing'];
  const sorted = findings.toSorted((a, b) => order.indexOf(a.level) - order.indexOf(b.level));
  const lines = sorted.flatMap(({ id, level, message, cause, fix }) => [
    `${marks[level]}  ${message} [${id}]`,
    ...(cause === undefined || level === 'ok' ? [] : [`         because ${cause}`]),
    ...(fix === undefined || level === 'ok' ? [] : [`         fix: ${pasteable(fix)}`]),
  ]);
  const missing = findings.filter(({ level }) => level === 'missing').length;
  const end =
    missing === 0
      ? 'This machine is ready.'
      : `${missing} missing; labctl doctor --fix runs the commands above, each after asking.`;
  return `${[...lines, end].join('\n')}\n`;
}
