// Owns the node list of an imported lab: what kind, the fabric, labels and objects say of a node, no more than is needed.

import { addressOf } from '../../base/address.ts';
import { rackLabel } from '../racks.ts';
import { ownLabels } from './calico-objects.ts';
import type { ImportedFabric } from './fabric.ts';
import type { KindCluster } from './kind-cluster.ts';
import { derived, loopbackPrefix } from './racks.ts';

/** The items of `cluster.nodes`. An address that labctl would derive is not written. */
export function nodeEntries(
  cluster: KindCluster,
  fabric: ImportedFabric | undefined,
  labels: ReadonlyMap<string, Readonly<Record<string, string>>>,
  reflectors: ReadonlyMap<string, string>,
): readonly object[] {
  const loopbacks = cluster.nodes.flatMap(({ container }) => fabric?.loopbacks.get(container) ?? []);
  const network = loopbackPrefix(loopbacks) ?? '';
  const areDerived = loopbacks.every((address, i) => address === addressOf(derived(network, i)));
  return cluster.nodes.map(({ container, short, role }) => {
    const [rack, ...others] = fabric?.stands.get(container) ?? [];
    const stand = others.length === 0 ? { rack } : { rack, uplinkRacks: [rack ?? '', ...others] };
    const own = Object.entries(labels.get(short) ?? {}).filter(
      ([key, value]) => !ownLabels.test(key) && !(key === 'rack' && value === rackLabel(stand)),
    );
    const loopback = areDerived ? undefined : fabric?.loopbacks.get(container);
    return {
      role,
      rack: stand.uplinkRacks ?? rack,
      address: stand.uplinkRacks === undefined ? statedIn(fabric, rack, container) : loopback,
      reflector: reflectors.get(short),
      labels: own.length === 0 ? undefined : Object.fromEntries(own),
    };
  });
}

/** The node's address where labctl would not give the rack's nodes theirs. */
function statedIn(fabric: ImportedFabric | undefined, name: string | undefined, container: string): string | undefined {
  const rack = fabric?.racks.find((candidate) => candidate.name === name);
  if (rack === undefined || [...rack.addresses.values()].every((address, i) => address === derived(rack.prefix, i)))
    return undefined;
  return rack.addresses.get(container)?.replace(/\/\d+$/, '');
}
