// Owns labs/lab.schema.json and labs/topology.schema.json: written from src/lab/schema.ts, so that editors complete labs.

import { writeFile } from 'node:fs/promises';
import { jsonSchemaOf } from '../src/lab/schema.ts';

for (const what of ['lab', 'topology'] as const) {
  const file = new URL(`../labs/${what}.schema.json`, import.meta.url);
  await writeFile(file, `${JSON.stringify(jsonSchemaOf(what), null, 2)}\n`);
}
