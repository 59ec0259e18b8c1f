// Owns what must be done, in which order and why, to have a lab on kind and containerlab. Pure.

import type { Artifacts } from '../../artifact/artifacts.ts';
import type { Design } from '../../design/design.ts';
import type { KindCluster } from '../../design/kind-cluster.ts';
import { digestOf } from '../../plan/digest.ts';
import type { Observed } from '../../plan/observed.ts';
import type { Operation, Plan, ResourceId } from '../../plan/plan.ts';
import { type Wish, wishesOf } from './wishes.ts';

/** Resources that a running cluster cannot change: another input means another cluster. A pod keeps its address as long as it lives. */
const structural: ReadonlySet<ResourceId> = new Set(['network', 'cluster', 'fabric', 'workload']);

/** What pods are made with: for a lab that runs it is past, and applied again it would undo what followed. */
const past: ResourceId = 'first-objects';

/** Resources of the design that differ from what was made and cannot be changed under a running lab. */
export function kindStructureDifferences(
  design: Design,
  cluster: KindCluster,
  artifacts: Artifacts,
  seen: Observed,
): readonly ResourceId[] {
  return wishesOf(design, cluster, artifacts)
    .filter(({ resource, input }) => structural.has(resource) && seen.made.get(resource) !== digestOf(input))
    .map(({ resource }) => resource);
}

/** The operations that turn what is seen into the lab; none when nothing differs. */
export function planKind(design: Design, cluster: KindCluster, artifacts: Artifacts, seen: Observed): Plan {
  const wishes = wishesOf(design, cluster, artifacts).filter(
    ({ resource }) => resource !== past || seen.state !== 'running',
  );
  const causes = new Map<ResourceId, string>();
  for (const wish of wishes) {
    const cause = isWait(wish) ? undefined : causeOf(wish, seen);
    if (cause !== undefined) causes.set(wish.resource, cause);
  }
  if (causes.size > 0)
    for (const wish of wishes) if (isWait(wish)) causes.set(wish.resource, 'must hold before up is done');
  const chosen = wishes.filter(({ resource }) => causes.has(resource));
  const ids = new Map(chosen.map(({ resource }, index) => [resource, index + 1]));
  const operations = chosen.map(
    ({ verb, resource, phase, needs, input }, index): Operation => ({
      id: index + 1,
      verb: verbOf(verb, resource, seen),
      resource,
      cause: causes.get(resource) ?? '',
      needs: needs.flatMap((needed) => ids.get(needed) ?? []),
      phase,
      input,
    }),
  );
  return { lab: design.lab, engine: 'kind', operations };
}

/** Nodes that are there are started; objects that are there may be more than the lab has now. */
function verbOf(verb: string, resource: ResourceId, { made, dead }: Observed): string {
  if (resource === 'cluster' && dead.has(resource)) return 'startCluster';
  return resource === 'objects' && made.has(resource) ? 'replaceObjects' : verb;
}

function isWait({ verb }: Wish): boolean {
  return verb.startsWith('wait');
}

function causeOf({ resource, input }: Wish, { made, dead }: Observed): string | undefined {
  if (!made.has(resource)) return 'not there';
  if (dead.has(resource)) return 'no longer alive';
  return made.get(resource) === digestOf(input) ? undefined : 'differs from the design';
}
