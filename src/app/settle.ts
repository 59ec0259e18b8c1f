// Owns waiting until a lab is itself again after something was mended in it.

import { setTimeout as sleep } from 'node:timers/promises';
import { reinstallGroups } from '../host/zebra-groups.ts';
import { type Difference, routeDifferences, sessionDifferences } from '../plan/converged.ts';
import type { Running } from './running.ts';

/** Milliseconds that a lab is given: a session that lost its peer waits up to its connect retry time. */
const limitMs = 60_000;

/** Milliseconds between two looks. */
const pauseMs = 200;

/** What of the expected sessions and routes is missing now, a line each. */
export async function missingIn(running: Running): Promise<ReadonlySet<string>> {
  return new Set((await look(running)).map(lineOf));
}

/** Looks until nothing is missing but what was missing `before`; what still is when the time is over or the signal aborted. */
export async function settle(
  running: Running,
  before: ReadonlySet<string>,
  signal?: AbortSignal,
): Promise<readonly string[]> {
  const { design, engine } = running;
  const begin = performance.now();
  for (;;) {
    const missing = (await look(running)).filter((difference) => !before.has(lineOf(difference)));
    const isOver = performance.now() - begin > limitMs || signal?.aborted === true;
    if (missing.length === 0 || isOver) return missing.map(lineOf);
    if (missing.every(({ kind }) => kind === 'route')) {
      const where = new Set(missing.map((difference) => difference.where));
      const routers = design.routers.filter(({ name }) => where.has(name));
      await Promise.all(routers.map(({ name }) => reinstallGroups(engine.shell(name))));
    }
    await sleep(pauseMs);
  }
}

async function look({ engine, design }: Running): Promise<readonly Difference[]> {
  const { sessions, routes } = await engine.look(design);
  return [
    ...sessionDifferences(design.expected.sessions, sessions),
    ...routeDifferences(design.expected.routes, routes),
  ];
}

function lineOf({ where, what, expected }: Difference): string {
  return `${where} ${what}: ${expected}`;
}
