// Owns how the design words a problem: a code, the path of the value in the lab document, a message, a hint.

import type { Problem } from '../base/place.ts';

/** Keys and indices from the lab document's root. */
export type ProblemPath = readonly (string | number)[];

/** A problem that stops labctl (exit 2). */
export function errorAt(path: ProblemPath, code: string, message: string, hint?: string): Problem {
  return { severity: 'error', code, message, hint, path };
}

/** A problem that is shown and lived with. */
export function warningAt(path: ProblemPath, code: string, message: string, hint?: string): Problem {
  return { severity: 'warning', code, message, hint, path };
}

/** True when at least one problem stops labctl. */
export function hasError(problems: readonly Problem[]): boolean {
  return problems.some((problem) => problem.severity === 'error');
}
