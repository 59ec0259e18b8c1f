// Owns what a change means for a lab that runs: pods and tunnels keep the addresses and MTUs that they were given.

import type { Artifacts } from '../artifact/artifacts.ts';
import { writeArtifacts } from '../artifact/write-artifacts.ts';
import type { CalicoObject } from '../calico/objects.ts';
import type { Design } from '../design/design.ts';
import { designLab } from '../design/design-lab.ts';
import { earlierOf, keepsPools } from '../design/earlier.ts';
import type { Lab } from '../lab/lab.ts';
import type { EngineName } from '../plan/engine.ts';
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
 * means another lab: it is left as it is, and refused for its other machines.
 */
export function continueLab<T extends Continuing>(change: T, saved: SavedLab): T {
  const earlier = earlierOf(saved.design, change.design.objects);
  if (JSON.stringify(earlier) === JSON.stringify(change.design.earlier)) return change;
  if (change.objects === undefined && !keepsPools(earlier, change.design.objects)) return change;
  const { design } = designLab(change.lab, { objects: change.objects, earlier });
  return design === undefined ? change : { ...change, design, artifacts: writeArtifacts(design) };
}
