// Owns what a change means for a lab that runs: pods and tunnels keep the addresses and MTUs that they were given.

import type { Artifacts } from '../artifact/artifacts.ts';
import type { CalicoObject } from '../calico/objects.ts';
import type { Design } from '../design/design.ts';
import { designLab } from '../design/design-lab.ts';
import { earlierOf, givesOthers, keepsPools } from '../design/earlier.ts';
import type { Lab } from '../lab/lab.ts';
import type { Engine, EngineName } from '../plan/engine.ts';
import type { Context } from './context.ts';
import { labArtifacts } from './lab-artifacts.ts';
import type { SavedLab } from './saved-lab.ts';

/** What a lab shall become. */
export interface Continuing {
  readonly lab: Lab;
  readonly design: Design;
  readonly artifacts: Artifacts;
  /** The complete objects, where they are not the lab file's. */
  readonly objects?: readonly CalicoObject[] | undefined;
  readonly engine: EngineName;
}

/**
 * The same change with what the lab has behind it (calico.md K.3). A lab file with other pools than the pods were made by
 * means another lab: it is left as it is, and refused for its other machines. Where the cluster's own pods take addresses too, its
 * blocks are read before the change: what a new tunnel gets is foretold by them, and is for `up` and `verify` to see.
 */
export async function continueLab<T extends Continuing>(
  context: Context,
  change: T,
  saved: Pick<SavedLab, 'design'>,
  engine: Engine,
): Promise<T> {
  const { objects } = change.design;
  const blocks = givesOthers(saved.design, objects) ? await engine.blocks?.() : undefined;
  const earlier = earlierOf(saved.design, objects, blocks);
  if (JSON.stringify(earlier) === JSON.stringify(change.design.earlier)) return change;
  if (change.objects === undefined && !keepsPools(earlier, objects)) return change;
  const { design } = designLab(change.lab, { objects: change.objects, earlier });
  if (design === undefined) return change;
  return { ...change, design, artifacts: await labArtifacts(context, change.engine, { ...change, design }) };
}
