// Labs on a kernel of their own: IPIP and netem where this machine has none, the same state as on the machine's own kernel,
// results on this machine, and nothing left of the guest.

import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { describe, expect, it } from 'vitest';
import { findGuestKernel } from '../../src/host/uml.ts';
import { leaksToText } from '../support/leaks.ts';
import { missingBuild, runnerKinds, type Workspace, workspace } from '../support/scenario.ts';
import { smallLab } from '../support/small-lab.ts';

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

/** Ten minutes: a guest has one processor, and shares it with everything that runs beside the tests. */
const limit = 600_000;

async function inWorkspace(kind: Workspace['kind'], body: (place: Workspace) => Promise<void>): Promise<void> {
  const place = workspace(kind);
  try {
    await body(place);
  } finally {
    place.remove();
  }
}

/** One guest for all: a rack with two nodes, one with one, and a single spine are enough to have every way that IPIP takes. */
const labs = ['./always.lab.yml:small', './racks.lab.yml:small', 'impaired'];

function writeLabs(place: Workspace): void {
  const small = (base: string): string => `extends: ${base}\nvariants: {small: {remove: [spine1, worker2]}}\n`;
  writeFileSync(join(place.cwd, 'always.lab.yml'), small('ipip'));
  writeFileSync(join(place.cwd, 'racks.lab.yml'), small('ipip-crosssubnet'));
  place.own();
}

/** Runs labs on this machine's own kernel: those that it has the features for are what they were in the guest. Their names. */
async function sameDirectly(place: Workspace, references: readonly string[]): Promise<readonly string[]> {
  await place.must(['test', ...references, '--kernel', 'host', '--evidence', 'host']);
  const direct = readdirSync(join(place.cwd, 'host')).filter((lab) =>
    existsSync(join(place.cwd, 'host', lab, 'state.json')),
  );
  for (const lab of direct) expect(stateOf(place, 'guest', lab), lab).toEqual(stateOf(place, 'host', lab));
  return direct;
}

/** The workspace is empty again, and so is the machine. */
async function leavesNothing(place: Workspace): Promise<void> {
  for (const entry of readdirSync(place.cwd)) rmSync(join(place.cwd, entry), { recursive: true });
  expect(leaksToText(await place.leaks())).toBe('');
}

/** A kernel with IPIP puts this device, down and without an address, into every namespace, whether a lab asks for it or not. */
const unusedTunnel = { name: 'tunl0', isUp: false, addresses: [] };

/** All sessions, BGP paths, routes, interfaces, neighbors and forwarding entries of a lab, in any order and of any age. */
function stateOf(place: Workspace, where: string, lab: string): Readonly<Record<string, readonly string[]>> {
  const tables = JSON.parse(textIn(place, join(where, lab, 'state.json'))) as Readonly<Record<string, object[]>>;
  const rows = (entries: readonly object[]): readonly string[] =>
    entries
      .filter((entry) => !isDeepStrictEqual({ ...entry, ...unusedTunnel }, entry))
      .map((entry) => JSON.stringify({ ...entry, since: undefined }))
      .toSorted();
  return Object.fromEntries(Object.entries(tables).map(([table, entries]) => [table, rows(entries)]));
}

function textIn(place: Workspace, file: string): string {
  return readFileSync(join(place.cwd, file), 'utf8');
}

describe.skipIf(kinds.length === 0)('labctl test --kernel uml', () => {
  const [first] = kinds;

  it(
    'proves IPIP, IPIP between racks only, and bad wires in one guest, and brings reports and captures out of it',
    async () => {
      await inWorkspace(first ?? 'root', async (place) => {
        writeLabs(place);
        const argv = ['test', ...labs, '--kernel', 'uml', '--no-skip', '--junit', 'labs.xml', '--evidence', 'guest'];

        const finished = await place.labctl([...argv, '--jobs', '1'], { timeoutMs: limit });

        expect(finished.exitCode, finished.stdout + finished.stderr).toBe(0);
        expect(finished.stderr).toContain('impaired: capture\nimpaired: down\nimpaired: passed');
        const own = statSync(place.cwd).uid;
        for (const file of ['labs.xml', 'guest', 'guest/racks.small/pod-a-pod-b/all.pcapng'])
          expect(statSync(join(place.cwd, file)).uid, file).toBe(own);
        expect(textIn(place, 'labs.xml')).toContain('failures="0"');
        expect(textIn(place, 'guest/always.small/pod-a-pod-c/capture.txt')).toMatch(/net0 +out +IPIP/);
        expect(textIn(place, 'guest/racks.small/pod-a-pod-c/capture.txt')).toMatch(/net0 +out +plain/);
        expect(textIn(place, 'guest/racks.small/pod-a-pod-b/capture.txt')).toMatch(/net0 +out +IPIP/);
        expect(textIn(place, 'guest/impaired/verify.txt')).toContain('lost');
        await sameDirectly(place, labs);
        await leavesNothing(place);
      });
    },
    2 * limit,
  );

  it(
    'runs a lab that says `kernel: uml` in a guest, where it is what it is on this kernel',
    async () => {
      await inWorkspace(first ?? 'root', async (place) => {
        const vxlan = smallLab('flat', { ttl: 62 }).replace('None', 'VXLAN').replace('encap: none', 'encap: vxlan');
        writeFileSync(join(place.cwd, 'flat.lab.yml'), `kernel: uml\n${vxlan}`);
        place.own();

        const refused = await place.must(['up', './flat.lab.yml'], 2);
        await place.must(['test', './flat.lab.yml', '--evidence', 'guest'], 0, { timeoutMs: limit });

        expect(refused.stderr).toContain('a guest ends with its command, and the lab with it');
        expect(await sameDirectly(place, ['./flat.lab.yml'])).toEqual(['flat']);
        await leavesNothing(place);
      });
    },
    2 * limit,
  );

  // Before the guest is there, and while it boots.
  const moments = kinds.flatMap((kind) => [400, 4000].map((ms) => [kind, ms] as const));
  it.each(moments)('ends at Ctrl-C with nothing left, as %s, after %i ms', async (kind, ms) => {
    await inWorkspace(kind, async (place) => {
      const running = place.start(['test', 'ipip', '--kernel', 'uml']);
      await sleep(ms);

      running.kill('SIGINT');

      const { exitCode, stdout, stderr } = await running.finished;
      expect(exitCode).toBe(130);
      expect(stdout + stderr).not.toContain('passed');
      expect(existsSync(join(place.home, 'tests'))).toBe(false);
      expect(leaksToText(await place.leaks())).toBe('');
    });
  });

  it.each(kinds)('ends with a labctl that is killed, as %s', async (kind) => {
    await inWorkspace(kind, async (place) => {
      const running = place.start(['test', 'ipip', '--kernel', 'uml']);
      await sleep(4000);

      running.kill('SIGKILL');
      await running.finished;

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
