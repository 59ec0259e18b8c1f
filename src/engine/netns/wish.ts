// Owns the shape of one wish: what a plan's operation is before it is known whether it is needed.

import type { Json, Phase, ResourceId } from '../../plan/plan.ts';

/** One wish: a resource, made from an input, after others. */
export interface Wish {
  readonly verb: string;
  readonly resource: ResourceId;
  readonly phase: Phase;
  readonly needs: readonly ResourceId[];
  readonly input: Json;
  /** What a different input means. `rebuild`: the lab has to be made anew; `again`: the operation is simply done again; `wait`: done whenever anything is. */
  readonly whenDifferent: 'rebuild' | 'again' | 'wait';
}
