import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { listLabs } from '../../../src/lab/catalogue.ts';
import { readLab } from '../../../src/lab/load.ts';
import { folders } from './read-text.ts';

describe('the catalogue', () => {
  it('lists every lab by name, with title and variants', async () => {
    const labs = await listLabs(folders.labsDir);

    const names = labs.map((lab) => lab.name);
    const bgpRr = labs.find((lab) => lab.name === 'bgp-rr');

    expect(names).toEqual(names.toSorted());
    expect(names).toContain('fullmesh');
    expect(bgpRr?.variants.map((variant) => variant.name)).toEqual(['one-spine', 'article']);
    for (const lab of labs) expect([lab.problem, lab.title.length > 10]).toEqual([undefined, true]);
  });

  it('holds only labs and variants that can be read, and each says what must be true', async () => {
    for (const entry of await listLabs(folders.labsDir)) {
      for (const variant of [undefined, ...entry.variants]) {
        const reference = variant === undefined ? entry.name : `${entry.name}:${variant.name}`;
        const { lab } = await readLab(reference, folders);

        expect(lab.name).toBe(entry.name);
        expect(lab.expect.map((line) => line.kind)).toEqual(
          expect.arrayContaining(['sessions', 'route', 'mtu', 'ping', 'path']),
        );
      }
    }
  });

  it('shows a lab that cannot be read with its problem', async () => {
    const labsDir = await mkdtemp(join(tmpdir(), 'labctl-catalogue-'));
    await writeFile(join(labsDir, 'broken.lab.yml'), 'title: [');

    const [entry] = await listLabs(labsDir);
    await rm(labsDir, { recursive: true });

    expect(entry).toMatchObject({ name: 'broken', problem: expect.stringContaining('not valid YAML') });
  });

  it('is empty where there is no folder', async () => {
    expect(await listLabs('/nonexistent')).toEqual([]);
  });
});
