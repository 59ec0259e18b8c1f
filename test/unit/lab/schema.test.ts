import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { jsonSchemaOf } from '../../../src/lab/schema.ts';
import { root } from './read-text.ts';

describe('the JSON Schema that editors read', () => {
  it.each(['lab', 'topology'] as const)('labs/%s.schema.json is current (npm run schema)', (what) => {
    const written = readFileSync(join(root, 'labs', `${what}.schema.json`), 'utf8');

    expect(written).toBe(`${JSON.stringify(jsonSchemaOf(what), null, 2)}\n`);
  });

  it.each(['labs/bgp-rr.lab.yml', 'labs/fullmesh.lab.yml', 'topologies/two-spines-two-leaves.yml'])(
    '%s names it in its first line',
    (file) => {
      const [first = ''] = readFileSync(join(root, file), 'utf8').split('\n');
      const named = /^# yaml-language-server: \$schema=(.*)$/.exec(first)?.[1] ?? 'none';

      expect(() => readFileSync(join(root, file, '..', named))).not.toThrow();
    },
  );

  it('refuses unknown keys at every level', () => {
    const text = JSON.stringify(jsonSchemaOf('lab'));
    const objects = text.match(/"type":"object","properties"/g)?.length ?? 0;

    expect(objects).toBeGreaterThan(10);
    expect(text.match(/"additionalProperties":false/g)?.length).toBe(objects);
  });
});
