// Owns trying the failovers that a lab states: each failure is made, measured and mended, one after the other.

import { failureTarget } from '../plan/failure.ts';
import { judgeFailover } from '../verify/failover.ts';
import type { CheckResult } from '../verify/verdict.ts';
import type { Context } from './context.ts';
import { measureTarget } from './measure-failure.ts';
import { openRunning } from './running.ts';
import { withLock } from './with-lock.ts';

/** Seconds to look on where the lab does not say how long it may take. */
const unstatedSeconds = 5;

/** Whether the lab states any. */
export async function statesFailovers(context: Context): Promise<boolean> {
  const { design } = await openRunning(context, {});
  return design.expect.some(({ kind }) => kind === 'failover');
}

/** Tries every `failover:` line, and judges it. The lab is itself again when this returns or throws. */
export async function checkFailovers(
  context: Context,
  options: { readonly lab?: string | undefined } = {},
): Promise<readonly CheckResult[]> {
  const running = await openRunning(context, options);
  return withLock(context, running.name, async () => {
    const checks: CheckResult[] = [];
    for (const expectation of running.design.expect) {
      if (expectation.kind !== 'failover') continue;
      const [kind = '', name = ''] = expectation.fail.split(' ');
      const { from, to, withinMs } = expectation;
      const target = failureTarget(running.design, kind, name);
      const seconds = withinMs === undefined ? unstatedSeconds : withinMs / 1000 + 1;
      const measured = await measureTarget(context, running, target, {
        pods: [from, to],
        seconds,
        repeat: 1,
        onStep: () => undefined,
      });
      checks.push(judgeFailover(expectation, measured.changes[0]!.runs[0]!.pairs[0]!));
    }
    return checks;
  });
}
