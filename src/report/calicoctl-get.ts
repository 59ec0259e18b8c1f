// Owns what `calicoctl get` prints for a kind and names, in each of its forms.

import type { Design } from '../design/design.ts';
import { objectsText, printedEndpoint, printedObject } from './calicoctl-objects.ts';
import { endpointTable, objectTable, workloadEndpointsOf } from './calicoctl-tables.ts';

/** The forms of `-o`. */
export type GetOutput = 'ps' | 'wide' | 'yaml' | 'json';

/** What is asked for; no names: all objects of the kind. */
export interface GetRequest {
  readonly kind: Design['objects'][number]['kind'] | 'WorkloadEndpoint';
  readonly names: readonly string[];
  readonly output: GetOutput;
  /** `-n <namespace>`; `all` for `-A`; undefined: default, and no column for it. */
  readonly namespace: string | undefined;
}

type GetDesign = Pick<Design, 'objects' | 'pods' | 'version'>;

/** The text on stdout. Names that do not exist are simply not there: the caller has refused them before. */
export function gotText(design: GetDesign, request: GetRequest): string {
  const { kind } = request;
  return kind === 'WorkloadEndpoint' ? endpoints(design, request) : objects(design, kind, request);
}

function endpoints(design: GetDesign, { names, output, namespace }: GetRequest): string {
  const found = workloadEndpointsOf(design).filter(
    (endpoint) =>
      (namespace === 'all' || endpoint.namespace === (namespace ?? 'default')) &&
      (names.length === 0 || names.includes(endpoint.name) || names.includes(endpoint.workload)),
  );
  if (output === 'json' || output === 'yaml') {
    return objectsText('WorkloadEndpoint', found.map(printedEndpoint), names.length === 1 ? 'one' : 'list', output);
  }
  const namespaces = namespace !== undefined;
  return endpointTable(found, { wide: output === 'wide', minor: design.version.minor, namespaces });
}

function objects(design: GetDesign, kind: Design['objects'][number]['kind'], { names, output }: GetRequest): string {
  const { minor } = design.version;
  const found = design.objects.filter(
    (object) => object.kind === kind && (names.length === 0 || names.includes(object.metadata.name)),
  );
  if (output !== 'json' && output !== 'yaml') {
    return objectTable(kind, found, design.objects, { wide: output === 'wide', minor, namespaces: false });
  }
  const printed = found.map((object) => printedObject(object, minor));
  return objectsText(kind, printed, names.length === 1 ? 'one' : 'list', output);
}
