// Owns calico-node's environment as a lab needs it (calico.md A.8): pools, node address, address families.

import { type Family, familyOf, inFamily } from '../base/address.ts';
import type { IPPool } from '../calico/objects.ts';
import type { Design, NodeDesign } from '../design/design.ts';
import { firstPools } from '../design/earlier.ts';
import { loopback } from '../design/interfaces.ts';
import type { KindCluster } from '../design/kind-cluster.ts';

/** calico-node makes a pool of this name at its first start; the lab's is then the same object. */
const defaultPools = { 4: 'default-ipv4-ippool', 6: 'default-ipv6-ippool' } as const;

/** Name and value, in the order in which they are written. */
export type Environment = readonly (readonly [string, string])[];

/**
 * What is set in calico-node's environment. The address is never left to `first-found`: it would take Docker's where the
 * fabric came late; on a loopback no method looks, so there `IP` is empty and the Node object's own address stays. Pools are
 * stated because a tunnel has the first address of its block only when the pool was encapsulated from the beginning.
 */
export function calicoNodeEnvironment(design: Design, { calico }: KindCluster): Environment {
  const made = firstPools(design);
  const pools = { 4: poolOf(made, 4), 6: poolOf(made, 6) };
  const isStated = design.nodes.some(({ addresses: [{ address }], interfaces }) =>
    interfaces.some(({ name, addresses }) => name === loopback && addresses.includes(address)),
  );
  return [
    ...(isStated
      ? ([['IP', '']] as const)
      : ([
          ['IP', 'autodetect'],
          ['IP_AUTODETECTION_METHOD', autodetectionMethod(design, 4)],
        ] as const)),
    ...(pools[4] === undefined ? ([['NO_DEFAULT_POOLS', 'true']] as const) : poolEnvironment(pools[4], 4)),
    ...(pools[6] === undefined
      ? []
      : ([
          ['IP6', 'autodetect'],
          ['IP6_AUTODETECTION_METHOD', autodetectionMethod(design, 6)],
          ['FELIX_IPV6SUPPORT', 'true'],
          ...poolEnvironment(pools[6], 6),
        ] as const)),
    ...(calico.routerID === undefined ? [] : ([['CALICO_ROUTER_ID', calico.routerID]] as const)),
  ];
}

/** Whether the lab's pods have addresses of a family. */
export function hasPool(design: Design, family: 4 | 6): boolean {
  return design.pools.some(({ spec }) => spec.cidr.includes(':') === (family === 6));
}

function poolOf(pools: readonly IPPool[], family: 4 | 6): IPPool | undefined {
  return pools.find(({ metadata }) => metadata.name === defaultPools[family]);
}

/** `interface=net0` where all nodes hang on the fabric, else the networks the nodes are in. */
function autodetectionMethod({ nodes, expected }: Design, family: Family): string {
  const uplinkOf = ({ addresses }: NodeDesign): string | undefined => inFamily(addresses, family)?.uplink;
  const uplinks = new Set(nodes.map(uplinkOf));
  if (uplinks.size === 1) return `interface=${[...uplinks][0]}`;
  const connected = expected.routes.filter(
    ({ protocol, prefix }) => protocol === 'kernel' && familyOf(prefix) === family,
  );
  const networks = nodes.flatMap((node) =>
    connected
      .filter(({ machine, nextHops }) => machine === node.name && nextHops.some(({ dev }) => dev === uplinkOf(node)))
      .map(({ prefix }) => prefix),
  );
  return `cidr=${[...new Set(networks)].join(',')}`;
}

function poolEnvironment({ spec }: IPPool, family: 4 | 6): Environment {
  const name = (what: string): string => `CALICO_IPV${family}POOL_${what}`;
  const values: readonly (readonly [string, string | undefined])[] = [
    [name('CIDR'), spec.cidr],
    ...(family === 4 ? ([[name('IPIP'), spec.ipipMode ?? 'Never']] as const) : []),
    [name('VXLAN'), spec.vxlanMode ?? 'Never'],
    [name('BLOCK_SIZE'), spec.blockSize?.toString()],
    [name('NAT_OUTGOING'), String(spec.natOutgoing ?? false)],
    [name('NODE_SELECTOR'), spec.nodeSelector === 'all()' ? undefined : spec.nodeSelector],
    [name('DISABLE_BGP_EXPORT'), spec.disableBGPExport === true ? 'true' : undefined],
  ];
  return values.filter((entry): entry is readonly [string, string] => entry[1] !== undefined);
}
