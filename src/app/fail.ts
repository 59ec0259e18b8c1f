// Owns the stories of `fail` and `heal`: break a link, a node or a daemon of the running lab, and mend it.

import { LabError } from '../base/errors.ts';
import { type Failure, failureName, failureTarget } from '../plan/failure.ts';
import type { Context } from './context.ts';
import { breakTarget, mend } from './failures.ts';
import { openRunning } from './running.ts';
import { readFailures } from './saved-lab.ts';
import { settle } from './settle.ts';
import { withLock } from './with-lock.ts';

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
  return withLock(context, running.name, async () => {
    await breakTarget(running, failureTarget(running.design, options.kind, options.target));
    return { lab: running.name, failures: await readFailures(running.state) };
  });
}

/** What was mended, and what of the lab is missing all the same. */
export interface Healed {
  readonly lab: string;
  readonly healed: readonly Failure[];
  /** Still broken on purpose; then nobody waited for the rest. */
  readonly failures: readonly Failure[];
  readonly missing: readonly string[];
}

/** Mends what is named (`link leaf0:eth1`), or all, and when nothing is broken any more waits until the lab is itself again. Throws USAGE when no such thing is broken. */
export async function heal(
  context: Context,
  options: {
    readonly lab?: string | undefined;
    readonly kind?: string | undefined;
    readonly target?: string | undefined;
  },
): Promise<Healed> {
  const running = await openRunning(context, { lab: options.lab });
  return withLock(context, running.name, async () => {
    const { kind, target = '' } = options;
    const { design } = running;
    const name = kind === undefined ? undefined : failureName(design, failureTarget(design, kind, target));
    const known = await readFailures(running.state);
    if (name !== undefined && !known.some((failure) => failure.name === name)) {
      throw new LabError('USAGE', `${name} is not broken`, {
        facts: [known.length === 0 ? 'nothing is' : `broken: ${known.map((failure) => failure.name).join(', ')}`],
        hint: 'labctl heal',
      });
    }
    const { failures: healed } = await mend(running, (failure) => name === undefined || failure.name === name);
    const failures = await readFailures(running.state);
    const isWaited = healed.length > 0 && failures.length === 0;
    const missing = isWaited ? await settle(running, new Set(), context.signal) : [];
    return { lab: running.name, healed, failures, missing };
  });
}
