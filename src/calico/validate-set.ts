// Owns what must be true of all Calico objects together: one of each name, no overlap, nothing missing (calico.md A, H).

import { overlaps, parsePrefix } from '../base/address.ts';
import type { Problem } from '../base/place.ts';
import { generationOf, type Release } from './generations.ts';
import { nearestName } from './nearest.ts';
import { clusterFacts } from './node-facts.ts';
import { type ObjectPath, objectError, objectWarning } from './object-problem.ts';
import { type CalicoKind, type CalicoObject, objectsOf } from './objects.ts';
import { expandPeers } from './peerings.ts';
import { routeOwnerProblems } from './route-owner.ts';

/**
 * Problems between objects that are each valid. Paths begin with the index of the object that should change. Whether
 * every node has a session and what the fabric does is not asked here: the objects alone do not know the lab.
 */
export function validateSet(objects: readonly CalicoObject[], version: Release): readonly Problem[] {
  return [
    ...duplicates(objects),
    ...poolOverlaps(objects),
    ...missingReferences(objects),
    ...nodeProblems(objects, version),
    ...routeOwnerProblems(objects, version),
  ];
}

function duplicates(objects: readonly CalicoObject[]): readonly Problem[] {
  return objects.flatMap((object, i) => {
    const { kind, metadata } = object;
    const first = objects.findIndex((other) => other.kind === kind && other.metadata.name === metadata.name);
    if (first === i) return [];
    const message = `there are two ${kind} objects named ${metadata.name}`;
    return [objectError([i, 'metadata', 'name'], 'OBJECT_DUPLICATE', message, 'rename one, or leave one out')];
  });
}

function poolOverlaps(objects: readonly CalicoObject[]): readonly Problem[] {
  const pools = objects.flatMap((object, index) => {
    const prefix = object.kind === 'IPPool' ? parsePrefix(object.spec.cidr) : undefined;
    return prefix === undefined ? [] : [{ index, prefix, name: object.metadata.name, cidr: prefixText(object) }];
  });
  return pools.flatMap((pool, i) =>
    pools
      .slice(0, i)
      .filter((other) => other.name !== pool.name && overlaps(other.prefix, pool.prefix))
      .map((other) => {
        const message = `pool ${pool.name} (${pool.cidr}) overlaps with pool ${other.name} (${other.cidr})`;
        return objectError([pool.index, 'spec', 'cidr'], 'POOL_OVERLAP', message, 'choose another cidr');
      }),
  );
}

function prefixText(object: CalicoObject): string {
  return object.kind === 'IPPool' ? object.spec.cidr : '';
}

function missingReferences(objects: readonly CalicoObject[]): readonly Problem[] {
  const problems: Problem[] = [];
  const named = (kind: CalicoKind) => objectsOf(objects, kind).map(({ metadata }) => metadata.name);
  const filters = named('BGPFilter');
  const nodes = named('Node');
  for (const [i, object] of objects.entries()) {
    if (object.kind === 'BGPPeer') {
      for (const [j, filter] of (object.spec.filters ?? []).entries()) {
        if (!filters.includes(filter)) problems.push(missing([i, 'spec', 'filters', j], 'BGPFilter', filter, filters));
      }
      const { node } = object.spec;
      if (node !== undefined && nodes.length > 0 && !nodes.includes(node)) {
        problems.push(missing([i, 'spec', 'node'], 'Node', node, nodes));
      }
    }
    if (object.kind === 'BGPConfiguration' && object.metadata.name.startsWith('node.') && nodes.length > 0) {
      const node = object.metadata.name.slice('node.'.length);
      if (!nodes.includes(node)) problems.push(missing([i, 'metadata', 'name'], 'Node', node, nodes));
    }
  }
  return problems;
}

function missing(path: ObjectPath, kind: CalicoKind, name: string, known: readonly string[]): Problem {
  const nearest = nearestName(name, known);
  const list = known.length === 0 ? `add the ${kind}, or leave the name out` : `known: ${known.join(', ')}`;
  const hint = nearest === undefined ? list : `did you mean ${nearest}?`;
  return objectError(path, 'OBJECT_NOT_FOUND', `there is no ${kind} named ${name}`, hint);
}

function nodeProblems(objects: readonly CalicoObject[], version: Release): readonly Problem[] {
  const cluster = clusterFacts(objects);
  const problems: Problem[] = [];
  const owners = new Map<string, string>();
  const peerings = expandPeers(objectsOf(objects, 'BGPPeer'), cluster, generationOf(version));
  for (const [i, object] of objects.entries()) {
    if (object.kind !== 'Node') continue;
    const { name } = object.metadata;
    const facts = cluster.nodes.find((node) => node.name === name);
    if (facts === undefined) continue;
    for (const [field, address] of [
      ['ipv4Address', facts.ipv4],
      ['ipv6Address', facts.ipv6],
    ] as const) {
      const owner = address === undefined ? undefined : owners.get(address);
      if (owner !== undefined && owner !== name) {
        const message = `node ${name} has the address ${address} of node ${owner}: calico-node exits with an address conflict`;
        problems.push(objectError([i, 'spec', 'bgp', field], 'NODE_ADDRESS_TAKEN', message));
      } else if (address !== undefined) owners.set(address, name);
    }
    const isReached = peerings.some(({ node }) => node === undefined || node === name);
    if (cluster.mesh && facts.clusterId !== '' && !isReached) {
      problems.push(meshWarning([i, 'spec', 'bgp', 'routeReflectorClusterID'], name));
    }
  }
  for (const [i, object] of objects.entries()) {
    if (object.kind !== 'BGPPeer' || object.spec.peerSelector === undefined) continue;
    const alone = expandPeers([object], cluster, generationOf(version));
    if (alone.length > 0 || cluster.nodes.length === 0) continue;
    const message = `BGPPeer ${object.metadata.name} makes no session: no node matches its selectors`;
    problems.push(
      objectWarning(
        [i, 'spec', 'peerSelector'],
        'PEER_SELECTS_NOTHING',
        message,
        'compare with the labels of the nodes',
      ),
    );
  }
  return problems;
}

/** A reflector leaves the mesh on both sides (calico.md B.3, H). */
function meshWarning(path: ObjectPath, node: string): Problem {
  const message = `node ${node} has a routeReflectorClusterID and so leaves the node-to-node mesh: it needs BGPPeers of its own`;
  return objectWarning(path, 'REFLECTOR_OUTSIDE_MESH', message, 'disable the mesh, or add a BGPPeer that selects it');
}
