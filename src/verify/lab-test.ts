// Owns the outcome of `labctl test`: what became of each lab that was brought up, judged, captured in and removed.

import type { CheckResult } from './verdict.ts';

/** What is done with each lab, in this order; `down` whatever came before. */
export type TestStep = 'up' | 'verify' | 'capture' | 'failover' | 'down';

/** Why a step could not be done: an error's message, its facts and the next thing to type. */
export interface TestProblem {
  readonly step: TestStep;
  /** The error's stable code; `INTERNAL` for labctl's own bug. */
  readonly code: string;
  readonly message: string;
  readonly facts: readonly string[];
  readonly hint: string | undefined;
}

/** One lab's test. */
export interface LabTest {
  /** As it is typed: `bgp-rr:article`. */
  readonly lab: string;
  /** `skipped`: this machine lacks what the lab needs; `problems` says what. */
  readonly outcome: 'passed' | 'failed' | 'skipped';
  readonly steps: readonly { readonly step: TestStep; readonly ms: number }[];
  readonly checks: readonly CheckResult[];
  readonly problems: readonly TestProblem[];
}

/** All that a run of `labctl test` found out. */
export interface TestReport {
  readonly labs: readonly LabTest[];
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  /** Wall time of the run in milliseconds. */
  readonly ms: number;
}

/** The report of a run: the tests in their order, counted. */
export function reportOf(labs: readonly LabTest[], ms: number): TestReport {
  const count = (outcome: LabTest['outcome']): number => labs.filter((test) => test.outcome === outcome).length;
  return { labs, passed: count('passed'), failed: count('failed'), skipped: count('skipped'), ms };
}

/** The report of a run of which some labs were tested again. */
export function withRepeated(first: TestReport, again: TestReport): TestReport {
  const tests = first.labs.map((test) => again.labs.find(({ lab }) => lab === test.lab) ?? test);
  return reportOf(tests, first.ms + again.ms);
}

/** Whether all that a lab lacked was a kernel that has what it needs. */
export function wantsOtherKernel({ problems }: LabTest): boolean {
  const facts = problems.flatMap((problem) => (problem.code === 'ENGINE_MISSING' ? problem.facts : []));
  return facts.length > 0 && facts.every((fact) => fact.includes('--kernel uml'));
}

/** Milliseconds of all steps of one lab. */
export function msOf(test: LabTest): number {
  let sum = 0;
  for (const { ms } of test.steps) sum += ms;
  return sum;
}
