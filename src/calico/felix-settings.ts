// Owns what Felix runs with on one node: the node's own FelixConfiguration over the default one (calico.md A.7).

import { type FelixConfiguration, findObject, type StoredObject } from './objects.ts';

/** Settings of one node; absent ones are Felix's defaults. */
export type FelixSettings = FelixConfiguration['spec'];

/** VXLAN's network identifier unless `vxlanVNI` says otherwise. */
export const defaultVni = 4096;

/** VXLAN's port unless `vxlanPort` says otherwise (RFC 7348). */
export const defaultVxlanPort = 4789;

/** The settings of a node: each field of `node.<name>`, else of `default`. An MTU of 0 is one that Felix finds by itself. */
export function felixSettings(objects: readonly StoredObject[], node: string): FelixSettings {
  const common = findObject(objects, 'FelixConfiguration', 'default')?.spec;
  return { ...common, ...findObject(objects, 'FelixConfiguration', `node.${node}`)?.spec };
}
