// Owns the reading of one Calico object: strictly, all its problems at once, each with its path in the object.

import type { Problem } from '../base/place.ts';
import { checkFields, isAbsent, isMapping, type Mapping } from './check-fields.ts';
import { firstMinorOfKind, type Release } from './generations.ts';
import { nearestName } from './nearest.ts';
import { metadataFields, specFields } from './object-fields.ts';
import { type CheckContext, objectError } from './object-problem.ts';
import { type CalicoKind, type CalicoObject, calicoApiVersion } from './objects.ts';
import { unsupportedReason } from './unsupported-kinds.ts';
import { validateConfiguration } from './validate-configuration.ts';
import { validateFelix } from './validate-felix.ts';
import { validateFilter } from './validate-filter.ts';
import { validateNode } from './validate-node.ts';
import { validatePeer } from './validate-peer.ts';
import { validatePool } from './validate-pool.ts';

export { validateSet } from './validate-set.ts';

/** What reading gives: the object when it can be acted on, and everything that is wrong with it. */
export interface ReadObject {
  readonly object: CalicoObject | undefined;
  /** The object as long as its name and its known fields can be read, whatever else is wrong with it. */
  readonly readable: CalicoObject | undefined;
  readonly problems: readonly Problem[];
}

const kinds = Object.keys(specFields) as readonly CalicoKind[];
const objectKeys = ['apiVersion', 'kind', 'metadata', 'spec', 'status'];

/**
 * Reads one object as `calicoctl apply` of the given release would, and stricter: unknown fields, kinds labctl does
 * not act on, fields the release lacks, and combinations Calico refuses or breaks on are all problems
 * (calico.md A.2 to A.6, H). `object` is undefined when there is an error. Paths begin at the object's root.
 */
export function validateObject(raw: unknown, version: Release): ReadObject {
  if (!isMapping(raw)) {
    const message = 'a Calico object is a mapping with apiVersion, kind, metadata and spec';
    return unreadable([objectError([], 'OBJECT_NOT_A_MAPPING', message)]);
  }
  const kind = kinds.find((candidate) => candidate === raw['kind']);
  if (kind === undefined) return unreadable([kindProblem(raw['kind'])]);
  const problems = [...versionProblems(raw, kind, version), ...topLevelProblems(raw, kind)];
  const { name, problems: metadataProblems } = checkMetadata(raw['metadata'], { kind, version });
  problems.push(...metadataProblems);
  const spec = raw['spec'] ?? {};
  if (!isMapping(spec)) {
    problems.push(objectError(['spec'], 'OBJECT_FIELD_VALUE', 'spec: expected a mapping'));
    return unreadable(problems);
  }
  const fieldProblems = checkFields(spec, specFields[kind], ['spec'], { kind, version });
  problems.push(...fieldProblems);
  const present = withoutAbsent(spec);
  const hasWrongTypes = fieldProblems.some(({ code }) => code === 'OBJECT_FIELD_VALUE');
  if (!hasWrongTypes) problems.push(...checkMeaning(kind, present, { name, version }));
  const failed = problems.some(({ severity }) => severity === 'error');
  const isReadable = !hasWrongTypes && name !== '' && !problems.some(({ code }) => code === 'OBJECT_FIELD_VERSION');
  const built = isReadable ? (build(raw, kind, present) as CalicoObject) : undefined;
  return { object: failed ? undefined : built, readable: built, problems };
}

function unreadable(problems: readonly Problem[]): ReadObject {
  return { object: undefined, readable: undefined, problems };
}

function kindProblem(kind: unknown): Problem {
  const known = kinds.join(', ');
  if (typeof kind !== 'string') {
    return objectError(['kind'], 'OBJECT_KIND_UNSUPPORTED', 'the object has no kind', `kinds: ${known}`);
  }
  const nearest = nearestName(kind, kinds);
  const reason = unsupportedReason(kind);
  const hint = reason === undefined && nearest !== undefined ? `did you mean ${nearest}?` : `kinds: ${known}`;
  const message = `labctl does not act on ${kind}: ${reason ?? 'it is no Calico kind that changes a route or a session'}`;
  return objectError(['kind'], 'OBJECT_KIND_UNSUPPORTED', message, hint);
}

function versionProblems(raw: Mapping, kind: CalicoKind, version: Release): Problem[] {
  const problems: Problem[] = [];
  const apiVersion = raw['apiVersion'];
  if (apiVersion !== calicoApiVersion) {
    const message =
      apiVersion === undefined
        ? 'the object has no apiVersion'
        : `apiVersion ${JSON.stringify(apiVersion)} is not read`;
    problems.push(objectError(['apiVersion'], 'OBJECT_API_VERSION', message, `write apiVersion: ${calicoApiVersion}`));
  }
  const first = firstMinorOfKind(kind);
  if (version.minor < first) {
    const message = `${kind} exists only from v3.${first} on; this is ${version.text}`;
    problems.push(objectError(['kind'], 'OBJECT_FIELD_VERSION', message, `use version: v3.${first} or newer`));
  }
  return problems;
}

function topLevelProblems(raw: Mapping, kind: CalicoKind): Problem[] {
  return Object.keys(raw)
    .filter((key) => !objectKeys.includes(key))
    .map((key) => {
      const nearest = nearestName(key, objectKeys);
      const belongs = nearestName(key, Object.keys(specFields[kind]));
      const hint = nearest === undefined ? belongs && `${belongs} belongs under spec` : `did you mean ${nearest}?`;
      return objectError([key], 'OBJECT_UNKNOWN_FIELD', `${kind} has no field ${key} here`, hint);
    });
}

function checkMetadata(metadata: unknown, about: { readonly kind: CalicoKind; readonly version: Release }) {
  if (!isMapping(metadata)) {
    const problem = objectError(['metadata'], 'OBJECT_NAME', 'the object has no metadata.name');
    return { name: '', problems: [problem] };
  }
  const problems = checkFields(metadata, metadataFields, ['metadata'], { ...about, kind: 'metadata' });
  const name = metadata['name'];
  if (typeof name !== 'string' || !/^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/.test(name)) {
    const message = `metadata.name ${JSON.stringify(name)} is no object name: lower-case letters, digits, '-' and '.'`;
    problems.push(objectError(['metadata', 'name'], 'OBJECT_NAME', message));
  }
  for (const field of ['labels', 'annotations'] as const) {
    if (metadata[field] != null && !isMapping(metadata[field])) {
      problems.push(objectError(['metadata', field], 'OBJECT_FIELD_VALUE', `${field}: expected a mapping`));
    }
  }
  return { name: typeof name === 'string' ? name : '', problems };
}

function checkMeaning(kind: CalicoKind, spec: Mapping, context: CheckContext): readonly Problem[] {
  switch (kind) {
    case 'IPPool':
      return validatePool(spec as never, context);
    case 'BGPConfiguration':
      return validateConfiguration(spec as never, context);
    case 'BGPPeer':
      return validatePeer(spec as never);
    case 'BGPFilter':
      return validateFilter(spec as never);
    case 'FelixConfiguration':
      return validateFelix(spec as never, context);
    case 'Node':
      return validateNode(spec as never);
  }
}

/** Absent fields left out, at any depth. */
function withoutAbsent(mapping: Mapping): Mapping {
  return Object.fromEntries(
    Object.entries(mapping)
      .filter(([, value]) => !isAbsent(value))
      .map(([key, value]) => [key, isMapping(value) ? withoutAbsent(value) : value]),
  );
}

/** The object without status; label and annotation values as text, as Go's YAML reader makes them (`yes` is "true"). */
function build(raw: Mapping, kind: CalicoKind, spec: Mapping) {
  const metadata = raw['metadata'] as Mapping;
  const asText = (field: 'labels' | 'annotations') => {
    if (!isMapping(metadata[field])) return {};
    const entries = Object.entries(metadata[field]).map(([key, value]) => [key, String(value ?? '')]);
    return { [field]: Object.fromEntries(entries) };
  };
  return {
    apiVersion: calicoApiVersion,
    kind,
    metadata: { name: metadata['name'], ...asText('labels'), ...asText('annotations') },
    spec,
  };
}
