// Owns what Calico asks of a FelixConfiguration beyond its fields' types (calico.md A.7).

import type { Problem } from '../base/place.ts';
import { type CheckContext, objectError } from './object-problem.ts';
import type { FelixConfiguration } from './objects.ts';
import { routeOwnerWords } from './route-owner.ts';

/** IANA's (RFC 7348), and the one that Linux had before it. */
const vxlanPorts: readonly number[] = [4789, 8472];

/** Problems of one FelixConfiguration; its fields have their types already. */
export function validateFelix(spec: FelixConfiguration['spec'], { name, version }: CheckContext): readonly Problem[] {
  const problems: Problem[] = [];
  if (name !== 'default' && !name.startsWith('node.')) {
    const message = `a FelixConfiguration is named default or node.<node name>; Felix ignores ${name}`;
    problems.push(objectError(['metadata', 'name'], 'OBJECT_NAME', message, 'name it default'));
  }
  const { mtuIfacePattern: pattern, programClusterRoutes: setting } = spec;
  if (pattern !== undefined && !isExpression(pattern)) {
    const message = `mtuIfacePattern: ${JSON.stringify(pattern)} is no regular expression`;
    problems.push(objectError(['spec', 'mtuIfacePattern'], 'OBJECT_FIELD_VALUE', message));
  }
  if (spec.vxlanPort !== undefined && name !== 'default') {
    const message = 'vxlanPort of one node alone: the others would send to another port';
    problems.push(objectError(['spec', 'vxlanPort'], 'VXLAN_PORT', message, 'write it in default'));
  }
  if (spec.vxlanPort !== undefined && !vxlanPorts.includes(spec.vxlanPort)) {
    const message = `vxlanPort ${spec.vxlanPort}: labctl's captures know VXLAN by the ports ${vxlanPorts.join(' and ')}`;
    problems.push(objectError(['spec', 'vxlanPort'], 'VXLAN_PORT', message, 'write one of the two'));
  }
  if (setting !== undefined && name !== 'default') {
    const message = 'programClusterRoutes of one node alone: BIRD and Felix of the others would not agree with it';
    problems.push(objectError(['spec', 'programClusterRoutes'], 'ROUTE_OWNER', message, 'write it in default'));
  }
  return [...problems, ...routeOwnerWords(setting, version)];
}

function isExpression(text: string): boolean {
  try {
    return new RegExp(text) !== undefined;
  } catch {
    return false;
  }
}
