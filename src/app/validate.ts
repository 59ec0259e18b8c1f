// Owns the story of `validate`: read a lab and work it out; no command of the host is run.

import type { Problem } from '../base/place.ts';
import type { Context } from './context.ts';
import { loadLab } from './load-lab.ts';
import { type LabChoice, shownPath } from './work-out.ts';

/** A valid lab in a few numbers, and its warnings. */
export interface ValidateResult {
  readonly lab: string;
  readonly variant: string | undefined;
  /** The file, relative where it lies below the current folder. */
  readonly source: string;
  readonly warnings: readonly Problem[];
  readonly nodes: number;
  readonly routers: number;
  readonly pods: number;
  readonly sessions: number;
  readonly routes: number;
  readonly checks: number;
}

/** Checks a lab. Throws LAB_INVALID with all problems at once when it is not valid. */
export async function validate(context: Context, choice: LabChoice): Promise<ValidateResult> {
  const { lab, design, warnings } = await loadLab(context, choice.reference, choice.set);
  return {
    lab: lab.name,
    variant: lab.variant,
    source: shownPath(context, lab.source),
    warnings,
    nodes: design.nodes.length,
    routers: design.routers.length,
    pods: design.pods.length,
    sessions: design.expected.sessions.length,
    routes: design.expected.routes.length,
    checks: design.expect.length,
  };
}
