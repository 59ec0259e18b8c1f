// Owns measuring what a change does to a lab: paced echoes between pods, and the events of every routing table.

import { setTimeout as sleep } from 'node:timers/promises';
import { primaryAddressOf } from '../design/address-book.ts';
import type { Design, PodDesign } from '../design/design.ts';
import { type PacedPing, pacedPing } from '../host/paced-ping.ts';
import { watchRoutes } from '../host/route-monitor.ts';
import type { Engine } from '../plan/engine.ts';

/** What one pair of pods noticed. */
export interface PairLoss extends PacedPing {
  readonly from: string;
  readonly to: string;
}

/** What one kernel did after the change; milliseconds after it. Machines whose tables did not move are left out. */
export interface TableChange {
  readonly machine: string;
  readonly firstMs: number;
  readonly lastMs: number;
  readonly gone: number;
  readonly come: number;
}

/** What came of one change. */
export interface Convergence {
  readonly pairs: readonly PairLoss[];
  readonly tables: readonly TableChange[];
}

/** Milliseconds of quiet before the change: probes and watchers run by then. */
const leadMs = 1500;

/** Probes between all ordered pairs of pods, makes the change in the midst of it, and looks on for `seconds`. */
export async function measureChange(
  engine: Pick<Engine, 'shell'>,
  design: Design,
  pods: readonly PodDesign[],
  seconds: number,
  signal: AbortSignal,
  change: () => Promise<unknown>,
): Promise<Convergence> {
  const whole = Math.ceil(seconds + leadMs / 1000);
  const pairs = pods.flatMap((from) => pods.filter((to) => to !== from).map((to) => [from, to] as const));
  const probing = Promise.all(
    pairs.map(async ([from, to]) => {
      const result = await pacedPing(engine.shell(from.name), primaryAddressOf(to) ?? '', whole);
      return { from: from.name, to: to.name, ...result };
    }),
  );
  const watching = Promise.all(
    [...design.routers, ...design.nodes].map(async ({ name }) => {
      return { machine: name, events: await watchRoutes(engine.shell(name), whole) };
    }),
  );
  for (const running of [probing, watching]) running.catch(() => undefined);
  await sleep(leadMs, undefined, { signal });
  const begin = Date.now();
  await change();
  const aborted = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
  });
  const [losses, watched] = await Promise.race([Promise.all([probing, watching]), aborted]);
  const tables = watched.flatMap(({ machine, events }) => {
    const after = events.filter(({ time }) => time >= begin);
    if (after.length === 0) return [];
    const times = after.map(({ time }) => time - begin);
    const gone = after.filter(({ isGone }) => isGone).length;
    return [{ machine, firstMs: Math.min(...times), lastMs: Math.max(...times), gone, come: after.length - gone }];
  });
  return { pairs: losses, tables: tables.sort((a, b) => a.firstMs - b.firstMs) };
}
