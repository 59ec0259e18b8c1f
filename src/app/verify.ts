// Owns the story of `verify`: look, judge, and look again until everything is true and stays true.

import { setTimeout as sleep } from 'node:timers/promises';
import type { Design } from '../design/design.ts';
import { gatherEvidence, type Looker } from '../evidence/gather.ts';
import { throwIfAborted } from '../evidence/listen.ts';
import { routeDifferences, sessionDifferences } from '../plan/converged.ts';
import { untriedFailover } from '../verify/failover.ts';
import { judgeLab } from '../verify/judge.ts';
import { type CheckResult, isAllTrue, type Verdict } from '../verify/verdict.ts';
import type { Context } from './context.ts';
import { checkFailovers } from './failovers.ts';
import { openRunning } from './running.ts';

/** What `labctl verify` is told. */
export interface VerifyOptions {
  readonly lab?: string | undefined;
  /** Milliseconds within which everything must become true; 10,000 when left out, 0 looks once. */
  readonly timeoutMs?: number | undefined;
  /** Milliseconds for which everything must then stay true; 0 when left out. */
  readonly holdMs?: number | undefined;
  /** Also try the lab's `failover:` lines, once all else is true. */
  readonly withFailover?: boolean | undefined;
}

/** Milliseconds between two looks. */
const pause = 500;

/** Judges the running lab. A verdict that is false is a result, not an error. */
export async function verify(context: Context, options: VerifyOptions): Promise<Verdict> {
  const { design, engine } = await openRunning(context, { lab: options.lab });
  const verdict = await untilTrue(() => lookOnce(design, engine, context.signal), {
    lab: design.lab,
    timeoutMs: options.timeoutMs ?? 10_000,
    holdMs: options.holdMs ?? 0,
    signal: context.signal,
  });
  const failovers = design.expect.filter((expectation) => expectation.kind === 'failover');
  if (failovers.length === 0) return verdict;
  if (options.withFailover !== true) return { ...verdict, untried: failovers.length };
  const tried = verdict.isTrue
    ? await checkFailovers(context, { lab: options.lab })
    : failovers.map((expectation) => untriedFailover(expectation, 'not tried: the lab is not as it must be'));
  const checks = [...verdict.checks, ...tried];
  return { ...verdict, checks, isTrue: isAllTrue(checks) };
}

/** One look at a lab, judged. */
export async function lookOnce(design: Design, engine: Looker, signal: AbortSignal): Promise<readonly CheckResult[]> {
  const evidence = await gatherEvidence(design, engine, signal);
  return judgeLab(design, evidence, {
    sessions: sessionDifferences(design.expected.sessions, evidence.tables.sessions),
    routes: routeDifferences(design.expected.routes, evidence.tables.routes),
  });
}

/** How long to look. */
export interface Patience {
  readonly lab: string;
  readonly timeoutMs: number;
  readonly holdMs: number;
  readonly signal: AbortSignal;
}

/** Looks until all is true or the time is over; once true, keeps looking for `holdMs` and ends at the first falsehood. */
export async function untilTrue(look: () => Promise<readonly CheckResult[]>, patience: Patience): Promise<Verdict> {
  const { lab, timeoutMs, holdMs, signal } = patience;
  const begin = performance.now();
  let trueSince: number | undefined;
  for (let attempts = 1; ; attempts++) {
    throwIfAborted(signal);
    const checks = await look();
    const now = performance.now();
    const isTrue = isAllTrue(checks);
    if (isTrue) trueSince ??= now;
    const heldMs = trueSince === undefined || holdMs === 0 ? undefined : now - trueSince;
    const isOver = isTrue ? (heldMs ?? 0) >= holdMs : trueSince !== undefined || now - begin >= timeoutMs;
    if (isOver) return { lab, isTrue, checks, attempts, ms: (trueSince ?? now) - begin, heldMs };
    const left = isTrue ? holdMs - (heldMs ?? 0) : timeoutMs - (now - begin);
    await sleep(Math.min(pause, Math.max(left, 1)), undefined, { signal }).catch(() => throwIfAborted(signal));
  }
}
