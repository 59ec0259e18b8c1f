// Owns waiting until a kind lab is what its design says: sessions on both ends, every route, and pod-a reaches pod-b.

import { setTimeout as sleep } from 'node:timers/promises';
import { LabError } from '../../base/errors.ts';
import type { Design } from '../../design/design.ts';
import { type Difference, routeDifferences, sessionDifferences } from '../../plan/converged.ts';
import type { OperationContext, OperationTable } from '../../plan/engine.ts';
import { readRoutes, readSessions } from './look.ts';
import { argvIn, type Places } from './place.ts';
import type { KindWork } from './step.ts';

/** Between two looks at a cluster: each costs a dozen processes. */
const pauseMs = 500;

/** Verbs that wait for what the design expects. */
export function waitOperations(work: KindWork, design: Design): OperationTable {
  const { host } = work;
  const { sessions, routes } = design.expected;
  return {
    waitSessions: {
      apply: (_, context) =>
        untilNone(context, work, 'sessions Established', sessions.length, async (places) =>
          sessionDifferences(sessions, await readSessions(host, places, design)),
        ),
    },
    waitRoutes: {
      apply: (_, context) =>
        untilNone(context, work, 'routes in the kernels', routes.length, async (places) =>
          routeDifferences(routes, await readRoutes(host, places, design)),
        ),
    },
    waitPing: {
      apply: async (input, context) => {
        const { from, to, address } = input as { from: string; to: string; address: string };
        const ping = argvIn(await work.locate(), from, ['ping', '-n', '-c', '3', '-W', '2', address]);
        const ran = await host.run(ping, { onFailure: 'return', signal: context.signal });
        if (ran.exitCode === 0) return;
        throw new LabError('NOT_CONVERGED', `${from} does not reach ${to} (${address})`, {
          ran,
          hint: `labctl up with --keep leaves the lab; then labctl capture ${from} ${to}`,
        });
      },
    },
  };
}

/** Looks until nothing differs: Ready pods prove neither sessions nor routes (kind-engine.md 5). NOT_CONVERGED at the deadline. */
async function untilNone(
  context: OperationContext,
  work: KindWork,
  what: string,
  count: number,
  look: (places: Places) => Promise<readonly Difference[]>,
): Promise<void> {
  let left: readonly Difference[] = [];
  while (true) {
    left = await look(await work.locate());
    context.report(`${count - Math.min(count, left.length)} of ${count} ${what}`);
    if (left.length === 0) return;
    if (context.signal.aborted) break;
    await sleep(pauseMs, undefined, { signal: context.signal }).catch(() => undefined);
  }
  if (context.signal.reason !== 'timeout') throw new LabError('INTERRUPTED', `interrupted while waiting for ${what}`);
  const shown = left.map(
    (difference) => `${difference.where}: expected ${difference.expected}; seen ${difference.seen}`,
  );
  throw new LabError('NOT_CONVERGED', `not converged: ${left.length} of ${count} ${what} are missing or differ`, {
    facts: [...shown, ...(await work.say())],
    hint: 'labctl up with --keep leaves the lab for looking; --timeout 20m waits longer',
  });
}
