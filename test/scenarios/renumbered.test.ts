// A lab with other names and numbers throughout must be judged and captured in as the catalogue's labs are.

import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { anyRunner } from '../support/running-lab.ts';
import { withLab } from '../support/scenario.ts';

const kinds = anyRunner('the renumbered lab');
if (kinds.length === 0) it.skip('the renumbered lab cannot run here', () => undefined);

const file = 'heron.lab.yml';
const files = { [file]: readFileSync(join(import.meta.dirname, 'renumbered', file), 'utf8') };

describe.each(kinds)('a renumbered lab as %s', (kind) => {
  it('is what it says, and a packet goes through it as expected', async () => {
    await withLab(`./${file}`, { kind, files, name: 'heron' }, async (lab) => {
      const { stdout: verdict } = await lab.must(['verify']);
      const { stdout: capture } = await lab.must(['capture', 'shop', 'stock']);

      expect(verdict).toMatch(/^ok {4}all 8 sessions Established on both ends$/m);
      expect(verdict).toMatch(/^heron: all \d+ checks true/m);
      expect(capture).toContain('expected: shop > worker2 > reed > trunk > moss > worker3 > stock, plain');
      expect(capture).toContain('observed: as expected');
      for (const name of ['labctl-heron', file]) rmSync(join(lab.cwd, name), { recursive: true });
    });
  });
});
