// Owns who writes a cluster's routes: BIRD or Felix, as the two objects' programClusterRoutes say together (calico.md A.7).

import type { Problem } from '../base/place.ts';
import { type Generation, generationOf, type Release } from './generations.ts';
import { objectError } from './object-problem.ts';
import { type CalicoObject, findObject } from './objects.ts';

type Owner = 'Enabled' | 'Disabled' | 'EnabledIPIPOnly' | 'EnabledNoEncapOnly';

/** Problems of one object's programClusterRoutes: two of its words are new. */
export function routeOwnerWords(setting: Owner | undefined, { minor, text }: Release): readonly Problem[] {
  if (minor >= 33 || (setting !== 'EnabledIPIPOnly' && setting !== 'EnabledNoEncapOnly')) return [];
  const message = `${text} knows only Enabled and Disabled; ${setting} exists from v3.33 on`;
  return [objectError(['spec', 'programClusterRoutes'], 'OBJECT_FIELD_VERSION', message)];
}

/** What a release does where neither object says anything: Felix's setting, BGPConfiguration's. */
function usualPair({ minor }: Release): readonly [Owner, Owner] {
  return minor >= 33 ? ['EnabledIPIPOnly', 'EnabledNoEncapOnly'] : ['Disabled', 'Enabled'];
}

/** The facts of a release in a cluster with these objects: Felix's `Disabled` leaves the routes of IPIP pools to BIRD in 3.33, too. */
export function generationIn(version: Release, objects: readonly CalicoObject[]): Generation {
  const generation = generationOf(version);
  const setting = findObject(objects, 'FelixConfiguration', 'default')?.spec.programClusterRoutes;
  return setting === 'Disabled' ? { ...generation, felixOwnsIpip: false } : generation;
}

/** Nothing in Calico detects a pair that writes routes twice or not at all. Paths begin with the index of an object. */
export function routeOwnerProblems(objects: readonly CalicoObject[], version: Release): readonly Problem[] {
  const [usualFelix, usualBgp] = usualPair(version);
  const indexOf = (kind: CalicoObject['kind']) =>
    objects.findIndex((object) => object.kind === kind && object.metadata.name === 'default');
  const felix = findObject(objects, 'FelixConfiguration', 'default')?.spec.programClusterRoutes;
  const bgp = findObject(objects, 'BGPConfiguration', 'default')?.spec.programClusterRoutes;
  if (felix === undefined && bgp === undefined) return [];
  const pair = [felix ?? usualFelix, bgp ?? usualBgp].join(' and ');
  if (pair === 'Disabled and Enabled' || pair === [usualFelix, usualBgp].join(' and ')) return [];
  const isOfCalico = pair === 'Enabled and Disabled' || pair === 'EnabledNoEncapOnly and EnabledIPIPOnly';
  const why = isOfCalico
    ? 'labctl does not work out the routes that Felix writes for plain pools yet'
    : 'routes would be written twice or by nobody';
  const message = `programClusterRoutes of FelixConfiguration and BGPConfiguration are ${pair}: ${why}`;
  const hint = `write ${usualFelix} and ${usualBgp}, the default of ${version.text}, or Disabled and Enabled`;
  const index = felix === undefined ? indexOf('BGPConfiguration') : indexOf('FelixConfiguration');
  return [objectError([index, 'spec', 'programClusterRoutes'], 'ROUTE_OWNER', message, hint)];
}
