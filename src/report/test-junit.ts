// Owns a test report as JUnit XML: a lab a suite; its steps and checks are the cases.

import { type LabTest, msOf, type TestReport } from '../verify/lab-test.ts';
import { type JunitCase, junitXml } from './junit.ts';
import { problemLines } from './test-text.ts';
import { checkCase } from './verdict-junit.ts';

/** A report as JUnit XML. */
export function testJunit({ labs, ms }: TestReport): string {
  const suites = labs.map((test) => ({
    name: test.lab,
    ms: msOf(test),
    cases: [...stepCases(test), ...test.checks.map((check) => checkCase(test.lab, check))],
  }));
  return junitXml(suites, ms);
}

/** A step that could not be done is a failure, or the skip of its lab. */
function stepCases({ lab, outcome, steps, problems }: LabTest): readonly JunitCase[] {
  return steps.map(({ step, ms }) => {
    const problem = problems.find((candidate) => candidate.step === step);
    const base = { classname: `${lab}.step`, name: step, ms };
    if (problem === undefined) return base;
    const text = problemLines(problem).join('\n');
    return outcome === 'skipped'
      ? { ...base, skipped: text }
      : { ...base, failure: { message: problem.message, text } };
  });
}
