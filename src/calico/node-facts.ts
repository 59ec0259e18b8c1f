// Owns what confd knows of each node: addresses, AS number, route reflector cluster, listen port, labels.

import { addressOf, type Family, formatAddress, parseAddress } from '../base/address.ts';
import { asNumber } from './as-number.ts';
import { type CalicoObject, findObject, objectsOf } from './objects.ts';
import { type Labels, parseSelector } from './selector.ts';

/** The AS number of a cluster that states none (calico.md A.3). */
export const defaultAs = 64512;

/** One node as BGP sees it (calico.md A.3, A.6). */
export interface NodeFacts {
  readonly name: string;
  readonly labels: Labels;
  /** Without prefix length; undefined when the node has none of that family. */
  readonly ipv4: string | undefined;
  readonly ipv6: string | undefined;
  /** Stated on the node; undefined: the global one. */
  readonly as: number | undefined;
  /** Empty: the node is no route reflector. */
  readonly clusterId: string;
  /** `listenPort` of `node.<name>`; undefined: the global one. */
  readonly listenPort: number | undefined;
}

/** All nodes and the cluster-wide settings that decide sessions. */
export interface ClusterFacts {
  readonly nodes: readonly NodeFacts[];
  readonly as: number;
  readonly listenPort: number | undefined;
  readonly mesh: boolean;
}

/** Reads the facts from objects; nodes in the order of their names, as the datastore lists them. */
export function clusterFacts(objects: readonly CalicoObject[]): ClusterFacts {
  const configuration = findObject(objects, 'BGPConfiguration', 'default')?.spec;
  const nodes = objectsOf(objects, 'Node').map((node): NodeFacts => {
    const { name, labels = {} } = node.metadata;
    const bgp = node.spec.bgp;
    return {
      name,
      labels,
      ipv4: plainAddress(bgp?.ipv4Address, 4),
      ipv6: plainAddress(bgp?.ipv6Address, 6),
      as: asNumber(bgp?.asNumber),
      clusterId: bgp?.routeReflectorClusterID ?? '',
      listenPort: findObject(objects, 'BGPConfiguration', `node.${name}`)?.spec.listenPort,
    };
  });
  return {
    nodes: nodes.toSorted((a, b) => (a.name < b.name ? -1 : 1)),
    as: asNumber(configuration?.asNumber) ?? defaultAs,
    listenPort: configuration?.listenPort,
    mesh: configuration?.nodeToNodeMeshEnabled ?? true,
  };
}

function plainAddress(text: string | undefined, family: Family): string | undefined {
  if (text === undefined || text === '') return undefined;
  const address = parseAddress(addressOf(text));
  return address?.family === family ? formatAddress(address) : undefined;
}

/** The node's address of a family. */
export function addressOfNode(node: NodeFacts, family: Family): string | undefined {
  return family === 4 ? node.ipv4 : node.ipv6;
}

/** The port a node listens on when one is stated, on the node or for all (calico.md A.4). */
export function portOfNode(cluster: ClusterFacts, node: NodeFacts): number | undefined {
  return node.listenPort ?? cluster.listenPort;
}

/** Nodes that a selector chooses; none when it cannot be read, as confd has it. */
export function nodesMatching(cluster: ClusterFacts, selector: string): readonly NodeFacts[] {
  const parsed = parseSelector(selector);
  return typeof parsed === 'string' ? [] : cluster.nodes.filter((node) => parsed.matches(node.labels));
}
