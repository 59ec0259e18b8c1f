// Owns a catalogue lab whose routers are VyOS files: written from its design, beside a topology that names them.

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { type VyosRelease, vyosBoot } from '../../src/artifact/vyos-boot.ts';
import type { Design } from '../../src/design/design.ts';
import { designLab } from '../../src/design/design-lab.ts';
import { readLab } from '../../src/lab/load.ts';

const root = join(import.meta.dirname, '../..');

/** The folders of the catalogue. */
export const catalogue = { labsDir: join(root, 'labs'), topologiesDir: join(root, 'topologies') };

/** A lab's design and all that was said about it. */
export async function designOf(reference: string, cwd = root): Promise<{ design: Design; codes: readonly string[] }> {
  const { lab, warnings } = await readLab(reference, { ...catalogue, cwd });
  const { design, problems } = designLab(lab);
  if (design === undefined) throw new Error(problems.map(({ message }) => message).join('; '));
  return { design, codes: [...warnings, ...problems].map(({ code }) => code) };
}

/** Writes `<lab>.lab.yml`, `fabric.yml` and a boot file for each router into a folder; `edit` changes a file's text. */
export async function writeVyosLab(
  folder: string,
  reference: string,
  edit: (router: string, text: string) => string = (_, text) => text,
  release: VyosRelease = '1.5',
): Promise<string> {
  const { design } = await designOf(reference);
  mkdirSync(folder, { recursive: true });
  for (const router of design.routers)
    writeFileSync(join(folder, `${router.name}.boot`), edit(router.name, vyosBoot(router, release)));
  const { topology } = parse(readFileSync(join(catalogue.labsDir, `${reference}.lab.yml`), 'utf8')) as {
    topology: string;
  };
  const fabric = parse(readFileSync(join(catalogue.topologiesDir, `${topology}.yml`), 'utf8')) as Record<
    string,
    unknown
  >;
  const routers = Object.fromEntries(design.routers.map(({ name }) => [name, { vyos: `${name}.boot` }]));
  writeFileSync(join(folder, 'fabric.yml'), stringify({ ...fabric, name: 'fabric', routers }));
  const file = join(folder, `${reference}-vyos.lab.yml`);
  writeFileSync(file, stringify({ extends: reference, topology: 'fabric' }));
  return file;
}
