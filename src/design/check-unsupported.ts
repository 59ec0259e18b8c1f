// Owns the fields of Calico's objects that are read and understood but not acted on yet: refused, never ignored.

import type { Problem } from '../base/place.ts';
import type { CalicoKind, CalicoObject } from '../calico/objects.ts';
import type { ObjectSet } from './calico-objects.ts';
import { errorAt, type ProblemPath } from './problem.ts';

/** Field of spec to the values that change nothing here; an empty list refuses every value. */
const refused: Readonly<Partial<Record<CalicoKind, Readonly<Record<string, readonly unknown[]>>>>> = {
  IPPool: { namespaceSelector: ['', 'all()'] },
  BGPConfiguration: {
    ipv4NormalRoutePriority: [1024],
    ipv6NormalRoutePriority: [1024],
    localWorkloadPeeringIPV4: [],
    localWorkloadPeeringIPV6: [],
  },
  BGPPeer: { localWorkloadSelector: [''] },
  FelixConfiguration: {
    ipv4NormalRoutePriority: [1024],
    ipv6NormalRoutePriority: [1024],
    removeExternalRoutes: [true],
    deviceRouteProtocol: [3],
  },
};

/** One problem for each field that would have to change something and does not. */
export function checkUnsupported(set: ObjectSet): Problem[] {
  return set.objects.flatMap((object) => specProblems(set, object));
}

function specProblems(set: ObjectSet, object: CalicoObject): Problem[] {
  const fields = Object.entries(refused[object.kind] ?? {});
  const spec = object.spec as Readonly<Record<string, unknown>>;
  return fields
    .filter(([field, harmless]) => spec[field] !== undefined && !harmless.includes(spec[field]))
    .map(([field]) => notYet(set.pathOf(object, ['spec', field]), `${object.kind}'s ${field}`));
}

function notYet(path: ProblemPath, what: string): Problem {
  return errorAt(path, 'OBJECT_FIELD_NOT_YET', `labctl does not act on ${what} yet`, 'leave the field out');
}
