// Owns the stories of `stop` and `start`: a lab on kind rests without being removed, and is itself again afterwards.

import { LabError } from '../base/errors.ts';
import type { Design } from '../design/design.ts';
import type { Lab } from '../lab/lab.ts';
import { digestOf } from '../plan/digest.ts';
import type { Engine } from '../plan/engine.ts';
import { nothingObserved } from '../plan/observed.ts';
import type { Phase, Plan } from '../plan/plan.ts';
import { stateFolder } from '../run/state.ts';
import { carryOut } from './carry-out.ts';
import type { Context, RunView } from './context.ts';
import { kindOf } from './engine-for.ts';
import { forgetFailures } from './failures.ts';
import { labOnKind } from './on-kind.ts';
import { designOf } from './running.ts';
import { readState, type SavedLab } from './saved-lab.ts';
import { withLock } from './with-lock.ts';

/** Stops a lab's containers; its name. Of a lab that is stopped already nothing changes. Throws USAGE on the embedded engine. */
export async function stop(context: Context, options: { readonly lab: string | undefined }): Promise<string> {
  const lab = await labOnKind(context, options.lab, neverStopped);
  await withLock(context, lab, async () => {
    const { engine } = await openKept(context, lab);
    await engine.stop?.();
  });
  return lab;
}

/** What `start` did. */
export interface StartResult {
  readonly lab: string;
  /** Empty where everything ran, with all its wires. */
  readonly plan: Plan;
  /** Milliseconds from labctl's start to the end of each phase; `total` last. */
  readonly timeline: readonly { readonly phase: Phase | 'total'; readonly ms: number }[];
}

/**
 * Starts what does not run, plugs the fabric anew and resolves when the lab is converged: after `stop`, a restart of Docker or of the
 * machine. The lab is what it was; its file is not read. Throws LAB_GONE where containers are missing, NOT_CONVERGED, INTERRUPTED.
 */
export async function start(
  context: Context,
  options: { readonly lab: string | undefined; readonly timeoutMs: number },
  view: RunView,
): Promise<StartResult> {
  const lab = await labOnKind(context, options.lab, neverStopped);
  return withLock(context, lab, async () => {
    const { engine, saved } = await openKept(context, lab);
    const design = designOf(saved);
    const plan = await revival(engine, saved.lab, design);
    if (plan.operations.length === 0) return { lab, plan, timeline: [] };
    const begun = performance.now() - context.startedAt;
    view.begin(plan);
    const times = await carryOut(context, plan, engine.operations(design), options.timeoutMs, view);
    await forgetFailures(stateFolder(context.stateHome, lab));
    const phases = [...times].map(([phase, ms]) => ({ phase, ms: ms + begun }));
    return { lab, plan, timeline: [...phases, { phase: 'total', ms: performance.now() - context.startedAt }] };
  });
}

/** What brings to life whatever is dead, as if all else were as designed: an edited file or another manifest changes nothing here. */
async function revival(engine: Engine, lab: Lab, design: Design): Promise<Plan> {
  const { writeKindArtifacts } = await import('../artifact/write-kind-artifacts.ts');
  const { newestTools } = await import('../artifact/kind-tools.ts');
  const { kindClusterOf } = await import('../design/kind-cluster.ts');
  const seen = await engine.observe();
  if (seen.state !== 'running')
    throw new LabError('LAB_GONE', `lab ${lab.name} cannot be started: containers of it are gone`, {
      hint: `labctl down ${lab.name}, then labctl up ${lab.name} --engine kind`,
    });
  const artifacts = writeKindArtifacts(design, kindClusterOf(lab), newestTools, undefined);
  const whole = engine.plan(design, artifacts, nothingObserved);
  const made = new Map(whole.operations.map(({ resource, input }) => [resource, digestOf(input)]));
  return engine.plan(design, artifacts, { ...seen, made });
}

async function openKept(context: Context, lab: string): Promise<{ readonly engine: Engine; readonly saved: SavedLab }> {
  const state = stateFolder(context.stateHome, lab);
  const { saved } = await readState(state);
  if (saved?.isBuilt !== true)
    throw new LabError('LAB_GONE', `lab ${lab} is only half-made`, {
      hint: `labctl down ${lab}, then labctl up ${lab} --engine kind`,
    });
  return { engine: await kindOf({ context, state, saved }), saved };
}

function neverStopped(lab: string): LabError {
  return new LabError('USAGE', `lab ${lab} runs on the embedded engine, where a lab is up or down and never stopped`, {
    facts: ['its machines are namespaces, which end with their processes: nothing would be left to start'],
    hint: `labctl down ${lab}; labctl up ${lab} makes it again in seconds`,
  });
}
