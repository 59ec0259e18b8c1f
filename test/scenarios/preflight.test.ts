// Owns what happens when this machine cannot run a lab: labctl says so and ends, and holds on to nothing.

import { describe, expect, it } from 'vitest';
import { runnerKinds, workspace } from '../support/scenario.ts';

describe('a machine whose programs cannot be set up', () => {
  it.each(runnerKinds('preflight'))('ends `up` as %s, gives the lock back and leaves nothing', async (kind) => {
    const place = workspace(kind);
    try {
      const env = { LABCTL_CACHE: '/dev/null', PATH: '/usr/bin:/bin' };
      for (const attempt of ['first', 'second']) {
        const ran = await place.labctl(['up', 'bgp-rr', '--yes'], { env });

        expect([1, 4], `${attempt}: ${ran.stderr}`).toContain(ran.exitCode);
        expect(ran.stderr).toContain('error:');
      }
      expect(await place.leaks()).toEqual([]);
    } finally {
      place.remove();
    }
  });
});
