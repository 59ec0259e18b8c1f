// Owns what apply, create, replace, patch and delete make of a lab's set of Calico objects, before anything is done.

import { LabError } from '../base/errors.ts';
import type { Problem } from '../base/place.ts';
import type { CalicoObject } from '../calico/objects.ts';
import { validateObject, validateSet } from '../calico/validate.ts';
import type { CalicoVersion } from '../lab/lab.ts';
import { type GettableKind, kindNamed, resourceName } from './object-kinds.ts';
import type { WrittenObject } from './read-objects.ts';

/** The verbs of calicoctl that change objects. */
export type ObjectVerb = 'apply' | 'create' | 'replace' | 'patch' | 'delete';

/** The set after the change, and the objects it was about. */
export interface ChangedSet {
  readonly objects: readonly CalicoObject[];
  readonly touched: readonly { readonly kind: string; readonly name: string }[];
}

/** An object by kind and name. */
export interface ObjectName {
  readonly kind: GettableKind;
  readonly name: string;
}

/**
 * Puts written objects into the set. All or nothing: throws OBJECT_INVALID in calicoctl's words, with every problem and
 * its place, and then nothing was changed (calicoctl itself would have applied those before the first bad one).
 */
export function putObjects(
  verb: 'apply' | 'create' | 'replace' | 'patch',
  current: readonly CalicoObject[],
  written: readonly WrittenObject[],
  version: CalicoVersion,
): ChangedSet {
  const problems: Problem[] = [];
  const next = [...current];
  const placers = new Map<CalicoObject, WrittenObject['place']>();
  const kinds = written.map(({ raw }) => kindOf(raw));
  for (const { raw, place } of written) {
    const checked = validateObject(raw, version);
    const { object } = checked;
    problems.push(...checked.problems.map((problem) => withValue(place(problem), raw)));
    if (object === undefined) continue;
    const index = next.findIndex((other) => isSame(other, object));
    const refusal = refusalOf(verb, object, next[index]);
    if (refusal !== undefined) problems.push(withValue(place(refusal), raw));
    if (index < 0) next.push(object);
    else next[index] = object;
    placers.set(object, place);
  }
  if (!hasErrors(problems)) {
    for (const problem of validateSet(next, version)) {
      const [index, ...path] = problem.path;
      const object = next[Number(index)];
      const placer = object === undefined ? undefined : placers.get(object);
      const relative = { ...problem, path };
      problems.push(withValue(placer === undefined ? relative : placer(relative), object));
    }
  }
  if (hasErrors(problems)) throw rejection(verb, kinds, problems);
  return { objects: next, touched: [...placers.keys()].map(nameOf) };
}

/** Takes objects out of the set. Throws OBJECT_INVALID when one does not exist, unless `skipAbsent`. */
export function deleteObjects(
  current: readonly CalicoObject[],
  names: readonly ObjectName[],
  version: CalicoVersion,
  skipAbsent: boolean,
): ChangedSet {
  const kinds = names.map(({ kind }) => kind);
  const problems: Problem[] = [];
  let next = current;
  for (const { kind, name } of names) {
    const found = next.find((object) => object.kind === kind && object.metadata.name === name);
    if (kind === 'Node' || kind === 'WorkloadEndpoint') problems.push(plain(fixedKinds[kind]));
    else if (found === undefined && !skipAbsent) problems.push(plain(absent(kind, name)));
    next = next.filter((object) => object !== found);
  }
  if (!hasErrors(problems)) problems.push(...validateSet(next, version));
  if (hasErrors(problems)) throw rejection('delete', kinds, problems);
  return { objects: next, touched: names };
}

/** Applies a JSON merge patch (RFC 7396), which is what a strategic patch comes to for Calico's objects. */
export function mergePatch(target: unknown, patch: unknown): unknown {
  if (!isRecord(patch)) return patch;
  const merged: Record<string, unknown> = isRecord(target) ? { ...target } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete merged[key];
    else
      Object.defineProperty(merged, key, {
        value: mergePatch(merged[key], value),
        writable: true,
        enumerable: true,
        configurable: true,
      });
  }
  return merged;
}

/** calicoctl's words for an object that is not there. */
export function absent(kind: GettableKind, name: string): string {
  return `resource does not exist: ${kind}(${name}) with error: ${resourceName(kind)} "${name}" not found`;
}

/** The names of written objects, for `delete -f`. Throws when one has no kind or name. */
export function namesOf(written: readonly WrittenObject[]): readonly ObjectName[] {
  return written.map(({ raw }) => {
    const name = isRecord(raw) && isRecord(raw['metadata']) ? raw['metadata']['name'] : undefined;
    if (typeof name !== 'string') throw rejection('delete', [kindOf(raw)], [plain('the object has no metadata.name')]);
    return { kind: kindNamed(kindOf(raw)), name };
  });
}

const fixedKinds = {
  Node: 'nodes come and go with the cluster: change `cluster.nodes` in the lab file',
  WorkloadEndpoint: 'workload endpoints are made from pods: change `pods` in the lab file',
} as const;

function refusalOf(verb: ObjectVerb, object: CalicoObject, before: CalicoObject | undefined): Problem | undefined {
  const { kind } = object;
  const { name } = object.metadata;
  if (before === undefined && (verb === 'replace' || verb === 'patch')) return plain(absent(kind, name));
  if (before === undefined) return kind === 'Node' ? plain(fixedKinds.Node) : undefined;
  if (verb === 'create') {
    return plain(
      `resource already exists: ${kind}(${name}) with error: ${resourceName(kind)} "${name}" already exists`,
    );
  }
  if (object.kind !== 'IPPool' || before.kind !== 'IPPool') return undefined;
  if (object.spec.cidr !== before.spec.cidr) return plain('IPPool CIDR cannot be modified', ['spec', 'cidr']);
  if ((object.spec.blockSize ?? 26) === (before.spec.blockSize ?? 26)) return undefined;
  return plain('IPPool BlockSize cannot be modified', ['spec', 'blockSize']);
}

/** The error calicoctl would print; its own list of reasons, one after the other. */
function rejection(verb: ObjectVerb, kinds: readonly string[], problems: readonly Problem[]): LabError {
  const errors = problems.filter(({ severity }) => severity === 'error');
  const [kind] = kinds;
  const isOneKind = kinds.every((other) => other === kind);
  const what = kinds.length === 1 ? `'${kind}' resource` : isOneKind ? `any '${kind}' resources` : 'any resources';
  const reasons = errors.map(({ message }) => message).join('; ');
  return new LabError('OBJECT_INVALID', `failed to ${verb} ${what}: [${reasons}]`, { problems: errors, exitCode: 1 });
}

/** `error with field spec.peerIP = '10.1.5.300' (Reason: …)`: the field and its value before the reason. */
function withValue(problem: Problem, raw: unknown): Problem {
  if (problem.path.length === 0) return problem;
  let value: unknown = raw;
  for (const key of problem.path)
    value = isRecord(value) || Array.isArray(value) ? (value as Record<string, unknown>)[key] : undefined;
  const shown = value === undefined ? '' : ` = '${typeof value === 'object' ? JSON.stringify(value) : String(value)}'`;
  return { ...problem, message: `error with field ${problem.path.join('.')}${shown} (Reason: ${problem.message})` };
}

function plain(message: string, path: readonly (string | number)[] = []): Problem {
  return { severity: 'error', code: 'OBJECT_REFUSED', message, path };
}

function hasErrors(problems: readonly Problem[]): boolean {
  return problems.some(({ severity }) => severity === 'error');
}

function kindOf(raw: unknown): string {
  return isRecord(raw) && typeof raw['kind'] === 'string' ? raw['kind'] : 'unknown';
}

function nameOf(object: CalicoObject): { kind: string; name: string } {
  return { kind: object.kind, name: object.metadata.name };
}

function isSame(a: CalicoObject, b: CalicoObject): boolean {
  return a.kind === b.kind && a.metadata.name === b.metadata.name;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
