// Owns the state of test runs: a state home a lab, apart from the user's labs, which no test ever touches.

import { randomUUID } from 'node:crypto';
import { readdir, rm, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { LabError } from '../base/errors.ts';
import type { Context } from './context.ts';
import { removeLabs } from './remove-lab.ts';

/** A run of `labctl test`. */
export interface TestRun {
  /** The state home of the lab with this number; two variants of a lab have one name, and run side by side. */
  home(lab: number): string;
  /** Gives the run's folder and lock back; its labs are down. */
  end(): Promise<void>;
}

/** Begins a run; its lock tells it from one that was killed. */
export async function beginTestRun(stateHome: string): Promise<TestRun> {
  const [id = ''] = randomUUID().split('-');
  const { takeLock } = await import('../host/lock.ts');
  const lock = await takeLock(join(stateHome, 'tests'), id, `test run ${id}`);
  const folder = join(stateHome, 'tests', id);
  return {
    home: (lab) => join(folder, String(lab)),
    end: async () => {
      await rm(folder, { recursive: true, force: true });
      await lock.release(true);
    },
  };
}

/**
 * Ends the labs that killed test runs left, and removes the runs' folders. Returns the labs' names, and for each run that still
 * lives the LAB_BUSY that says who runs it.
 */
export async function endDeadTestRuns(
  context: Pick<Context, 'env' | 'stateHome'>,
): Promise<{ readonly removed: readonly string[]; readonly busy: readonly LabError[] }> {
  const { env, stateHome } = context;
  const removed: string[] = [];
  const busy: LabError[] = [];
  for (const id of await testRunsIn(stateHome)) {
    const folder = join(stateHome, 'tests', id);
    try {
      const { takeLock } = await import('../host/lock.ts');
      const lock = await takeLock(join(stateHome, 'tests'), id, `test run ${id}`);
      try {
        for (const home of await readdir(folder).catch(() => []))
          removed.push(...(await removeLabs({ env, stateHome: join(folder, home) })));
        await rm(folder, { recursive: true, force: true });
      } finally {
        await lock.release(true);
      }
    } catch (error) {
      if (!(error instanceof LabError) || error.code !== 'LAB_BUSY') throw error;
      busy.push(error);
    }
  }
  await rmdir(stateHome).catch(() => undefined);
  return { removed, busy };
}

/** Ids of all runs that left a folder or a lock. */
async function testRunsIn(stateHome: string): Promise<readonly string[]> {
  const names = await readdir(join(stateHome, 'tests')).catch(() => [] as string[]);
  const ids = names.map((name) => name.replace(/\.lock$/, '')).filter((name) => /^[0-9a-f]{8}$/.test(name));
  return [...new Set(ids)];
}
