// Owns the check of a failover: what a failure cost between two pods, against what the lab says it may.

import type { Design } from '../design/design.ts';
import type { PairLoss } from '../evidence/paced-echoes.ts';
import type { CheckResult } from './verdict.ts';

/** A `failover:` line. */
export type FailoverExpectation = Extract<Design['expect'][number], { kind: 'failover' }>;

/** Judges a `failover:` line: an echo counts as lost when its request or its answer was. */
export function judgeFailover(expectation: FailoverExpectation, { requests, answers }: PairLoss): CheckResult {
  const { fail, from, to, lost, withinMs } = expectation;
  const gone = requests.lost + answers.lost;
  const isSo =
    (lost === undefined || gone <= lost) &&
    (withinMs === undefined || (answers.longestGapMs <= withinMs && !requests.isOpen && !answers.isOpen));
  const where = `${gone} of ${requests.sent} lost, ${requests.lost} on the way there and ${answers.lost} on the way back`;
  const seen = `${where}; no answer for ${answers.longestGapMs} ms`;
  const what = `echoes to ${to} while ${fail} is broken`;
  const failures = isSo ? [] : [{ what, where: from, expected: wanted(expectation), seen }];
  return { origin: 'stated', kind: 'failover', title: failoverTitle(expectation), failures };
}

/** A `failover:` line that could not be tried. */
export function untriedFailover(expectation: FailoverExpectation, why: string): CheckResult {
  const failure = { what: expectation.fail, where: expectation.from, expected: wanted(expectation), seen: why };
  return { origin: 'stated', kind: 'failover', title: failoverTitle(expectation), failures: [failure] };
}

function failoverTitle(expectation: FailoverExpectation): string {
  return `failover from ${expectation.from} to ${expectation.to} when ${expectation.fail} fails: ${wanted(expectation)}`;
}

function wanted({ lost, withinMs }: FailoverExpectation): string {
  const parts = [
    ...(lost === undefined ? [] : [`at most ${lost} packets lost`]),
    ...(withinMs === undefined ? [] : [`answers again within ${withinMs} ms`]),
  ];
  return parts.join(', ');
}
