// Owns the judgment of a lab: what a check found, and the verdict that all of them make. Pure.

import type { Design } from '../design/design.ts';

/** One thing that is not as it must be. */
export interface Failure {
  /** What was looked at: "session", "route 10.244.142.0/26". */
  readonly what: string;
  /** The machine it was looked at on, as people type it. */
  readonly where: string;
  readonly expected: string;
  readonly seen: string;
  /** What most likely lies behind it, where that is known (causes.ts). */
  readonly cause?: string | undefined;
}

/** What a check is about: an observable of `expect:`, or one that only a design implies. */
export type CheckKind =
  | Design['expect'][number]['kind']
  | 'paths'
  | 'routes'
  | 'interfaces'
  | 'vteps'
  | 'encapsulation'
  | 'capture';

/** One check and its outcome. */
export interface CheckResult {
  /** `implied`: follows from the lab's design; `stated`: a line of the lab's `expect:` list. */
  readonly origin: 'implied' | 'stated';
  readonly kind: CheckKind;
  /** What must be true, as a sentence without a verb: "every session Established on both ends". */
  readonly title: string;
  /** Empty: it is true. */
  readonly failures: readonly Failure[];
}

/** All checks of a lab, judged on evidence of one moment. */
export interface Verdict {
  readonly lab: string;
  readonly isTrue: boolean;
  readonly checks: readonly CheckResult[];
  /** How often the lab was looked at. */
  readonly attempts: number;
  /** Milliseconds until it was true, or until it was given up. */
  readonly ms: number;
  /** Milliseconds for which everything stayed true; undefined when that was not asked for. */
  readonly heldMs: number | undefined;
  /** Failover lines of the lab that were left out, since they break it for a while. */
  readonly untried?: number | undefined;
}

/** True when no check failed. */
export function isAllTrue(checks: readonly CheckResult[]): boolean {
  return checks.every((check) => check.failures.length === 0);
}
