// Owns the story of `up`: read, preflight, lock, plan, do, and only then say that the lab is up.

import { exitCodes, LabError } from '../base/errors.ts';
import type { Problem } from '../base/place.ts';
import type { EngineName } from '../plan/engine.ts';
import type { Phase, Plan } from '../plan/plan.ts';
import type { Context, RunView } from './context.ts';
import { withEngine } from './kind-artifacts.ts';
import { loadLab } from './load-lab.ts';
import type { LoadedDesign } from './work-out.ts';

/** What `up` is asked for. */
export interface UpOptions {
  /** `bgp-rr`, `bgp-rr:article`, a file, a folder, `-`. */
  readonly reference: string;
  readonly set: readonly string[];
  readonly engine: EngineName;
  readonly timeoutMs: number;
  /** On kind: refuse images and manifests that labctl.lock does not have. */
  readonly locked: boolean;
  /** Leave what was made when it fails. */
  readonly keep: boolean;
  /** Plan only. */
  readonly dryRun: boolean;
  /** Remove a running lab of that name first. */
  readonly reconfigure: boolean;
  /** Consent to install missing programs. */
  readonly yes: boolean;
  /** `host`: this machine's kernel, whatever the lab says. */
  readonly kernel?: 'host' | undefined;
}

/** What `up` did. */
export interface UpResult {
  readonly lab: string;
  readonly variant: string | undefined;
  readonly title: string;
  readonly plan: Plan;
  /** False when nothing differed, or on a dry run. */
  readonly isChanged: boolean;
  /** Milliseconds from labctl's start to the end of each phase; `plan` first, `total` last. */
  readonly timeline: readonly { readonly phase: Phase | 'plan' | 'total'; readonly ms: number }[];
  readonly warnings: readonly Problem[];
}

/** Builds a lab, or makes a running one equal to its file. Resolves only when it is converged. */
export async function up(context: Context, options: UpOptions, view: RunView): Promise<UpResult> {
  const started = context.startedAt;
  const loaded = await withEngine(context, await loadLab(context, options.reference, options.set), options.engine);
  if (options.dryRun) return dryRun(context, loaded);
  if (loaded.lab.kernel === 'uml' && options.kernel !== 'host') throw endsWithGuest(options.reference);

  const { takeLock } = await import('../host/lock.ts');
  context.ifLeft(`labctl down ${loaded.lab.name}`);
  const [lock, { preflight }, { changeLab }] = await Promise.all([
    takeLock(`${context.stateHome}/locks`, loaded.lab.name),
    import('./preflight.ts'),
    import('./change-lab.ts'),
  ]);
  let isLeft = false;
  try {
    const programs = await preflight(context, loaded, options.yes, view);
    if (options.locked) await (await import('./verify-images.ts')).refuseUnlocked(context, options.reference, loaded);
    const planned = performance.now() - started;
    const done = await changeLab(context, { ...options, ...loaded, programs }, view);
    isLeft = done.isLeft;
    if (isLeft) await noteFailures(context, loaded.lab.name, view);
    if (done.error !== undefined) throw done.error;
    const timeline = [...done.times].map(([phase, ms]) => ({ phase, ms: ms + done.startedAt - started }));
    return {
      ...summary(loaded),
      plan: done.plan,
      isChanged: done.plan.operations.length > 0,
      timeline: [{ phase: 'plan', ms: planned }, ...timeline, { phase: 'total', ms: performance.now() - started }],
      warnings: loaded.warnings,
    };
  } catch (error) {
    throw withSignal(context, error);
  } finally {
    await lock.release(!isLeft);
  }
}

function endsWithGuest(reference: string): LabError {
  const why = 'a guest ends with its command, and the lab with it';
  return new LabError('USAGE', `${reference} says \`kernel: uml\`: ${why}`, {
    hint: `labctl test ${reference} brings it up, verifies it, captures in it and removes it, in one guest; or --kernel host`,
  });
}

/** A lab that is as its file says is still not whole while something in it is broken on purpose. */
async function noteFailures({ stateHome }: Context, lab: string, view: RunView): Promise<void> {
  const [{ readFailures }, { stateFolder }] = await Promise.all([import('./saved-lab.ts'), import('../run/state.ts')]);
  for (const { name } of await readFailures(stateFolder(stateHome, lab)))
    view.note(`broken on purpose: ${name} (labctl heal mends it)`);
}

/** What would be done; nothing is changed, nothing is locked. */
async function dryRun(context: Context, loaded: LoadedDesign & { readonly engine: EngineName }): Promise<UpResult> {
  const { planFor } = await import('./change-lab.ts');
  const plan = await planFor(context, loaded);
  const ms = performance.now() - context.startedAt;
  return { ...summary(loaded), plan, isChanged: false, timeline: [{ phase: 'plan', ms }], warnings: loaded.warnings };
}

function summary(loaded: LoadedDesign): Pick<UpResult, 'lab' | 'variant' | 'title'> {
  return { lab: loaded.lab.name, variant: loaded.lab.variant, title: loaded.lab.title };
}

/** An interruption ends with the status of its signal, as a shell would say it: 130 or 143. */
export function withSignal(context: Context, error: unknown): unknown {
  if (!context.signal.aborted) return error;
  const exitCode = context.signal.reason === 'SIGTERM' ? exitCodes.terminated : exitCodes.interrupted;
  return new LabError('INTERRUPTED', `interrupted by ${String(context.signal.reason)}`, { exitCode, cause: error });
}
