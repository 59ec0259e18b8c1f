// The settings of Calico's objects that are no lab of their own, at once and in a running lab: each must be seen where
// it takes effect, and passwords nowhere.

import { spawnSync } from 'node:child_process';
import { copyFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { leaksToText } from '../support/leaks.ts';
import { missingBuild, runnerKinds, type Workspace, workspace } from '../support/scenario.ts';

const why = missingBuild();
if (why !== undefined) console.log(`skipped: settings: ${why}`);
const kinds = why === undefined ? runnerKinds('settings') : [];
if (kinds.length === 0) it.skip('settings cannot be tested here', () => undefined);

const passwords = { 'rack0.password': 'rack0-only-for-this-test', 'pair.password': 'pair-only-for-this-test' };

/** A workspace with the lab file and its passwords; whatever happens, the lab is down in the end. */
async function withLab(kind: Workspace['kind'], mode: number, body: (place: Workspace) => Promise<void>) {
  const place = workspace(kind);
  try {
    copyFileSync(join(import.meta.dirname, 'settings', 'settings.lab.yml'), join(place.cwd, 'settings.lab.yml'));
    for (const [file, text] of Object.entries(passwords)) writeFileSync(join(place.cwd, file), `${text}\n`, { mode });
    place.own();
    const before = place.snapshot();
    await body(place);
    await place.must(['down', 'settings']);
    expect(leaksToText(await place.leaks(before))).toBe('');
  } finally {
    place.remove();
  }
}

describe.each(kinds)('settings as %s', (kind) => {
  it('converges, and every setting is seen where it takes effect', async () => {
    await withLab(kind, 0o600, async (place) => {
      const said = [await place.must(['plan', './settings.lab.yml', '-o', 'json'])];
      said.push(await place.must(['up', './settings.lab.yml']));
      said.push(await place.must(['verify', 'settings']));
      const on = async (machine: string, ...argv: string[]) =>
        (await place.must(['exec', `settings/${machine}`, '--', ...argv])).stdout;
      const bgpAt = async (leaf: string, what: string) => on(leaf, 'vtysh', '-c', `show bgp ipv4 unicast ${what}`);
      const bgp = async (what: string) => bgpAt('leaf0', what);
      const blockOf = async (node: string) => /blackhole (\S+)/.exec(await on(node, 'ip', 'route'))?.[1] ?? 'none';

      const [first, second, third] = await Promise.all(['control-plane', 'worker', 'worker3'].map(blockOf));
      const neighbor = await on('leaf0', 'vtysh', '-c', 'show bgp neighbors 10.1.5.10 json');

      // Pools by rack: /26 of 10.244.0.0/16 in rack0, /28 of 10.245.0.0/20 in rack1.
      expect(first).toMatch(/^10\.244\..*\/26$/);
      expect(third).toMatch(/^10\.245\..*\/28$/);
      // Communities: the default advertisement, and the one of the worker's own BGPConfiguration in its place.
      expect(await bgp(`${first}`)).toMatch(/Community: 65001:10\n[\s\S]*Large Community: 65001:10:20/);
      expect(await bgp(`${second}`)).toMatch(/Community: 65001:99\n/);
      // The local AS stands in the path in the place of the node's own, 65108; BGPFilter to-leaf writes before it.
      expect(await bgpAt('leaf1', `${third}`)).toMatch(/^ +64700 64701 65200$[\s\S]*Community: 65001:77\n/m);
      expect(await bgpAt('leaf1', `${third}`)).toContain('Large Community: 65001:7:7\n');
      // BGPFilter pair: priority 600 on the way, 500 after the import; the leaf hears of the block from its node alone.
      expect(await on('worker2', 'ip', 'route')).toContain(`${third} via 10.1.8.11 dev net0 proto bird metric 500`);
      expect(await bgpAt('leaf1', `${third}`)).toContain('(1 available');
      // TCP MD5 (RFC 2385); GTSM: one hop, so that the leaf takes packets with TTL 255 only, and sends them so (RFC 5082).
      expect(JSON.parse(neighbor)['10.1.5.10']).toMatchObject({
        authenticationEnabled: 1,
        externalBgpNbrMaxHopsAway: 1,
        gracefulRestartInfo: { timers: { receivedRestartTimer: 30 } },
      });
      // reachableBy: BIRD's static route to the peer (calico.md B.2); verify expects it, too.
      expect(await on('worker', 'ip', 'route')).toMatch(/^10\.1\.5\.1 via 10\.1\.5\.1 dev net0 proto bird *$/m);
      // BIRD shrinks the 7 s as the hold time was, from its 240 s to the leaf's 180 s; left alone it would be 60 s.
      expect(await on('control-plane', 'birdc', 'show', 'protocols', 'all')).toMatch(/Keepalive timer: +\S+\/5\b/);
      expect(await on('worker3', 'ss', '-Htln')).toMatch(/:1790\b/);
      expect(await on('control-plane', 'birdc', 'show', 'status')).not.toContain('Router ID is 10.1.5.10');
      for (const file of ['/etc/frr/frr.conf', '/etc/calico/confd/config/bird.cfg']) {
        const machine = file.includes('frr') ? 'leaf0' : 'worker2';
        expect(await on(machine, 'stat', '-c', '%a', file)).toBe('600\n');
      }

      await place.must(['collect', 'settings', '--out', 'evidence.tar.gz']);
      const archive = gunzipSync(readFileSync(join(place.cwd, 'evidence.tar.gz'))).toString('latin1');
      rmSync(join(place.cwd, 'evidence.tar.gz'));
      // FRR shows the password in its running configuration, BIRD's file has it too.
      expect(archive).toMatch(/neighbor 10\.1\.5\.10 password <removed>/);
      for (const password of Object.values(passwords)) {
        expect(archive).not.toContain(password);
        for (const { stdout, stderr } of said) expect(stdout + stderr).not.toContain(password);
        expect(spawnSync('grep', ['-rlF', password, place.home], { encoding: 'utf8' }).stdout).toBe('');
      }
    });
  });

  it('refuses a password file that others may read, before anything is made', async () => {
    await withLab(kind, 0o644, async (place) => {
      const { stderr } = await place.must(['up', './settings.lab.yml'], 2);

      expect(stderr).toMatch(/password file .*rack0\.password can be read by others \(mode 644\)/);
      expect(stderr).toContain('chmod 600');
    });
  });
});
