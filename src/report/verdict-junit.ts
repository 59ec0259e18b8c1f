// Owns a verdict as JUnit XML, the form that CI systems show.

import type { CheckResult, Verdict } from '../verify/verdict.ts';
import { failureLines } from './verdict-text.ts';

/** A verdict as one test suite, a test case a check. */
export function verdictJunit(verdict: Verdict): string {
  const failed = verdict.checks.filter((check) => check.failures.length > 0).length;
  const time = (verdict.ms / 1000).toFixed(3);
  const counts = `tests="${verdict.checks.length}" failures="${failed}" errors="0" skipped="0" time="${time}"`;
  const cases = verdict.checks.flatMap((check) => caseLines(verdict.lab, check));
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="labctl" ${counts}>`,
    `  <testsuite name="${escaped(verdict.lab)}" ${counts}>`,
    ...cases,
    '  </testsuite>',
    '</testsuites>',
    '',
  ].join('\n');
}

function caseLines(lab: string, check: CheckResult): readonly string[] {
  const head = `    <testcase classname="${escaped(`${lab}.${check.kind}`)}" name="${escaped(check.title)}"`;
  if (check.failures.length === 0) return [`${head}/>`];
  const [first] = check.failures;
  const message = `expected ${first?.expected}, seen ${first?.seen}`;
  const text = check.failures.flatMap(failureLines).map(escaped).join('\n');
  return [`${head}>`, `      <failure message="${escaped(message)}">${text}</failure>`, '    </testcase>'];
}

/** XML's five, and no character that XML 1.0 forbids. */
function escaped(text: string): string {
  const entities: Readonly<Record<string, string>> = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
    "'": '&apos;',
  };
  return text.replace(/[\0-\x08\x0b\x0c\x0e-\x1f]/g, '?').replace(/[&<>"']/g, (character) => entities[character] ?? '');
}
