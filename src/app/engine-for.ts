// Owns the choice of the engine: the only place that names one.

import { netnsEngine } from '../engine/netns/index.ts';
import type { ProcessIdentity } from '../host/proc.ts';
import type { Engine } from '../plan/engine.ts';
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
}

/** The engine of a lab; `netns` is the only one so far. */
export function engineFor(request: EngineRequest): Engine {
  const { context, state, holder, saved } = request;
  return netnsEngine({
    lab: state.lab,
    isRoot: context.uid === 0,
    logs: state.logs,
    cacheHome: context.cacheHome,
    programs: request.programs,
    path: context.env['PATH'] ?? '',
    holder,
    made: new Map(Object.entries(saved?.made ?? {})),
    isBuilt: saved?.isBuilt ?? false,
    record: (identity) => state.write(stateFiles.holder, identity),
  });
}
