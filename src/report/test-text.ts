// Owns a test report as text: a table of all labs, then why labs failed or were skipped.

import { type LabTest, msOf, type TestProblem, type TestReport } from '../verify/lab-test.ts';
import { textTable } from './text-table.ts';
import { duration } from './timeline.ts';
import { checkLines } from './verdict-text.ts';

/** A report as people read it. */
export function testText(report: TestReport): string {
  const rows = report.labs.map(labCells);
  const table = rows.length === 0 ? '' : textTable(['LAB', 'RESULT', 'CHECKS', 'UP', 'VERIFY', 'CAPTURE', 'ALL'], rows);
  const details = report.labs.flatMap((test) => {
    const lines = detailLines(test);
    return lines.length === 0 ? [] : [`\n${test.lab}: ${test.outcome}`, ...lines.map((line) => `  ${line}`)];
  });
  return `${table}${details.map((line) => `${line}\n`).join('')}\n${countsLine(report)}\n`;
}

/** `12 labs: 11 passed, 1 failed, 0 skipped, in 1 min 12 s`. */
export function countsLine({ labs, passed, failed, skipped, ms }: TestReport): string {
  const count = labs.length === 1 ? '1 lab' : `${labs.length} labs`;
  return `${count}: ${passed} passed, ${failed} failed, ${skipped} skipped, in ${duration(ms)}`;
}

/** A row of the table of labs: name, outcome, true checks of all, and how long the steps took. */
export function labCells(test: LabTest): readonly string[] {
  const isTrue = test.checks.filter((check) => check.failures.length === 0).length;
  const timeOf = (step: string): string => {
    const ms = test.steps.find((candidate) => candidate.step === step)?.ms;
    return ms === undefined ? '-' : duration(ms);
  };
  const checks = test.checks.length === 0 ? '-' : `${isTrue}/${test.checks.length}`;
  return [test.lab, test.outcome, checks, timeOf('up'), timeOf('verify'), timeOf('capture'), duration(msOf(test))];
}

/** One lab in a line: `bgp-rr: passed, 20 of 20 checks true, 5.31 s`, or why it was not tested. */
export function resultText(test: LabTest): string {
  const [problem] = test.problems;
  const isTrue = test.checks.filter((check) => check.failures.length === 0).length;
  const checks = test.checks.length === 0 ? '' : `, ${isTrue} of ${test.checks.length} checks true`;
  const because = problem === undefined ? '' : `, ${problem.step}: ${[problem.message, ...problem.facts].join('; ')}`;
  return `${test.lab}: ${test.outcome}${checks}${because}, ${duration(msOf(test))}`;
}

/** What is to be said of a lab that did not pass: its problems, its false checks. */
export function detailLines({ problems, checks }: LabTest): readonly string[] {
  const failed = checks.filter((check) => check.failures.length > 0);
  return [...problems.flatMap(problemLines), ...failed.flatMap(checkLines)];
}

/** A step's problem, what is known of it, and the next thing to type. */
export function problemLines({ step, code, message, facts, hint }: TestProblem): readonly string[] {
  const more = [...facts.flatMap((fact) => fact.split('\n')), ...(hint === undefined ? [] : [`try: ${hint}`])];
  return [`${step}: ${message} [${code}]`, ...more.map((line) => `  ${line}`)];
}
