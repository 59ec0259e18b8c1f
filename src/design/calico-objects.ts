// Owns a lab's set of projectcalico.org/v3 objects: those derived from its words and the user's own, which win, each with its place.

import type { Problem } from '../base/place.ts';
import type { CalicoObject } from '../calico/objects.ts';
import { validateObject, validateSet } from '../calico/validate.ts';
import type { Lab } from '../lab/lab.ts';
import { derivedObjects, type KnownAddresses } from './derived-objects.ts';
import type { ProblemPath } from './problem.ts';

/** The objects of a lab and where in the lab document each came from. */
export interface ObjectSet {
  readonly objects: readonly CalicoObject[];
  readonly problems: readonly Problem[];
  /** The place of an object or of one of its fields; a derived object stands where its keyword stands. */
  pathOf(object: CalicoObject, field?: ProblemPath): ProblemPath;
}

/** Derives every object of a lab and lets the user's own objects of the same kind and name win (lab-format). */
export function objectsOfLab(lab: Lab, known: KnownAddresses): ObjectSet {
  const problems: Problem[] = [];
  const paths = new Map<CalicoObject, ProblemPath>();
  const objects: CalicoObject[] = [];
  for (const { object, path } of derivedObjects(lab, known, problems)) {
    objects.push(object);
    paths.set(object, path);
  }
  const derived = new Set(objects);
  for (const [i, raw] of lab.calico.resources.entries()) {
    const path = ['calico', 'resources', i];
    const { object, problems: found } = validateObject(raw, lab.calico.version);
    problems.push(...found.map((problem) => ({ ...problem, path: [...path, ...problem.path] })));
    if (object === undefined) continue;
    paths.set(object, path);
    const same = objects.findIndex(
      (other) => derived.has(other) && other.kind === object.kind && other.metadata.name === object.metadata.name,
    );
    if (same < 0) objects.push(object);
    else objects[same] = object;
  }
  const pathOf = (object: CalicoObject, field: ProblemPath = []): ProblemPath =>
    derived.has(object) ? (paths.get(object) ?? ['calico']) : [...(paths.get(object) ?? ['calico']), ...field];
  problems.push(...setProblems(lab, objects, pathOf));
  return { objects, problems, pathOf };
}

/** The complete object set of a running lab after changes: nothing is derived, places are `objects[i]`. */
export function objectsAsGiven(lab: Lab, objects: readonly CalicoObject[]): ObjectSet {
  const pathOf = (object: CalicoObject, field: ProblemPath = []): ProblemPath => [
    'objects',
    objects.indexOf(object),
    ...field,
  ];
  return { objects, problems: setProblems(lab, objects, pathOf), pathOf };
}

function setProblems(lab: Lab, objects: readonly CalicoObject[], pathOf: ObjectSet['pathOf']): Problem[] {
  return validateSet(objects, lab.calico.version).map((problem) => {
    const object = objects[Number(problem.path[0])];
    return { ...problem, path: object === undefined ? ['calico'] : pathOf(object, problem.path.slice(1)) };
  });
}
