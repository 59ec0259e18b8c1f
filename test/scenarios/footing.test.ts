// Interrupted, started twice, beside others, its holder dead, its record torn: labctl must say so and leave nothing.

import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { leaksToText } from '../support/leaks.ts';
import { missingBuild, runnerKinds, type Workspace, workspace } from '../support/scenario.ts';

const lab = 'bgp-rr';
const why = missingBuild();
if (why !== undefined) console.log(`skipped: footing tests: ${why}`);

const kinds = why === undefined ? runnerKinds('footing tests') : [];
if (kinds.length === 0) it.skip('footing tests cannot run here', () => undefined);

/** Runs a test in a workspace and ends what it left running, whatever happened. */
async function inWorkspace(kind: Workspace['kind'], body: (place: Workspace) => Promise<void>): Promise<void> {
  const place = workspace(kind);
  try {
    await body(place);
  } finally {
    place.remove();
  }
}

async function expectNothingLeft(place: Workspace): Promise<void> {
  expect(leaksToText(await place.leaks())).toBe('');
}

type Row = { readonly lab: string; readonly state: string; readonly pid?: number };

async function rows(place: Workspace): Promise<readonly Row[]> {
  const { stdout } = await place.must(['ps', '--format', 'json']);
  return (JSON.parse(stdout) as { readonly items: readonly Row[] }).items;
}

/** What an `up` has on disk at a moment of its life; sessions and routes, which take BGP a second at least, come after all of them. */
const marks = {
  lock: join('locks', `${lab}.lock`),
  holder: join('labs', lab, 'holder.json'),
  router: join('labs', lab, 'logs', 'leaf0-bgpd.log'),
} as const;

function holderRecord(place: Workspace): string {
  return join(place.home, marks.holder);
}

/** Waits until an `up` is as far as that, however fast this machine is. */
async function untilThere(place: Workspace, mark: keyof typeof marks): Promise<void> {
  await expect.poll(() => existsSync(join(place.home, marks[mark])), { timeout: 120_000, interval: 5 }).toBe(true);
}

/** Kills the holder of the lab as the kernel would that has no memory left, and waits until that is seen. */
async function killHolder(place: Workspace): Promise<void> {
  const [row] = await rows(place);
  process.kill(row?.pid ?? 0, 'SIGKILL');
  await expect.poll(async () => (await rows(place))[0]?.state, { timeout: 60_000 }).toBe('gone');
}

/** Runs a test beside a process of nobody's lab, which must live afterwards. */
async function besideInnocent(body: (innocent: ChildProcess) => Promise<void>): Promise<void> {
  const innocent = spawn('sleep', ['1000'], { stdio: 'ignore' });
  try {
    await body(innocent);
    expect(innocent.exitCode ?? innocent.signalCode).toBe(null);
  } finally {
    innocent.kill('SIGKILL');
  }
}

/** A message for a user has no stack of labctl's. */
function expectNoCrash(text: string): void {
  expect(text).not.toMatch(/^ +at .*\.js:\d+/m);
}

/** What a torn record may hold, by name. */
const records: readonly (readonly [string, string])[] = [
  ['nothing', ''],
  ['half of it', '{"pid":12'],
  ['null', 'null'],
  ['another shape', '{"pid":"1; id","startTime":[],"bootId":{}}'],
  ['a pid of init', '{"pid":1,"startTime":"1","bootId":"x"}'],
  ['no text', '\u0000\uFFFD'.repeat(5000)],
];

describe.each(kinds)('labctl as %s', (kind) => {
  it.each([
    ['SIGINT', 'process', 'nothing', 130],
    ['SIGINT', 'group', 'holder', 130],
    ['SIGINT', 'group', 'router', 130],
    ['SIGTERM', 'process', 'lock', 143],
    ['SIGTERM', 'process', 'router', 143],
  ] as const)(
    'ends up at %s to its %s, once it has %s, with %d and nothing left',
    async (signal, to, mark, exitCode) => {
      await inWorkspace(kind, async (place) => {
        const up = place.start(['up', lab]);
        if (mark === 'nothing') await sleep(120);
        else await untilThere(place, mark);
        const sent = Date.now();

        up.kill(signal, to);
        const finished = await up.finished;

        expect(finished.exitCode, finished.stderr).toBe(exitCode);
        // Sessions that do not come are waited for a minute: this is not that.
        expect(Date.now() - sent).toBeLessThan(30_000);
        expectNoCrash(finished.stderr);
        await expectNothingLeft(place);
      });
    },
  );

  it('leaves at once at the second SIGINT and prints the command that takes the rest away', async () => {
    await inWorkspace(kind, async (place) => {
      const up = place.start(['up', lab]);
      await untilThere(place, 'lock');

      up.kill('SIGINT');
      up.kill('SIGINT');
      await sleep(5);
      up.kill('SIGINT');
      const finished = await up.finished;

      expect(finished.exitCode).toBe(130);
      expect(finished.stdout + finished.stderr).toMatch(/labctl down|interrupted/);
      await place.must(['down', lab]);
      await expectNothingLeft(place);
    });
  });

  it('lets one of two ups win; the other exits 6 and names the process', async () => {
    await inWorkspace(kind, async (place) => {
      const first = place.start(['up', lab]);
      await untilThere(place, 'lock');

      const second = await place.labctl(['up', lab]);

      expect(second.exitCode, second.stderr).toBe(6);
      expect(second.stderr).toContain(String(first.pid));
      expect((await first.finished).exitCode).toBe(0);
      await place.must(['down', lab]);
      await expectNothingLeft(place);
    });
  });

  it('changes nothing when a running lab is brought up again', async () => {
    await inWorkspace(kind, async (place) => {
      await place.must(['up', lab]);
      const [before] = await rows(place);

      await place.must(['up', lab]);

      expect(await rows(place)).toEqual([before]);
      await place.must(['down', lab]);
      await expectNothingLeft(place);
    });
  });

  it('runs two labs with the same addresses side by side', async () => {
    await inWorkspace(kind, async (place) => {
      const other = 'same-addresses';
      const text = readFileSync(join(import.meta.dirname, '..', '..', 'labs', 'bgp-rr.lab.yml'), 'utf8');
      const file = join(place.cwd, `${other}.lab.yml`);
      writeFileSync(file, text.replace(/^name: .*$/m, `name: ${other}`), { mode: 0o644 });

      await Promise.all([place.must(['up', lab]), place.must(['up', file])]);
      const addresses = await Promise.all(
        [lab, other].map(
          async (name) =>
            (await place.must(['exec', `${name}/leaf0`, '--', 'ip', '-4', '-br', 'addr', 'show', 'dev', 'eth1']))
              .stdout,
        ),
      );
      await place.must(['down', lab]);
      const routes = await place.must(['exec', `${other}/leaf0`, '--', 'ip', 'route', 'show', 'proto', 'bgp']);

      // The second column after the name is the state of the link, the third the address.
      expect(addresses.map((line) => line.trim().split(/\s+/)[2])).toEqual(['10.1.10.1/24', '10.1.10.1/24']);
      expect(routes.stdout.trim().split('\n').length).toBeGreaterThan(4);
      expect((await rows(place)).map((row) => [row.lab, row.state])).toEqual([[other, 'running']]);
      await place.must(['down', other]);
      rmSync(file);
      await expectNothingLeft(place);
    });
  });

  it('says that a lab is gone when its holder was killed, and removes the rest', async () => {
    await inWorkspace(kind, async (place) => {
      await place.must(['up', lab]);

      await killHolder(place);
      const status = await place.labctl(['status', lab]);

      expect(status.exitCode).toBe(1);
      expect(status.stderr).toContain('gone');
      await place.must(['down', lab]);
      await expectNothingLeft(place);
    });
  });

  it('takes a lab of before a reboot for gone and harms no process that has its pid now', async () => {
    await inWorkspace(kind, async (place) => {
      await place.must(['up', lab]);
      await killHolder(place);
      await besideInnocent(async ({ pid }) => {
        const startTime = readFileSync(`/proc/${pid}/stat`, 'utf8')
          .replace(/^.*\) /s, '')
          .split(' ')[19];
        const record = JSON.parse(readFileSync(holderRecord(place), 'utf8'));
        const bootId = '00000000-0000-4000-8000-000000000000';
        writeFileSync(holderRecord(place), JSON.stringify({ ...record, pid, startTime, bootId }));

        const [after] = await rows(place);
        await place.must(['down', lab]);

        expect(after?.state).toBe('gone');
      });
      await expectNothingLeft(place);
    });
  });

  it('harms no process that got the pid of a dead holder in the same boot', async () => {
    await inWorkspace(kind, async (place) => {
      await besideInnocent(async ({ pid }) => {
        const bootId = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
        mkdirSync(join(place.home, 'labs', lab), { recursive: true });
        writeFileSync(holderRecord(place), JSON.stringify({ pid, startTime: '1', bootId }));
        place.own();

        const [row] = await rows(place);
        await place.must(['down', lab]);

        expect(row?.state).toBe('gone');
      });
      await expectNothingLeft(place);
    });
  });

  // How a text is read does not depend on whose it is.
  it.each(kind === kinds[0] ? records : records.slice(0, 1))(
    'finds and ends a running lab whose record holds %s',
    async (_, text) => {
      await inWorkspace(kind, async (place) => {
        await place.must(['up', lab]);
        writeFileSync(holderRecord(place), text);

        const seen = [await place.labctl(['ps']), await place.labctl(['status', lab])];
        await place.must(['down', lab]);

        for (const { stderr } of seen) expectNoCrash(stderr);
        await expectNothingLeft(place);
      });
    },
  );

  it.each(['lab.json', 'holder.json'])('does not crash on a torn %s of a running lab', async (file) => {
    await inWorkspace(kind, async (place) => {
      await place.must(['up', lab]);
      const path = join(place.home, 'labs', lab, file);
      writeFileSync(path, readFileSync(path, 'utf8').slice(0, 40));

      const seen = [
        await place.labctl(['ps']),
        await place.labctl(['status', lab]),
        await place.labctl(['exec', 'leaf0', '--', 'true']),
      ];
      await place.must(['down', lab]);

      for (const { stderr } of seen) expectNoCrash(stderr);
      await expectNothingLeft(place);
    });
  });

  it('takes an absent lab for removed', async () => {
    await inWorkspace(kind, async (place) => {
      await place.must(['down', lab]);
      await place.must(['down', lab]);

      await expectNothingLeft(place);
    });
  });
});
