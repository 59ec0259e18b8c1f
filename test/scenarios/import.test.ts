// Owns the proof that an imported lab lives: an original folder becomes a lab that comes up, is true, and goes without a trace.

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { originals } from '../support/imports.ts';
import { leaksToText } from '../support/leaks.ts';
import { missingBuild, runnerKinds, workspace } from '../support/scenario.ts';

const why = missingBuild();
if (why !== undefined) console.log(`skipped: import scenarios: ${why}`);
const [kind] = why === undefined ? runnerKinds('import scenarios') : [];

it.skipIf(kind === undefined)(
  'an original leaf/spine folder is imported, comes up with its AS numbers and peers, and goes',
  async () => {
    const place = workspace(kind ?? 'root');
    try {
      const { stdout } = await place.must(['import', join(originals, 'clab-leaf-spine'), '--out', './rr']);
      expect(stdout).toContain('leaf0: VyOS, AS 65005, 3 neighbors');
      const lab = readFileSync(join(place.cwd, 'rr/rr.lab.yml'), 'utf8');

      const again = await place.must(['import', join(originals, 'clab-leaf-spine'), '--out', './rr'], 2);
      expect(again.stderr).toContain('already has rr.lab.yml');
      expect(readFileSync(join(place.cwd, 'rr/rr.lab.yml'), 'utf8')).toBe(lab);

      place.own();
      const before = place.snapshot();
      await place.must(['up', './rr']);
      const verdict = await place.must(['verify', 'rr']);
      expect(verdict.stdout).toContain('all 6 sessions Established');
      const peers = await place.must(['calicoctl', 'get', 'bgppeer', '-o', 'wide']);
      expect(peers.stdout).toMatch(/second-rack\s+10\.1\.8\.1/);
      const routes = await place.must(['exec', 'leaf0', '--', 'vtysh', '-c', 'show bgp summary']);
      expect(routes.stdout).toMatch(/10\.1\.5\.10\s+4\s+65005/);
      await place.must(['down', 'rr']);
      expect(leaksToText(await place.leaks(before))).toBe('');
    } finally {
      place.remove();
    }
  },
);

it.skipIf(kind === undefined)('a folder that cannot be carried over writes nothing', async () => {
  const place = workspace(kind ?? 'root');
  try {
    const { stderr } = await place.must(['import', '.', '--out', './lab'], 2);
    expect(stderr).toContain('[IMPORT_NOTHING]');
    expect(existsSync(join(place.cwd, 'lab'))).toBe(false);
  } finally {
    place.remove();
  }
});
