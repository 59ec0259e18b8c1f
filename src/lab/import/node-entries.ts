// Owns the node list of an imported lab: what kind, the fabric, labels and objects say of a node, no more than is needed.

import { ownLabels } from './calico-objects.ts';
import { derived, type ImportedFabric } from './fabric.ts';
import type { KindCluster } from './kind-cluster.ts';

/** The items of `cluster.nodes`. An address that labctl would derive is not written. */
export function nodeEntries(
  cluster: KindCluster,
  fabric: ImportedFabric | undefined,
  labels: ReadonlyMap<string, Readonly<Record<string, string>>>,
  reflectors: ReadonlyMap<string, string>,
): readonly object[] {
  return cluster.nodes.map(({ container, short, role }) => {
    const rack = fabric?.racks.find(({ addresses }) => addresses.has(container));
    const isDerived =
      rack !== undefined && [...rack.addresses.values()].every((address, i) => address === derived(rack.prefix, i));
    const own = Object.entries(labels.get(short) ?? {}).filter(
      ([key, value]) => !ownLabels.test(key) && !(key === 'rack' && value === rack?.name),
    );
    return {
      role,
      rack: rack?.name,
      address: isDerived ? undefined : rack?.addresses.get(container)?.replace(/\/\d+$/, ''),
      reflector: reflectors.get(short),
      labels: own.length === 0 ? undefined : Object.fromEntries(own),
    };
  });
}
