// Owns the story of `calicoctl`: a running lab's objects, sessions and addresses, asked for and changed as on a cluster.

import { LabError } from '../base/errors.ts';
import type { Design } from '../design/design.ts';
import { machineNamed } from '../design/named-machine.ts';
import type { ObservedSession } from '../plan/observed.ts';
import { applyObjects } from './apply-objects.ts';
import { absent, deleteObjects, mergePatch, namesOf, type ObjectVerb, putObjects } from './change-objects.ts';
import type { Context, RunView } from './context.ts';
import { type GettableKind, kindNamed } from './object-kinds.ts';
import { readObjects, unplaced } from './read-objects.ts';
import { openRunning } from './running.ts';

/** Which running lab; the only one when undefined. */
export interface OfLab {
  readonly lab: string | undefined;
}

/** What `get` found: a kind, which of its objects were asked for (all: undefined), and the lab they are in. */
export interface GotObjects {
  readonly kind: GettableKind;
  readonly names: readonly string[];
  readonly design: Design;
}

/** Looks a kind up. Throws UNKNOWN_OBJECT for an unknown kind and for a name that is not there. */
export async function getObjects(
  context: Context,
  options: OfLab & { kind: string; names: readonly string[] },
): Promise<GotObjects> {
  const kind = kindNamed(options.kind);
  const { design } = await openRunning(context, options);
  const present = new Set(
    design.objects.filter((object) => object.kind === kind).map((object) => object.metadata.name),
  );
  for (const name of options.names) {
    if (kind !== 'WorkloadEndpoint' && !present.has(name)) throw new LabError('UNKNOWN_OBJECT', absent(kind, name));
  }
  return { kind, names: options.names, design };
}

/** What a change is: objects in a file (`-`: standard input), or one object by kind and name. */
export type ObjectChange =
  | { readonly verb: 'apply' | 'create' | 'replace'; readonly file: string }
  | { readonly verb: 'delete'; readonly file: string; readonly skipAbsent: boolean }
  | { readonly verb: 'delete'; readonly kind: string; readonly names: readonly string[]; readonly skipAbsent: boolean }
  | { readonly verb: 'patch'; readonly kind: string; readonly name: string; readonly patch: string };

/** What was changed in the set of objects. */
export interface ObjectChangeResult {
  readonly verb: ObjectVerb;
  readonly touched: readonly { readonly kind: string; readonly name: string }[];
}

/** Changes the objects of a running lab, and of the lab only what follows from the difference. */
export async function changeObjects(
  context: Context,
  options: OfLab & { change: ObjectChange },
  view: RunView,
): Promise<ObjectChangeResult> {
  const { change } = options;
  const written = 'file' in change ? await readObjects(context, change.file) : [];
  if ('file' in change && written.length === 0)
    throw new LabError('USAGE', `no resources specified in ${change.file}`, { exitCode: 1 });
  const running = await openRunning(context, options);
  const { objects, version } = running.design;
  const changed = (() => {
    if (change.verb === 'patch') return putObjects('patch', objects, [patched(objects, change)], version);
    if (change.verb !== 'delete') return putObjects(change.verb, objects, written, version);
    const names = 'file' in change ? namesOf(written) : named(change.kind, change.names);
    return deleteObjects(objects, names, version, change.skipAbsent);
  })();
  await applyObjects(context, running, changed.objects, view);
  return { verb: change.verb, touched: changed.touched };
}

/** A node's sessions, or every node's. */
export interface NodeSessions {
  readonly node: string;
  /** Absent where the backend runs no BIRD. */
  readonly sessions?: readonly ObservedSession[];
}

/** Sessions as the nodes' BIRD shows them now. Throws UNKNOWN_MACHINE for a name that is no node's. */
export async function nodeSessions(
  context: Context,
  options: OfLab & { node: string | undefined },
): Promise<{ readonly minor: number; readonly nodes: readonly NodeSessions[] }> {
  const { design, engine } = await openRunning(context, options);
  const wanted = options.node === undefined ? undefined : machineNamed(design, options.node);
  if (wanted !== undefined && wanted.kind !== 'node') {
    const hint = `nodes: ${design.nodes.map(({ short }) => short).join(', ')}`;
    throw new LabError('UNKNOWN_MACHINE', `${wanted.name} is a ${wanted.kind}, not a node`, { hint });
  }
  const { sessions } = await engine.look(design);
  const nodes = wanted === undefined ? design.nodes : [wanted];
  return {
    minor: design.version.minor,
    nodes: nodes.map(({ name }) =>
      design.backend === 'bird'
        ? { node: name, sessions: sessions.filter(({ machine }) => machine === name) }
        : { node: name },
    ),
  };
}

/** The design a running lab has now, for what follows from it alone (`ipam show`, `version`). */
export async function designOf(context: Context, options: OfLab): Promise<Design> {
  return (await openRunning(context, options)).design;
}

function named(kind: string, names: readonly string[]): readonly { kind: GettableKind; name: string }[] {
  const found = kindNamed(kind);
  return names.map((name) => ({ kind: found, name }));
}

function patched(objects: Design['objects'], change: { kind: string; name: string; patch: string }) {
  const kind = kindNamed(change.kind);
  const before = objects.find((object) => object.kind === kind && object.metadata.name === change.name);
  const refuse = (reason: string) =>
    new LabError('OBJECT_INVALID', `failed to patch '${kind}' resource: [${reason}]`, { exitCode: 1 });
  if (before === undefined) throw refuse(absent(kind, change.name));
  try {
    return unplaced(mergePatch(before, JSON.parse(change.patch)));
  } catch (error) {
    throw refuse(`the patch is not JSON: ${(error as Error).message}`);
  }
}
