// Owns the comparison of labctl's sessions with those that Calico's own test data states.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { objectsInDocument, objectYamlOptions } from '../../../src/calico/object-text.ts';
import type { CalicoObject } from '../../../src/calico/objects.ts';
import { peersOfNode } from '../../../src/calico/peers.ts';
import { validateObject } from '../../../src/calico/validate.ts';
import { sharedFolder } from '../../support/shared.ts';

const version = { text: 'v3.33', minor: 33 };
const folder = sharedFolder('confd');
const sets = folder === undefined ? [] : readdirSync(folder, { withFileTypes: true }).filter((e) => e.isDirectory());

function readObjects(file: string): readonly CalicoObject[] {
  const documents = parseAllDocuments(readFileSync(file, 'utf8'), objectYamlOptions);
  return documents
    .flatMap((document) => objectsInDocument(document.toJS()))
    .map((raw) => {
      const { object, problems } = validateObject(raw, version);
      expect(problems.filter((problem) => problem.severity === 'error')).toEqual([]);
      return object as CalicoObject;
    });
}

describe.skipIf(folder === undefined)("sessions as Calico's confd makes them", () => {
  it('finds object sets to compare', () => {
    expect(sets.length).toBeGreaterThanOrEqual(14);
  });

  for (const { name } of sets) {
    it(name, () => {
      const set = join(folder ?? '', name);
      const objects = readObjects(join(set, 'objects.yaml'));
      const envFile = join(set, 'env.json');
      const env = existsSync(envFile) ? JSON.parse(readFileSync(envFile, 'utf8')) : {};

      const peers = peersOfNode(objects, 'kube-master', { version, env });

      expect(peers).toEqual(JSON.parse(readFileSync(join(set, 'peers.json'), 'utf8')));
    });
  }
});
