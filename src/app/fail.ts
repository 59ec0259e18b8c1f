// Owns the stories of `fail` and `heal`: break a link, a node or a daemon of the running lab, and mend it.

import { LabError } from '../base/errors.ts';
import { type Failure, failureTarget } from '../plan/failure.ts';
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
