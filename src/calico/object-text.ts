// Owns how Calico's objects are written as text: YAML as Go's reader has it, several documents, lists.

import type { DocumentOptions, ParseOptions, ScalarTag, SchemaOptions } from 'yaml';

const goBoolean: ScalarTag = {
  tag: 'tag:yaml.org,2002:bool',
  default: true,
  identify: (value) => typeof value === 'boolean',
  test: /^(?:y|Y|yes|Yes|YES|on|On|ON|n|N|no|No|NO|off|Off|OFF)$/,
  resolve: (text) => /^(?:y|on)/i.test(text),
};

/**
 * Options for the `yaml` package that read an object as calicoctl and kubectl do: YAML 1.2's core schema and in
 * addition the booleans of YAML 1.1 (`yes`, `off`, …), so that the label `route-reflector: yes` has the value
 * "true"; but not its base-60 numbers, so that the community `65001:10` stays text.
 */
export const objectYamlOptions: ParseOptions & DocumentOptions & SchemaOptions = {
  version: '1.2',
  uniqueKeys: true,
  customTags: (tags) => [...tags, goBoolean],
};

/** The objects of one document: the items of a `List` (or `BGPPeerList` …), or the document itself; none when empty. */
export function objectsInDocument(document: unknown): readonly unknown[] {
  if (document === null || document === undefined) return [];
  if (Array.isArray(document)) return document;
  if (typeof document !== 'object') return [document];
  const { kind, items } = document as { readonly kind?: unknown; readonly items?: unknown };
  return typeof kind === 'string' && kind.endsWith('List') && Array.isArray(items) ? items : [document];
}
