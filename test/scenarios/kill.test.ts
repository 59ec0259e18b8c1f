// A labctl that is killed at any moment must leave no more than one `labctl down` takes away.

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { leaksToText } from '../support/leaks.ts';
import {
  missingBuild,
  type RunnerKind,
  runnerKinds,
  straceReason,
  type Workspace,
  workspace,
} from '../support/scenario.ts';

const lab = 'bgp-rr';
/** Calls by which node starts a process; its threads start by clone3. */
const spawnCalls = 'clone,fork,vfork';
const why = missingBuild() ?? straceReason();
if (why !== undefined) console.log(`skipped: kill tests: ${why}`);

const kinds = why === undefined ? runnerKinds('kill tests') : [];
if (kinds.length === 0) it.skip('kill tests cannot run here', () => undefined);

/** How many points of each sort; root has them all, the user (whose run is the same code) a sample. */
const plans: Readonly<Record<RunnerKind, { readonly up: number; readonly down: number; readonly random: number }>> = {
  root: { up: 28, down: 6, random: 6 },
  user: { up: 6, down: 2, random: 2 },
};

/** How many points the promise is worth. */
const enough: Readonly<Record<RunnerKind, number>> = { root: 40, user: 10 };

/**
 * strace as the prefix of a labctl. `-D` leaves labctl the direct child, so that its end is seen at once; without `-f`
 * only node's main thread is followed, which is the one that spawns. One thread in node's pool, for strace counts by thread.
 */
function strace(...options: readonly string[]): {
  readonly prefix: readonly string[];
  readonly env: Record<string, string>;
} {
  return { prefix: ['/usr/bin/strace', '-D', '-qq', ...options], env: { UV_THREADPOOL_SIZE: '1' } };
}

function killAtSpawn(n: number): ReturnType<typeof strace> {
  return strace('-o', '/dev/null', '-e', `trace=${spawnCalls}`, '-e', `inject=${spawnCalls}:signal=KILL:when=${n}`);
}

/** How many processes a verb starts from beginning to end. */
async function countSpawns(place: Workspace, argv: readonly string[]): Promise<number> {
  const log = join(place.cwd, 'spawns');
  await place.must(argv, 0, strace('-o', log, '-e', `trace=${spawnCalls}`));
  return readFileSync(log, 'utf8')
    .split('\n')
    .filter((line) => /^(?:clone|v?fork)\(/.test(line)).length;
}

/** `count` numbers from 1 to `highest`: the first half one by one (where things are made), the rest evenly spread. */
function stratified(count: number, highest: number): readonly number[] {
  const dense = Math.min(Math.ceil(count / 2), highest);
  const points = new Set(Array.from({ length: dense }, (_, index) => index + 1));
  const rest = count - dense;
  for (let i = 1; i <= rest; i++) points.add(Math.round(dense + ((highest - dense) * i) / rest));
  return [...points];
}

/** One down, and whether anything is left; undefined when all is well. */
async function recover(place: Workspace): Promise<string | undefined> {
  const seen = await place.labctl(['ps']);
  if (seen.exitCode !== 0) return `ps exited ${seen.exitCode}: ${seen.stderr}`;
  const down = await place.labctl(['down', lab]);
  if (down.exitCode !== 0) return `down exited ${down.exitCode}: ${down.stderr}`;
  const leaks = await place.leaks();
  return leaks.length === 0 ? undefined : `left after down:\n${leaksToText(leaks)}`;
}

/** Kills `argv` as `start` says, in a fresh workspace (with the lab up when `isUp`), and recovers. */
async function killPoint(
  kind: RunnerKind,
  isUp: boolean,
  start: (place: Workspace) => Promise<number>,
): Promise<{ readonly wasKilled: boolean; readonly fault: string | undefined }> {
  const place = workspace(kind);
  try {
    if (isUp) await place.must(['up', lab]);
    const exitCode = await start(place);
    const fault = await recover(place);
    return { wasKilled: exitCode === 137, fault };
  } finally {
    place.remove();
  }
}

async function killAfter(place: Workspace, argv: readonly string[], ms: number): Promise<number> {
  const started = place.start(argv);
  await Promise.race([sleep(ms), started.finished]);
  started.kill('SIGKILL');
  return (await started.finished).exitCode;
}

describe.each(kinds)('SIGKILL of labctl as %s', (kind) => {
  const plan = plans[kind];
  const points: { readonly what: string; readonly fault: string | undefined }[] = [];
  const note = (what: string, point: { readonly wasKilled: boolean; readonly fault: string | undefined }): void => {
    if (point.wasKilled || point.fault !== undefined) points.push({ what, fault: point.fault });
  };
  const faultsSince = (first: number): string =>
    points
      .slice(first)
      .flatMap(({ what, fault }) => (fault === undefined ? [] : [`${what}: ${fault}`]))
      .join('\n');

  // Thirty labs that come up one after the other: longer than any other test, on a busy machine.
  it('up, before its n-th process: one down leaves nothing', { timeout: 1_200_000 }, async () => {
    const first = points.length;
    const place = workspace(kind);
    const spawns = await countSpawns(place, ['up', lab]);
    await place.must(['down', lab]);
    place.remove();

    for (const n of stratified(plan.up, spawns)) {
      note(
        `up, process ${n} of ${spawns}`,
        await killPoint(kind, false, async (fresh) => (await fresh.labctl(['up', lab], killAtSpawn(n))).exitCode),
      );
    }

    expect(faultsSince(first)).toBe('');
  });

  it('down, before its n-th process: another down leaves nothing', async () => {
    const first = points.length;
    const place = workspace(kind);
    await place.must(['up', lab]);
    const spawns = await countSpawns(place, ['down', lab]);
    place.remove();

    for (const n of stratified(plan.down, Math.max(1, spawns))) {
      note(
        `down, process ${n} of ${spawns}`,
        await killPoint(kind, true, async (up) => (await up.labctl(['down', lab], killAtSpawn(n))).exitCode),
      );
    }
    for (let i = spawns; i < plan.down; i++) {
      const ms = 60 + 25 * (i - spawns);
      note(`down, after ${ms} ms`, await killPoint(kind, true, (up) => killAfter(up, ['down', lab], ms)));
    }

    expect(faultsSince(first)).toBe('');
  });

  // Following threads means following children, and a traced newuidmap has no rights: so only as root.
  if (kind === 'root')
    it('up, between the start of the holder and its record: one down leaves nothing', async () => {
      const first = points.length;
      const renames = 'rename,renameat,renameat2';
      let wasBetween = false;
      for (const n of [1, 2, 3]) {
        const point = await killPoint(kind, false, async (place) => {
          const options = [
            '-f',
            '-o',
            '/dev/null',
            '-e',
            `trace=${renames}`,
            '-e',
            `inject=${renames}:signal=KILL:when=${n}`,
          ];
          const { exitCode } = await place.labctl(['up', lab], strace(...options));
          const record = join(place.home, 'labs', lab, 'holder.json');
          if (existsSync(`${record}.new`) && !existsSync(record)) wasBetween = true;
          return exitCode;
        });
        note(`up, record ${n}`, point);
      }

      expect(wasBetween, 'no kill fell between the start of the holder and its record').toBe(true);
      expect(faultsSince(first)).toBe('');
    });

  it('up, at any time: one down leaves nothing', async () => {
    const first = points.length;
    // A verb may start fewer processes than the time before: what was not reached above is made up for here.
    const wanted = Math.max(enough[kind], first + plan.random);
    for (let longest = 2000; points.length < wanted; ) {
      const ms = Math.round(Math.random() * longest);
      const point = await killPoint(kind, false, (place) => killAfter(place, ['up', lab], ms));
      note(`up, after ${ms} ms`, point);
      // It was up before: this machine is faster than that.
      if (!point.wasKilled) longest = Math.ceil(ms * 0.8);
    }

    expect(faultsSince(first)).toBe('');
  });

  it('was tried at enough points', () => {
    console.log(
      `kill: ${points.length} points as ${kind}, ${points.filter(({ fault }) => fault !== undefined).length} with leaks`,
    );

    expect(points.length).toBeGreaterThanOrEqual(enough[kind]);
  });

  it('up, and up again after it: the lab is there', async () => {
    const place = workspace(kind);
    try {
      await killAfter(place, ['up', lab], 900);

      await place.must(['up', lab]);
      await place.must(['down', lab]);

      expect(leaksToText(await place.leaks())).toBe('');
      expect(existsSync(place.home)).toBe(false);
    } finally {
      place.remove();
    }
  });
});
