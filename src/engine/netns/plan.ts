// Owns what must be done, in which order and why, to make a lab's namespaces equal to its design. Pure.

import type { Artifacts } from '../../artifact/artifacts.ts';
import type { Design } from '../../design/design.ts';
import { digestOf } from '../../plan/digest.ts';
import type { Observed } from '../../plan/observed.ts';
import type { Operation, Plan, ResourceId } from '../../plan/plan.ts';
import type { Wish } from './wish.ts';
import { wishesOf } from './wishes.ts';

/** Resources of `design` that cannot be changed under a running lab and differ from what was made. */
export function structureDifferences(design: Design, artifacts: Artifacts, seen: Observed): readonly ResourceId[] {
  return wishesOf(design, artifacts, seen, undefined)
    .filter((wish) => wish.whenDifferent === 'rebuild' && seen.made.get(wish.resource) !== digestOf(wish.input))
    .map((wish) => wish.resource);
}

/** The operations that turn what is seen into the design; none when nothing differs. */
export function planNetns(
  design: Design,
  artifacts: Artifacts,
  seen: Observed,
  neighborLimit: number | undefined,
): Plan {
  const wishes = wishesOf(design, artifacts, seen, neighborLimit);
  const causes = new Map<ResourceId, string>();
  for (const wish of wishes) {
    const cause = causeOf(wish, seen);
    if (cause !== undefined) causes.set(wish.resource, cause);
  }
  if (causes.size > 0)
    for (const wish of wishes)
      if (wish.whenDifferent === 'wait') causes.set(wish.resource, 'must hold before up is done');
  const known = new Set(wishes.map(({ resource }) => resource));
  const missing = wishes.flatMap(({ needs }) => needs.filter((resource) => !known.has(resource)));
  if (missing.length > 0) throw new TypeError(`nothing makes ${missing.join(', ')}`);
  const chosen = wishes.filter((wish) => causes.has(wish.resource));
  const ids = new Map(chosen.map((wish, index) => [wish.resource, index + 1]));
  const operations = chosen.map(
    (wish): Operation => ({
      id: ids.get(wish.resource) ?? 0,
      verb: wish.verb,
      resource: wish.resource,
      cause: causes.get(wish.resource) ?? '',
      needs: wish.needs.flatMap((resource) => ids.get(resource) ?? []),
      phase: wish.phase,
      input: wish.input,
    }),
  );
  return { lab: design.lab, engine: 'netns', operations };
}

function causeOf(wish: Wish, seen: Observed): string | undefined {
  if (wish.whenDifferent === 'wait') return undefined;
  const made = seen.made.get(wish.resource);
  if (made === undefined) return 'not there';
  if (seen.dead.has(wish.resource)) return 'no longer alive';
  return made === digestOf(wish.input) ? undefined : 'differs from the design';
}
