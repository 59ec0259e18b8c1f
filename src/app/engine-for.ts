// Owns the choice of the engine: the only place that names one.

import { resolve } from 'node:path';
import type { OwnedPart } from '../engine/kind/step.ts';
import type { ProcessIdentity } from '../host/proc.ts';
import type { Lab } from '../lab/lab.ts';
import type { Engine, EngineName } from '../plan/engine.ts';
import type { StateFolder } from '../run/state.ts';
import type { Context } from './context.ts';
import { type SavedLab, stateFiles } from './saved-lab.ts';

/** What is known of the lab an engine is made for. */
export interface EngineRequest {
  readonly context: Context;
  readonly state: StateFolder;
  readonly holder: ProcessIdentity | undefined;
  readonly saved: SavedLab | undefined;
  /** Folder of unpacked programs, as preflight found it. */
  readonly programs: string | undefined;
  /** Which engine is asked for; a lab that runs keeps its own. */
  readonly engine?: EngineName | undefined;
  /** The lab, where it does not run yet. */
  readonly lab?: Lab | undefined;
  /** calico.yaml as it will be applied, for the kind engine. */
  readonly manifest?: string | undefined;
}

/** The engine of a lab. */
export async function engineFor(request: EngineRequest): Promise<Engine> {
  const isKind = (request.saved?.engine ?? request.engine) === 'kind';
  return isKind ? await kindOf(request) : await netnsOf(request);
}

async function netnsOf({ context, state, holder, saved, programs }: EngineRequest): Promise<Engine> {
  const { netnsEngine } = await import('../engine/netns/index.ts');
  return netnsEngine({
    lab: state.lab,
    isRoot: context.uid === 0,
    logs: state.logs,
    cacheHome: context.cacheHome,
    programs,
    path: context.env['PATH'] ?? '',
    holder,
    made: new Map(Object.entries(saved?.made ?? {})),
    isBuilt: saved?.isBuilt ?? false,
    record: (identity) => state.write(stateFiles.holder, identity),
  });
}

/** What the kind engine needs of a request; for the end of a lab that is little. */
type KindRequest = Pick<EngineRequest, 'state' | 'saved' | 'lab' | 'manifest'> & {
  readonly programs?: string | undefined;
  readonly context: Pick<Context, 'env' | 'uid'>;
};

/** The kind engine of a lab; its record alone is enough to remove it. */
export async function kindOf(request: KindRequest): Promise<Engine> {
  const { context, state, saved, lab = saved?.lab, manifest, programs = saved?.programs } = request;
  const { kindEngine } = await import('../engine/kind/index.ts');
  const { kindClusterOf } = await import('../design/kind-cluster.ts');
  const { connectOnce } = await import('../host/docker/connect.ts');
  const { localShell } = await import('../host/local-shell.ts');
  const { unpackedArgv } = await import('../host/unpacked.ts');
  return kindEngine({
    lab: state.lab,
    cluster: lab === undefined ? undefined : kindClusterOf(lab),
    folder: resolve(state.folder, 'kind'),
    isRoot: context.uid === 0,
    own: unpackedArgv(programs, context.env['PATH'] ?? ''),
    host: localShell(),
    connect: connectOnce(context.env),
    owned: await ownedParts(state),
    record: (owned) => state.write(stateFiles.kind, { owned }),
    made: new Map(Object.entries(saved?.made ?? {})),
    isBuilt: saved?.isBuilt ?? false,
    built: saved?.design,
    manifest,
  });
}

/** What of a lab stands on Docker by labctl's record; empty for a lab that the kind engine never touched. */
export async function ownedParts(state: StateFolder): Promise<readonly OwnedPart[]> {
  const record = (await state.read(stateFiles.kind)) as { readonly owned?: unknown } | undefined;
  const parts: readonly unknown[] = Array.isArray(record?.owned) ? record.owned : [];
  return parts.filter((part): part is OwnedPart => part === 'network' || part === 'cluster' || part === 'fabric');
}
