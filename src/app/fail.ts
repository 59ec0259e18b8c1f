// Owns the stories of `fail` and `heal`: break a link, a node or a daemon of the running lab, and mend it.

import { LabError } from '../base/errors.ts';
import type { Design, PodDesign } from '../design/design.ts';
import { machineNamed } from '../design/named-machine.ts';
import { type Convergence, measureChange } from '../evidence/convergence.ts';
import { throwIfAborted } from '../evidence/listen.ts';
import { type Failure, failureName, failureTarget } from '../plan/failure.ts';
import type { Context } from './context.ts';
import { breakTarget, mend, readFailures } from './failures.ts';
import { openRunning } from './running.ts';

/** What `labctl fail` is told. */
export interface FailOptions {
  readonly lab?: string | undefined;
  readonly kind: string;
  /** `leaf0:eth1`, `leaf0:spine0`, `worker2`, `leaf0/bgpd`. */
  readonly target: string;
}

/** Breaks one thing and leaves it broken; everything that is broken now. */
export async function fail(
  context: Context,
  options: FailOptions,
): Promise<{ readonly lab: string; readonly failures: readonly Failure[] }> {
  const running = await openRunning(context, { lab: options.lab });
  return locked(context, running.name, async () => {
    await breakTarget(running, failureTarget(running.design, options.kind, options.target));
    return { lab: running.name, failures: await readFailures(running.state) };
  });
}

/** What a measured failure did, and what its mending did. */
export interface MeasuredFailure {
  readonly design: Design;
  readonly failure: string;
  readonly broken: Convergence;
  readonly mended: Convergence;
}

/** Breaks one thing, looks on for some seconds, mends it and looks on again. Mended in the end whatever comes. */
export async function measureFailure(
  context: Context,
  options: FailOptions & { readonly seconds: number; readonly pods?: readonly string[] | undefined },
): Promise<MeasuredFailure> {
  const running = await openRunning(context, { lab: options.lab });
  const { design, engine } = running;
  const { signal } = context;
  const pods = podsOf(design, options.pods);
  return locked(context, running.name, async () => {
    const target = failureTarget(design, options.kind, options.target);
    const name = failureName(design, target);
    const measure = (change: () => Promise<unknown>): Promise<Convergence> =>
      measureChange(engine, design, pods, options.seconds, signal, change);
    const mendIt = () => mend(running, (failure) => failure.name === name);
    let isOurs = false;
    try {
      const broken = await measure(async () => {
        await breakTarget(running, target, () => {
          isOurs = true;
        });
      });
      return { design, failure: name, broken, mended: await measure(mendIt) };
    } catch (error) {
      throwIfAborted(signal);
      throw error;
    } finally {
      if (isOurs) await mendIt();
    }
  });
}

function podsOf(design: Design, names: readonly string[] | undefined): readonly PodDesign[] {
  const pods = (names ?? design.pods.map(({ name }) => name)).map((name) => machineNamed(design, name));
  const found = pods.filter((machine) => machine.kind === 'pod');
  if (found.length === pods.length && found.length > 1) return found;
  throw new LabError('USAGE', 'probes go between at least two pods', {
    hint: 'labctl fail … --measure --pods pod-a,pod-b',
  });
}

/** Mends what is named (`link leaf0:eth1`), or all; what was mended. Throws USAGE when no such thing is broken. */
export async function heal(
  context: Context,
  options: { readonly lab?: string | undefined; readonly name?: string | undefined },
): Promise<{ readonly lab: string; readonly healed: readonly Failure[] }> {
  const running = await openRunning(context, { lab: options.lab });
  return locked(context, running.name, async () => {
    const { name } = options;
    const known = await readFailures(running.state);
    if (name !== undefined && !known.some((failure) => failure.name === name)) {
      throw new LabError('USAGE', `${name} is not broken`, {
        facts: [known.length === 0 ? 'nothing is' : `broken: ${known.map((failure) => failure.name).join(', ')}`],
        hint: 'labctl heal',
      });
    }
    const healed = await mend(running, (failure) => name === undefined || failure.name === name);
    return { lab: running.name, healed };
  });
}

async function locked<T>({ stateHome }: Context, lab: string, work: () => Promise<T>): Promise<T> {
  const { takeLock } = await import('../host/lock.ts');
  const lock = await takeLock(`${stateHome}/locks`, lab);
  try {
    return await work();
  } finally {
    await lock.release(false);
  }
}
