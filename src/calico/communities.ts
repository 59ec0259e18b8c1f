// Owns which BGP communities a node adds to the prefixes it announces (calico.md A.3, B.4; RFC 1997, RFC 8092).

import { type CalicoObject, findObject } from './objects.ts';

/** A prefix and the communities that every route inside it gets: `65001:10`, or `65001:10:20` for a large one. */
export interface AdvertisedPrefix {
  readonly cidr: string;
  readonly communities: readonly string[];
}

const isValue = (text: string): boolean => /^\d+(:\d+){1,2}$/.test(text);

/**
 * The prefix advertisements of a node: its own BGPConfiguration's where that states any, else the default one's. Names
 * are looked up in the same object, sorted and each once as confd has it; a prefix without communities is left out.
 */
export function advertisedPrefixes(objects: readonly CalicoObject[], node: string): readonly AdvertisedPrefix[] {
  const own = findObject(objects, 'BGPConfiguration', `node.${node}`)?.spec;
  const spec = own?.prefixAdvertisements === undefined ? findObject(objects, 'BGPConfiguration', 'default')?.spec : own;
  const named = new Map((spec?.communities ?? []).map(({ name, value }) => [name, value]));
  return (spec?.prefixAdvertisements ?? [])
    .map(({ cidr, communities }) => {
      const values = communities.flatMap((text) => (isValue(text) ? text : (named.get(text) ?? [])));
      return { cidr, communities: [...new Set(values)].toSorted() };
    })
    .filter(({ communities }) => communities.length > 0);
}
