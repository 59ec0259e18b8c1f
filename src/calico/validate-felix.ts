// Owns what Calico asks of a FelixConfiguration beyond its fields' types (calico.md A.7).

import type { Problem } from '../base/place.ts';
import { type CheckContext, objectError } from './object-problem.ts';
import type { FelixConfiguration } from './objects.ts';

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
  const own = version.minor >= 33 ? 'EnabledIPIPOnly' : 'Disabled';
  if (setting !== undefined && setting !== own) {
    const message = `programClusterRoutes ${setting}: labctl acts on ${own} alone, the default of ${version.text}`;
    const hint =
      'leave it out; with its counterpart in BGPConfiguration it only moves routes from BIRD to Felix or back';
    problems.push(objectError(['spec', 'programClusterRoutes'], 'ROUTE_OWNER', message, hint));
  }
  return problems;
}

function isExpression(text: string): boolean {
  try {
    return new RegExp(text) !== undefined;
  } catch {
    return false;
  }
}
