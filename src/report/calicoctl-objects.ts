// Owns the YAML and JSON forms in which `calicoctl get` prints objects; they can be given back to `apply`.

import { stringify } from 'yaml';
import type { Design } from '../design/design.ts';
import type { WorkloadEndpoint } from './calicoctl-tables.ts';

type CalicoObject = Design['objects'][number];

const apiVersion = 'projectcalico.org/v3';

/** An object as printed: any JSON with a kind. */
export interface PrintedObject {
  readonly kind: string;
  readonly apiVersion: string;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly spec: Readonly<Record<string, unknown>>;
}

/** An object with the defaults Calico's datastore fills in when it is created (calico.md A.2). */
export function printedObject(object: CalicoObject, minor: number): PrintedObject {
  const spec = object.kind === 'IPPool' ? poolWithDefaults(object, minor) : { ...object.spec };
  return { kind: object.kind, apiVersion, metadata: { ...object.metadata }, spec };
}

function poolWithDefaults(pool: Extract<CalicoObject, { kind: 'IPPool' }>, minor: number): Record<string, unknown> {
  const { cidr, ...stated } = pool.spec;
  return {
    cidr,
    vxlanMode: 'Never',
    ipipMode: 'Never',
    blockSize: cidr.includes(':') ? 122 : 26,
    nodeSelector: 'all()',
    allowedUses: ['Workload', 'Tunnel'],
    ...(minor >= 30 ? { assignmentMode: 'Automatic' } : {}),
    ...stated,
  };
}

/** A WorkloadEndpoint in object form. */
export function printedEndpoint(endpoint: WorkloadEndpoint): PrintedObject {
  return {
    kind: 'WorkloadEndpoint',
    apiVersion,
    metadata: { name: endpoint.name, namespace: endpoint.namespace },
    spec: {
      endpoint: 'eth0',
      interfaceName: endpoint.interface,
      ipNetworks: endpoint.networks,
      node: endpoint.node,
      orchestrator: 'k8s',
      pod: endpoint.workload,
      profiles: endpoint.profiles,
    },
  };
}

/** What `-o json` or `-o yaml` prints: the one object that was asked for by name, or a list. */
export function objectsText(
  kind: string,
  objects: readonly PrintedObject[],
  shape: 'one' | 'list',
  format: 'json' | 'yaml',
): string {
  const [only] = objects;
  const isOne = shape === 'one' && objects.length === 1 && only !== undefined;
  const document = isOne ? only : { kind: `${kind}List`, apiVersion, metadata: {}, items: objects };
  if (format === 'json') return `${JSON.stringify(document, undefined, 2)}\n`;
  return stringify(document, { sortMapEntries: true, indentSeq: false, lineWidth: 0 });
}

const participles = {
  apply: 'applied',
  create: 'created',
  replace: 'replaced',
  patch: 'patched',
  delete: 'deleted',
} as const;

/** The line calicoctl prints when a change was taken: the kind is named where there is only one. */
export function successText(verb: keyof typeof participles, touched: readonly { readonly kind: string }[]): string {
  const [first] = touched;
  const isOneKind = touched.every(({ kind }) => kind === first?.kind);
  const what = isOneKind && first !== undefined ? ` '${first.kind}'` : '';
  return `Successfully ${participles[verb]} ${touched.length}${what} resource${verb === 'patch' ? '' : '(s)'}\n`;
}
