// Owns a verdict as text: a line a check, and under a false one what was expected, what was seen, and where.

import type { CheckResult, Failure, Verdict } from '../verify/verdict.ts';

/** The most failures shown of one check; the rest are counted. */
const shown = 20;

/** A verdict as people read it. */
export function verdictText(verdict: Verdict): string {
  const { checks, untried = 0 } = verdict;
  const lines = [...checks.flatMap(checkLines), summaryLine(verdict)];
  const what = untried === 1 ? '1 failover line' : `${untried} failover lines`;
  if (untried > 0)
    lines.push(`left out: ${what}, which would break the lab for a while; labctl verify --with-failover`);
  return `${lines.join('\n')}\n`;
}

/** `bgp-rr: all 24 checks true after 1.3 s (1 look)`. */
export function summaryLine(verdict: Verdict): string {
  const failed = verdict.checks.filter((check) => check.failures.length > 0).length;
  const held = verdict.heldMs === undefined ? '' : `, held for ${seconds(verdict.heldMs)}`;
  const looks = verdict.attempts === 1 ? '1 look' : `${verdict.attempts} looks`;
  return verdict.isTrue
    ? `${verdict.lab}: all ${verdict.checks.length} checks true after ${seconds(verdict.ms)} (${looks})${held}`
    : `${verdict.lab}: ${failed} of ${verdict.checks.length} checks false after ${seconds(verdict.ms)} (${looks})${held}`;
}

/** One failure in lines: what and where, what was expected, what was seen, and the likely cause where one is known. */
export function failureLines({ what, where, expected, seen, cause }: Failure): readonly string[] {
  const because = cause === undefined ? [] : [`  likely:   ${cause}`];
  return [`${what} on ${where}`, `  expected: ${expected}`, `  seen:     ${seen}`, ...because];
}

/** One check: `ok`, or `FALSE` with its failures below. */
export function checkLines(check: CheckResult): readonly string[] {
  const { failures } = check;
  if (failures.length === 0) return [`ok    ${check.title}`];
  const lines = failures.slice(0, shown).flatMap((failure) => failureLines(failure).map((line) => `      ${line}`));
  const rest = failures.length - shown;
  return [`FALSE ${check.title}`, ...lines, ...(rest > 0 ? [`      and ${rest} more`] : [])];
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
