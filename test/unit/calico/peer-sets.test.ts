// Owns the comparison of `labctl render peers` with object sets whose sessions are known: Calico's own, and labctl's.
// labctl's were derived by hand from calico.md A.3 to A.6, B.3; the first line of each objects.yaml says what it shows.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { call } from '../../support/call.ts';
import { sharedFolder } from '../../support/shared.ts';

/** What a set needs beside its objects. */
interface PeerCall {
  readonly env?: Readonly<Record<string, string>>;
  readonly version?: string;
}

const own = join(import.meta.dirname, 'peer-sets');
const shared = sharedFolder('confd');

function setsIn(folder: string): readonly string[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name);
}

function readJson(file: string): unknown {
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {};
}

async function expectPeers(set: string, { env = {}, version }: PeerCall) {
  const expected = readJson(join(set, 'peers.json')) as { readonly node: string };
  const argv = ['render', 'peers', '--objects', join(set, 'objects.yaml'), '--node', expected.node, '-o', 'json'];
  for (const [key, value] of Object.entries(env)) argv.push('--env', `${key}=${value}`);
  if (version !== undefined) argv.push('--calico-version', version);

  const called = await call(argv);

  expect(called.exitCode, called.stderr).toBe(0);
  expect(JSON.parse(called.stdout)).toEqual(expected);
}

describe('sessions of labctl’s own object sets', () => {
  it.each(setsIn(own))('%s', async (name) => {
    const set = join(own, name);
    await expectPeers(set, readJson(join(set, 'call.json')) as PeerCall);
  });
});

describe.skipIf(shared === undefined)("sessions as Calico's confd makes them", () => {
  const sets = shared === undefined ? [] : setsIn(shared);

  it('finds object sets to compare', () => {
    expect(sets.length).toBeGreaterThanOrEqual(14);
  });

  it.each(sets)('%s', async (name) => {
    const set = join(shared ?? '', name);
    await expectPeers(set, { env: readJson(join(set, 'env.json')) as Record<string, string> });
  });
});

describe('labctl render peers', () => {
  const objects = join(own, '09-mesh-password', 'objects.yaml');

  it('shows the sessions as a table, and passwords nowhere', async () => {
    const table = await call(['render', 'peers', '--objects', objects, '--node', 'node-a']);
    const json = await call(['render', 'peers', '--objects', objects, '--node', 'node-a', '--format', 'json']);

    expect(table.stdout.split('\n')).toEqual([
      'node-a: AS 64512, router id 10.1.5.10',
      'NAME             PEER        AS      TYPE   SOURCE      SETTINGS',
      'Mesh_10_1_8_10   10.1.8.10   64512   iBGP   10.1.5.10   passive password=bgp-secrets/mesh gracefulRestartTime=90',
      '',
    ]);
    expect(table.stdout + json.stdout + table.stderr + json.stderr).not.toContain('only-for-this-test');
  });

  it('takes several files, and standard input', async () => {
    const text = readFileSync(join(own, '11-global-over-node', 'objects.yaml'), 'utf8');
    const argv = ['render', 'peers', '--objects', objects, '-', '--node', 'node-a', '-o', 'json'];

    const { stdout } = await call(argv, { readStdin: async () => text });

    expect(JSON.parse(stdout).ipv4).toMatchObject([{ name: 'Global_10_1_5_1' }]);
  });

  it('names the nodes there are when the one asked for is not there', async () => {
    const { exitCode, stderr } = await call(['render', 'peers', '--objects', objects, '--node', 'node-z']);

    expect(exitCode).toBe(1);
    expect(stderr).toContain('the objects hold no Node named node-z');
    expect(stderr).toContain('nodes: node-a, node-c');
  });

  it('warns of what Calico’s validation refuses, and leaves out what its API would', async () => {
    const withPeer = (spec: string) => ({
      readStdin: async () =>
        `apiVersion: projectcalico.org/v3\nkind: BGPPeer\nmetadata: {name: tor}\nspec: {peerIP: 10.1.5.1, ${spec}}\n`,
    });
    const argv = ['render', 'peers', '--objects', objects, '-', '--node', 'node-a', '-o', 'json'];
    const names = ({ stdout }: { readonly stdout: string }) =>
      JSON.parse(stdout).ipv4.map(({ name }: { readonly name: string }) => name);

    const odd = await call(argv, withPeer('asNumber: 65005, keepOriginalNextHop: true, nextHopMode: Self'));
    const broken = await call(argv, withPeer('asNumber: many'));

    expect(odd.stderr).toContain('warning: keepOriginalNextHop and nextHopMode contradict each other');
    expect(names(odd)).toEqual(['Global_10_1_5_1', 'Mesh_10_1_8_10']);
    expect(broken.exitCode).toBe(0);
    expect(broken.stderr).toContain('<stdin>:4');
    expect(broken.stderr).toContain('the object is left out, as Calico’s API refuses it');
    expect(names(broken)).toEqual(['Mesh_10_1_8_10']);
  });

  it.each([
    [['--calico-version', 'v2.6'], 'v2.6 is not a Calico release from v3.23 to v3.33'],
    [['--env', 'hash'], 'Write KEY=VALUE.'],
  ])('refuses %j', async (flags, message) => {
    const { exitCode, stderr } = await call(['render', 'peers', '--objects', objects, '--node', 'node-a', ...flags]);

    expect(exitCode).toBe(2);
    expect(stderr).toContain(message);
  });
});
