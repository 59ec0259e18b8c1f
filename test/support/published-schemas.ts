// Owns published schemas for tests: containerlab's topology, CustomResourceDefinitions, Kubernetes' own kinds; strict about unknown keys.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { parseAllDocuments } from 'yaml';
import { sharedFolder } from './shared.ts';

/** What is wrong with a value, one line a finding; empty when nothing is. */
export type Check = (value: unknown) => readonly string[];

/** The folder of published schemas, or undefined with the reason printed. */
export const schemasFolder = sharedFolder('schemas');

/** Checks a topology as containerlab's own editor support does; it says draft-07 and uses prefixItems of 2020-12. */
export function clabCheck(folder: string): Check {
  const { $schema: _, ...schema } = JSON.parse(readFileSync(join(folder, 'clab-0.79.schema.json'), 'utf8')) as Json;
  return compile(schema);
}

/** Checks an object of a kind as the API server would by a file of CRDs; keys the CRD does not know are wrong too. */
export function crdCheck(folder: string, file: string): (object: { readonly kind: string }) => readonly string[] {
  const schemas = new Map<string, Json>();
  for (const document of parseAllDocuments(readFileSync(join(folder, file), 'utf8'))) {
    const crd = document.toJS() as Crd | null;
    if (crd?.kind !== 'CustomResourceDefinition') continue;
    for (const version of crd.spec.versions) schemas.set(crd.spec.names.kind, version.schema.openAPIV3Schema);
  }
  return (object) => {
    const schema = schemas.get(object.kind);
    return schema === undefined ? [`${file} has no ${object.kind}`] : compile(closed(schema))(object);
  };
}

const kubernetesSchema = join(import.meta.dirname, '../recorded/kubernetes/v1.30.14.schema.json');

/** Checks an object of Kubernetes' own (Job, Pod, Service, ConfigMap) as `kubectl --validate=strict` would; without a schema it is wrong. */
export function kubernetesCheck(object: { readonly kind: string }): readonly string[] {
  const { definitions } = JSON.parse(readFileSync(kubernetesSchema, 'utf8')) as { readonly definitions: Json };
  if (definitions[object.kind] === undefined) return [`no schema of ${object.kind}`];
  return compile({ $ref: `#/definitions/${object.kind}`, definitions })(object);
}

type Json = { readonly [key: string]: unknown };

interface Crd {
  readonly kind: string;
  readonly spec: {
    readonly names: { readonly kind: string };
    readonly versions: readonly { readonly schema: { readonly openAPIV3Schema: Json } }[];
  };
}

function compile(schema: Json): Check {
  const validate = new Ajv2020({ strict: false, allErrors: true, validateFormats: false }).compile(schema);
  return (value) =>
    validate(value) ? [] : (validate.errors ?? []).map((error) => `${error.instancePath} ${error.message}`);
}

/** A CRD prunes what it does not name; here that is an error. Go's inline flags are no JavaScript and are left out. */
function closed(schema: unknown): Json {
  if (Array.isArray(schema)) return schema.map(closed) as unknown as Json;
  if (typeof schema !== 'object' || schema === null) return schema as unknown as Json;
  const kept = Object.entries(schema).filter(([key, value]) => key !== 'pattern' || !String(value).includes('(?i)'));
  const inner = Object.fromEntries(kept.map(([key, value]) => [key, closed(value)]));
  return 'properties' in inner && !('additionalProperties' in inner)
    ? { ...inner, additionalProperties: false }
    : inner;
}
