import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { listLabs } from '../../../src/lab/catalogue.ts';
import { labTable } from '../../../src/report/lab-table.ts';

const root = join(import.meta.dirname, '..', '..', '..');

it('has a row a lab and a row a variant, a variant without a title proving what its lab proves', () => {
  const variants = [
    { name: 'a', title: 'One | two' },
    { name: 'b', title: undefined },
  ];

  expect(labTable([{ name: 'mesh', title: 'All peer', variants }])).toBe(
    '| lab | proves |\n| --- | --- |\n| `mesh` | All peer |\n| `mesh:a` | One \\| two |\n| `mesh:b` | All peer |\n',
  );
});

it('is in the README as the lab files are now (npm run readme)', async () => {
  const readme = readFileSync(join(root, 'README.md'), 'utf8');

  expect(readme).toContain(`\n## Labs\n${labTable(await listLabs(join(root, 'labs')))}\n`);
});
