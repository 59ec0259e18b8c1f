// Owns the comparison of the fields labctl knows with Calico's published CustomResourceDefinitions of three releases.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { firstMinorOf, firstMinorOfKind } from '../../../src/calico/generations.ts';
import { type FieldTable, specFields } from '../../../src/calico/object-fields.ts';
import { sharedFolder } from '../../support/shared.ts';

const schemas = sharedFolder('schemas');
/** Spellings of the datastore of old, which calicoctl does not take. */
const legacy = ['ipip', 'nat-outgoing'];

interface Schema {
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
}

interface Definition {
  readonly kind: string;
  readonly spec: {
    readonly names: { readonly kind: string };
    readonly versions: readonly { readonly schema: { readonly openAPIV3Schema: Schema } }[];
  };
}

function specOf(file: string, kind: string): Schema | undefined {
  const documents = parseAllDocuments(readFileSync(join(schemas ?? '', file), 'utf8'));
  const definitions = documents.map((document) => document.toJS() as Definition | null);
  const found = definitions.find((definition) => definition?.spec.names.kind === kind);
  return found?.spec.versions[0]?.schema.openAPIV3Schema.properties?.['spec'];
}

function known(table: FieldTable, kind: string, minor: number): readonly string[] {
  return Object.keys(table)
    .filter((field) => firstMinorOf(kind, field) <= minor)
    .toSorted();
}

function published(schema: Schema | undefined): readonly string[] {
  return Object.keys(schema?.properties ?? {})
    .filter((field) => !legacy.includes(field))
    .toSorted();
}

describe.skipIf(schemas === undefined)('fields of spec', () => {
  for (const [file, minor] of [
    ['calico-crd-v1-v3.23.2.yaml', 23],
    ['calico-crd-v1-v3.32.1.yaml', 32],
    ['calico-v3-3.33.yaml', 33],
  ] as const) {
    for (const kind of ['IPPool', 'BGPConfiguration', 'BGPPeer', 'BGPFilter'] as const) {
      if (firstMinorOfKind(kind) > minor) continue;
      it(`of ${kind} are those of v3.${minor}`, () => {
        expect(known(specFields[kind], kind, minor)).toEqual(published(specOf(file, kind)));
      });
    }
  }

  it("of a BGPFilter's rule are those of v3.33", () => {
    const { exportV4, importV6 } = specOf('calico-v3-3.33.yaml', 'BGPFilter')?.properties ?? {};
    const table = specFields.BGPFilter.exportV4 as { readonly list: { readonly fields: FieldTable } };

    expect(known(table.list.fields, 'BGPFilter', 33)).toEqual(published(exportV4?.items));
    expect(known(table.list.fields, 'BGPFilter', 33)).toEqual(published(importV6?.items));
  });
});
