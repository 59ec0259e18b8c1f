// Owns what Calico asks of a BGPConfiguration beyond its fields' types (calico.md A.3).

import type { Problem } from '../base/place.ts';
import { type CheckContext, objectError } from './object-problem.ts';
import type { BGPConfiguration } from './objects.ts';
import { routeOwnerWords } from './route-owner.ts';

type Spec = BGPConfiguration['spec'];

/** Read from `node.<name>` objects; everything else there is an error. */
const nodeFields = ['prefixAdvertisements', 'listenPort', 'logSeverityScreen'];
const logLevels = ['trace', 'debug', 'info', 'warning', 'error', 'fatal'];

/** Problems of one BGPConfiguration; its fields have their types already. */
export function validateConfiguration(spec: Spec, { name, version }: CheckContext): readonly Problem[] {
  const problems: Problem[] = [];
  if (name !== 'default') problems.push(...nameProblems(spec, name));
  if (spec.nodeToNodeMeshEnabled === false) {
    for (const field of ['nodeMeshPassword', 'nodeMeshMaxRestartTime'] as const) {
      if (spec[field] == null) continue;
      const message = `${field} cannot be set while the node-to-node mesh is disabled`;
      problems.push(objectError(['spec', field], 'OBJECT_COMBINATION', message, 'leave it out'));
    }
  }
  if (spec.logSeverityScreen !== undefined && !logLevels.includes(spec.logSeverityScreen.toLowerCase())) {
    const message = `logSeverityScreen: ${JSON.stringify(spec.logSeverityScreen)} is none of ${logLevels.join(', ')}`;
    problems.push(objectError(['spec', 'logSeverityScreen'], 'OBJECT_FIELD_VALUE', message));
  }
  return [...problems, ...communityProblems(spec), ...routeOwnerWords(spec.programClusterRoutes, version)];
}

function nameProblems(spec: Spec, name: string): readonly Problem[] {
  if (!name.startsWith('node.')) {
    const message = `a BGPConfiguration is named default or node.<node name>; Calico ignores ${name}`;
    return [objectError(['metadata', 'name'], 'OBJECT_NAME', message, 'name it default')];
  }
  return Object.keys(spec)
    .filter((field) => !nodeFields.includes(field) && spec[field as keyof Spec] != null)
    .map((field) => {
      const message = `cannot set ${field} on a BGPConfiguration that is not the default one`;
      return objectError(['spec', field], 'OBJECT_COMBINATION', message, `known here: ${nodeFields.join(', ')}`);
    });
}

/** aa:nn with 16 bits each, or aa:nn:mm with 32 (RFC 1997, RFC 8092). */
export function isCommunity(text: string): boolean {
  const parts = text.split(':');
  if (parts.length !== 2 && parts.length !== 3) return false;
  const largest = parts.length === 2 ? 65535 : 4294967295;
  return parts.every((part) => /^\d{1,10}$/.test(part) && Number(part) <= largest);
}

function communityProblems(spec: Spec): readonly Problem[] {
  const problems: Problem[] = [];
  const known = new Set<string>();
  const used = new Set((spec.prefixAdvertisements ?? []).flatMap(({ communities }) => communities ?? []));
  for (const [i, { name, value }] of (spec.communities ?? []).entries()) {
    known.add(name);
    if (!isCommunity(value ?? '')) problems.push(badCommunity(['spec', 'communities', i, 'value'], value));
    if (used.has(name)) continue;
    const message = `community ${name} is defined but no prefixAdvertisements uses it`;
    problems.push(objectError(['spec', 'communities', i], 'COMMUNITY_UNUSED', message));
  }
  for (const [i, { communities }] of (spec.prefixAdvertisements ?? []).entries()) {
    for (const [j, community] of (communities ?? []).entries()) {
      if (known.has(community) || isCommunity(community)) continue;
      problems.push(badCommunity(['spec', 'prefixAdvertisements', i, 'communities', j], community));
    }
  }
  return problems;
}

function badCommunity(path: readonly (string | number)[], value: unknown): Problem {
  const message = `${JSON.stringify(value)} is no community: aa:nn (16 bits each), aa:nn:mm (32 bits each) or a defined name`;
  return objectError(path, 'COMMUNITY_INVALID', message);
}
