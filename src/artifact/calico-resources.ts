// Owns Calico's objects as text: what `calicoctl apply -f` takes on a real cluster.

import { stringify } from 'yaml';
import type { CalicoObject } from '../calico/objects.ts';

/** One YAML document an object, keys in the order in which kubectl prints them (alphabetical at every level). */
export function calicoResources(objects: readonly CalicoObject[]): string {
  return objects.map((object) => stringify(object, { sortMapEntries: true, lineWidth: 0 })).join('---\n');
}
