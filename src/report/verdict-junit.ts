// Owns a verdict as JUnit XML: a lab a suite, a check a case.

import type { CheckResult, Verdict } from '../verify/verdict.ts';
import { type JunitCase, junitXml } from './junit.ts';
import { failureLines } from './verdict-text.ts';

/** A verdict as one test suite, a test case a check. */
export function verdictJunit({ lab, ms, checks }: Verdict): string {
  return junitXml([{ name: lab, ms, cases: checks.map((check) => checkCase(lab, check)) }], ms);
}

/** One check of a lab as a case. */
export function checkCase(lab: string, { kind, title, failures }: CheckResult): JunitCase {
  const [first] = failures;
  const message = `expected ${first?.expected}, seen ${first?.seen}`;
  const failure = first === undefined ? undefined : { message, text: failures.flatMap(failureLines).join('\n') };
  return { classname: `${lab}.${kind}`, name: title, failure };
}
