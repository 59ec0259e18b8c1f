// Owns finding labs that run: their state on disk, the engine that holds them, which one a verb means.

import { LabError } from '../base/errors.ts';
import type { Expected } from '../design/convergence.ts';
import type { Design } from '../design/design.ts';
import { expectedOf } from '../design/expected.ts';
import type { Lab } from '../lab/lab.ts';
import type { Engine, EngineName } from '../plan/engine.ts';
import { listStateFolders, type StateFolder, stateFolder } from '../run/state.ts';
import type { Context } from './context.ts';
import { engineFor } from './engine-for.ts';
import { readState, type SavedLab } from './saved-lab.ts';

/** A lab with everything a verb needs to work with it. */
export interface Running {
  readonly name: string;
  readonly lab: Lab;
  readonly design: Design;
  readonly engine: Engine;
  readonly saved: SavedLab;
  readonly state: StateFolder;
}

/** One row of `labctl ps`. */
export interface RunningRow {
  readonly lab: string;
  readonly variant: string | undefined;
  readonly engine: EngineName;
  /** `stopped` is what Docker says of a lab on kind, and only `ps` asks it. */
  readonly state: 'running' | 'stopped' | 'partial' | 'gone';
  readonly pid: number | undefined;
  readonly nodes: number;
  readonly routers: number;
  readonly pods: number;
}

/** Every lab that has state here, with what is left of it. */
export async function listRunning(context: Context): Promise<readonly RunningRow[]> {
  const { isAlive } = await import('../host/proc.ts');
  const rows: RunningRow[] = [];
  for (const lab of await listStateFolders(context.stateHome)) {
    const { holder, saved } = await readState(stateFolder(context.stateHome, lab));
    const engine = saved?.engine ?? 'netns';
    const lives = engine === 'kind' || (holder !== undefined && (await isAlive(holder)));
    rows.push({
      lab,
      variant: saved?.lab.variant,
      engine,
      state: !lives ? 'gone' : saved?.isBuilt === true ? 'running' : 'partial',
      pid: lives ? holder?.pid : undefined,
      nodes: saved?.design.nodes.length ?? 0,
      routers: saved?.design.routers.length ?? 0,
      pods: saved?.design.pods.length ?? 0,
    });
  }
  return rows;
}

/**
 * The lab a verb means: the one named, or the only one that runs. Throws LAB_NOT_RUNNING, LAB_AMBIGUOUS (naming all), or
 * LAB_GONE when it is recorded but its holder is dead.
 */
export async function openRunning(context: Context, options: { readonly lab?: string | undefined }): Promise<Running> {
  const rows = await listRunning(context);
  const name = options.lab?.split(':', 1)[0] ?? onlyOne(rows);
  const row = rows.find((candidate) => candidate.lab === name);
  if (row === undefined) {
    const known = rows.map((candidate) => candidate.lab).join(', ');
    throw new LabError('LAB_NOT_RUNNING', `lab ${name} is not running${known === '' ? '' : ` (running: ${known})`}`, {
      hint: `labctl up ${name}`,
    });
  }
  if (row.state === 'gone') {
    throw new LabError('LAB_GONE', `lab ${name} is gone: its holder ended or the machine was restarted`, {
      hint: `labctl down ${name}, then labctl up ${name}`,
    });
  }
  const state = stateFolder(context.stateHome, row.lab);
  const { holder, saved } = await readState(state);
  if (saved === undefined || (row.engine === 'netns' && holder === undefined)) {
    throw new LabError('LAB_GONE', `lab ${name} is only half-made`, {
      hint: `labctl down ${name}, then labctl up ${name}`,
    });
  }
  const engine = await engineFor({ context, state, holder, saved, programs: saved.programs });
  const design = designOf(saved);
  engine.operations(design);
  await engine.enter?.(design);
  return { name: row.lab, lab: saved.lab, design, engine, saved, state };
}

function onlyOne(rows: readonly RunningRow[]): string {
  const alive = rows.filter((row) => row.state !== 'gone');
  const [only] = alive.length > 0 ? alive : rows;
  if (only === undefined)
    throw new LabError('LAB_NOT_RUNNING', 'no lab is running', { hint: 'labctl list, then labctl up <lab>' });
  if (alive.length > 1) {
    throw new LabError('LAB_AMBIGUOUS', `several labs are running: ${alive.map((row) => row.lab).join(', ')}`, {
      hint: `name one: --lab ${only.lab}, or ${only.lab}/<machine>`,
    });
  }
  return only.lab;
}

/** The design of a saved lab; what must be true is worked out when it is first asked for. */
export function designOf(saved: SavedLab): Design {
  let expected: Expected | undefined;
  return {
    ...saved.design,
    get expected() {
      expected ??= expectedOf(saved.design);
      return expected;
    },
  };
}
