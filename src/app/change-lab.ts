// Owns changing one lab under its lock: see what is there, plan, do, record; on failure take back what was begun.

import { LabError } from '../base/errors.ts';
import { structureDifferences } from '../engine/netns/plan.ts';
import { digestOf } from '../plan/digest.ts';
import type { Engine } from '../plan/engine.ts';
import { nothingObserved, type Observed } from '../plan/observed.ts';
import type { Plan } from '../plan/plan.ts';
import type { PhaseTimes } from '../run/execute.ts';
import { type StateFolder, stateFolder } from '../run/state.ts';
import { carryOut } from './carry-out.ts';
import type { Context, RunView } from './context.ts';
import type { Continuing } from './continue-lab.ts';
import { engineFor } from './engine-for.ts';
import { readState, type SavedLab, stateFiles } from './saved-lab.ts';

/** What a lab shall become, and how far one may go for it. */
export interface LabChange extends Continuing {
  readonly programs: string | undefined;
  readonly timeoutMs: number;
  readonly keep: boolean;
  readonly reconfigure: boolean;
}

/** What came of it. `isLeft`: something of the lab is there now. */
export interface ChangeOutcome {
  readonly plan: Plan;
  readonly times: PhaseTimes;
  /** When execution began, on the clock of `performance.now()`. */
  readonly startedAt: number;
  readonly isLeft: boolean;
  readonly error: unknown;
}

interface Opened {
  readonly state: StateFolder;
  readonly engine: Engine;
  readonly saved: SavedLab | undefined;
}

async function open(
  context: Context,
  change: Pick<LabChange, 'lab' | 'artifacts' | 'engine'>,
  programs?: string,
): Promise<Opened> {
  const state = stateFolder(context.stateHome, change.lab.name);
  const { holder, saved } = await readState(state);
  if (saved !== undefined && (saved.engine ?? 'netns') !== change.engine) {
    throw new LabError('LAB_STRUCTURE_DIFFERS', `lab ${state.lab} runs on the ${saved.engine ?? 'netns'} engine`, {
      hint: `labctl down ${state.lab} first`,
    });
  }
  return {
    state,
    saved,
    engine: await engineFor({
      context,
      state,
      holder,
      saved,
      programs: saved?.programs ?? programs,
      engine: change.engine,
      lab: change.lab,
      manifest: change.artifacts.get('calico.yaml'),
    }),
  };
}

/** What cannot be changed under the lab while it runs. */
async function rebuilt(engine: Engine, change: LabChange, seen: Observed): Promise<readonly string[]> {
  if (engine.name === 'netns') return structureDifferences(change.design, change.artifacts, seen);
  const { kindStructureDifferences } = await import('../engine/kind/plan.ts');
  const { kindClusterOf } = await import('../design/kind-cluster.ts');
  return kindStructureDifferences(change.design, kindClusterOf(change.lab), change.artifacts, seen);
}

/** A running lab goes on from what it was; a new one has nothing behind it, and none of that code to load. */
async function continued<T extends Continuing>(context: Context, change: T, { saved, engine }: Opened): Promise<T> {
  if (saved === undefined) return change;
  const { continueLab } = await import('./continue-lab.ts');
  return continueLab(context, change, saved, engine);
}

/** The plan as it would be executed now. Changes nothing. */
export async function planFor(context: Context, change: Continuing): Promise<Plan> {
  const opened = await open(context, change);
  const { engine } = opened;
  const seen = await engine.observe();
  if (seen.state !== 'running') return engine.plan(change.design, change.artifacts, nothingObserved);
  const { design, artifacts } = await continued(context, change, opened);
  return engine.plan(design, artifacts, seen);
}

/** Makes the lab what `change` says. The caller holds the lab's lock. Never throws for a failed operation: see `error`. */
export async function changeLab(context: Context, asked: LabChange, view: RunView): Promise<ChangeOutcome> {
  const opened = await open(context, asked, asked.programs);
  const { state, engine, saved } = opened;
  let seen = await engine.observe();
  const change = seen.state === 'running' && !asked.reconfigure ? await continued(context, asked, opened) : asked;
  if (seen.state === 'running' && !change.reconfigure)
    refuseRebuild(change, seen.made.size > 0 ? await rebuilt(engine, change, seen) : []);
  const isFresh = seen.state !== 'running' || change.reconfigure;
  if (isFresh && seen.state !== 'absent') await engine.remove();
  if (isFresh) {
    await state.remove();
    seen = nothingObserved;
  }
  const plan = engine.plan(change.design, change.artifacts, seen);
  const startedAt = performance.now();
  const made = new Map(seen.made);
  const { expected: _, ...design } = change.design;
  const save = (isBuilt: boolean): Promise<void> =>
    state.write(stateFiles.lab, {
      form: 1,
      engine: engine.name,
      lab: change.lab,
      design,
      objects: change.objects,
      made: Object.fromEntries(made),
      isBuilt,
      programs: isFresh ? change.programs : saved?.programs,
    } satisfies SavedLab);

  if (plan.operations.length === 0) {
    // Nothing follows from the change: what it says is kept all the same, and later changes build on it.
    await save(true);
    return { plan, times: new Map(), startedAt, isLeft: true, error: undefined };
  }

  view.begin(plan);
  try {
    await state.create();
    // What is only revived is afterwards as it was made, or dead again, which is seen.
    for (const { resource, input } of plan.operations)
      if (made.get(resource) !== digestOf(input)) made.delete(resource);
    await save(!isFresh);
    const times = await carryOut(context, plan, engine.operations(change.design), change.timeoutMs, view);
    for (const operation of plan.operations) made.set(operation.resource, digestOf(operation.input));
    await save(true);
    return { plan, times, startedAt, isLeft: true, error: undefined };
  } catch (error) {
    const isLeft = change.keep || !isFresh;
    if (!isLeft) await takeBack(context, engine, state, view);
    else if (isFresh)
      view.note(
        `kept for looking: labctl status, labctl exec; logs in ${state.logs}; labctl down ${change.lab.name} removes it`,
      );
    return { plan, times: new Map(), startedAt, isLeft, error };
  } finally {
    await view.end();
  }
}

/** After an interruption nothing stays; after a failure the daemons' logs stay until the next `up` or `down`. */
async function takeBack(context: Context, engine: Engine, state: StateFolder, view: RunView): Promise<void> {
  await engine.remove();
  if (context.signal.aborted) return state.remove();
  view.note(`rolled back; the daemons' logs are in ${state.logs} until the next up or down`);
}

function refuseRebuild(change: LabChange, resources: readonly string[]): void {
  if (resources.length === 0) return;
  const shown = resources.slice(0, 6).join(', ');
  throw new LabError(
    'LAB_STRUCTURE_DIFFERS',
    `lab ${change.lab.name} is running with other machines, links or pods: ${shown}${resources.length > 6 ? ', …' : ''}`,
    {
      hint: `labctl up ${change.lab.name}${change.lab.variant === undefined ? '' : `:${change.lab.variant}`} --reconfigure`,
    },
  );
}
