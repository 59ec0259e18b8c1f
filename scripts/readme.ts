// Owns the README's table of labs: written from the lab files between its heading and the next text.

import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { listLabs } from '../src/lab/catalogue.ts';
import { labTable } from '../src/report/lab-table.ts';

const file = new URL('../README.md', import.meta.url);
const text = await readFile(file, 'utf8');
const table = labTable(await listLabs(fileURLToPath(new URL('../labs', import.meta.url))));
await writeFile(file, text.replace(/(?<=\n## Labs\n)(?:\|.*\n)*/, table));
