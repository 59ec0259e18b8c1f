// Labs on a kernel of their own: IPIP where this machine has none, results on this machine, and nothing left of the guest.

import { existsSync, readFileSync, rmSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { findGuestKernel } from '../../src/host/uml.ts';
import { leaksToText } from '../support/leaks.ts';
import { missingBuild, runnerKinds, type Workspace, workspace } from '../support/scenario.ts';

/** The build; in CI it is an error when the guest's kernel was not set up. */
function whyNot(): string | undefined {
  const cache =
    process.env['LABCTL_CACHE'] ?? join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'labctl');
  if (findGuestKernel(cache) !== undefined) return missingBuild();
  const reason = 'no kernel for a guest: scripts/setup --guest --yes';
  if (process.env['CI'] === 'true') throw new Error(reason);
  return reason;
}

const why = whyNot();
if (why !== undefined) console.log(`skipped: guest tests: ${why}`);
const kinds = why === undefined ? runnerKinds('guest tests') : [];
if (kinds.length === 0) it.skip('guest tests cannot run here', () => undefined);

/** Six minutes: a guest has one processor, and shares it with everything that runs beside the tests. */
const limit = 360_000;

async function inWorkspace(kind: Workspace['kind'], body: (place: Workspace) => Promise<void>): Promise<void> {
  const place = workspace(kind);
  try {
    await body(place);
  } finally {
    place.remove();
  }
}

describe.skipIf(kinds.length === 0)('labctl test --kernel uml', () => {
  const [first] = kinds;

  it(
    'proves IPIP between all nodes and IPIP between racks only, and writes its report here',
    async () => {
      await inWorkspace(first ?? 'root', async (place) => {
        const argv = ['test', 'ipip', 'ipip-crosssubnet', '--kernel', 'uml', '--no-skip', '--junit', 'labs.xml'];

        const finished = await place.labctl([...argv, '--jobs', '1'], { timeoutMs: limit });

        expect(finished.exitCode, finished.stdout + finished.stderr).toBe(0);
        expect(finished.stderr).toContain('ipip-crosssubnet: passed');
        const report = readFileSync(join(place.cwd, 'labs.xml'), 'utf8');
        expect(report).toContain('failures="0"');
        expect(statSync(join(place.cwd, 'labs.xml')).uid).toBe(statSync(place.cwd).uid);
        rmSync(join(place.cwd, 'labs.xml'));
        expect(leaksToText(await place.leaks())).toBe('');
      });
    },
    limit,
  );

  it.each(kinds)(
    'ends at Ctrl-C with nothing left, as %s',
    async (kind) => {
      await inWorkspace(kind, async (place) => {
        const running = place.start(['test', 'ipip', '--kernel', 'uml'], { timeoutMs: 60_000 });
        await sleep(4000);

        running.kill('SIGINT');

        expect((await running.finished).exitCode).toBe(130);
        expect(existsSync(join(place.home, 'tests'))).toBe(false);
        expect(leaksToText(await place.leaks())).toBe('');
      });
    },
    90_000,
  );

  it.each(kinds)('ends with a labctl that is killed, as %s', async (kind) => {
    await inWorkspace(kind, async (place) => {
      const running = place.start(['test', 'ipip', '--kernel', 'uml'], { timeoutMs: 60_000 });
      await sleep(4000);

      running.kill('SIGKILL');
      await running.finished;
      await sleep(1500);

      expect(leaksToText(await place.leaks())).toBe('');
    });
  });

  it('is refused by verbs whose lab would end with the guest', async () => {
    await inWorkspace(first ?? 'root', async (place) => {
      const { stderr } = await place.must(['up', 'ipip'], 2, { env: { LABCTL_KERNEL: 'uml' } });
      expect(stderr).toContain('a guest ends with its command, and the lab with it');
      expect(stderr).toContain('labctl test <lab> --kernel uml');
    });
  });
});
