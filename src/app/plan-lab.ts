// Owns the story of `plan`: what `up` would do now, and why. Nothing is changed and nothing is locked.

import type { Problem } from '../base/place.ts';
import type { EngineName } from '../plan/engine.ts';
import type { Plan } from '../plan/plan.ts';
import { planFor } from './change-lab.ts';
import type { Context } from './context.ts';
import { withEngine } from './kind-artifacts.ts';
import { loadLab } from './load-lab.ts';
import type { LabChoice } from './work-out.ts';

/** A plan, and what should be said about the lab though it is valid. */
export interface PlanResult {
  readonly plan: Plan;
  readonly warnings: readonly Problem[];
}

/** The plan to make a lab as its file says: all of it, or what differs of a running one. */
export async function planLab(
  context: Context,
  { reference, set, engine }: LabChoice & { readonly engine: EngineName },
): Promise<PlanResult> {
  const loaded = await loadLab(context, reference, set);
  return { plan: await planFor(context, await withEngine(context, loaded, engine)), warnings: loaded.warnings };
}
