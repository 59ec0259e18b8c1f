// Owns the BGP sessions of one node as confd writes them into bird.cfg and bird6.cfg (calico.md B.3).

import type { Family } from '../base/address.ts';
import { durationSeconds } from './duration.ts';
import { type Generation, generationOf, type Release } from './generations.ts';
import { filterFunctionName, protocolName, routerIdHash } from './names.ts';
import { addressOfNode, type ClusterFacts, clusterFacts, type NodeFacts, portOfNode } from './node-facts.ts';
import { type BGPConfiguration, type CalicoObject, findObject, objectsOf, type SecretKeyRef } from './objects.ts';
import type { CalicoPeer, NodePeers } from './peer.ts';
import { expandPeers, type LocalWorkload, type Peering } from './peerings.ts';

/** What sessions depend on beside the objects. */
export interface PeersOptions {
  readonly version: Release;
  /** Environment of calico-node: `CALICO_ROUTER_ID` (a literal or `hash`) is read, `AS` is the node object's matter. */
  readonly env?: Readonly<Record<string, string>> | undefined;
  /** Pods that localWorkloadSelector may choose (3.30). */
  readonly workloads?: readonly LocalWorkload[] | undefined;
  /** `<secret>/<key>` of the passwords there are: confd leaves out the one that it cannot read. */
  readonly secrets?: ReadonlySet<string> | undefined;
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };

/** A node's view of everything: what every row is made from. */
interface View {
  readonly objects: readonly CalicoObject[];
  readonly cluster: ClusterFacts;
  readonly generation: Generation;
  readonly node: NodeFacts;
  readonly configuration: BGPConfiguration['spec'] | undefined;
  readonly localAs: number;
  readonly secrets: ReadonlySet<string>;
}

/**
 * The sessions of a node in both address families: full mesh, global and node-specific peers with their reverse
 * peerings (calico.md A.4, B.3). A family the node has no address of has no sessions. Throws a TypeError when the
 * objects hold no such node (callers look it up first).
 */
export function peersOfNode(objects: readonly CalicoObject[], nodeName: string, options: PeersOptions): NodePeers {
  const cluster = clusterFacts(objects);
  const node = cluster.nodes.find((candidate) => candidate.name === nodeName);
  if (node === undefined) throw new TypeError(`no Node object named ${nodeName}`);
  const generation = generationOf(options.version);
  const view: View = {
    objects,
    cluster,
    generation,
    node,
    configuration: findObject(objects, 'BGPConfiguration', 'default')?.spec,
    localAs: node.as ?? cluster.as,
    secrets: options.secrets ?? new Set(),
  };
  const peerings = expandPeers(objectsOf(objects, 'BGPPeer'), cluster, generation, options.workloads);
  return {
    node: nodeName,
    routerId: routerIdOf(node, generation, options.env?.['CALICO_ROUTER_ID'] ?? ''),
    localAs: view.localAs,
    ipv4: rowsOf(view, peerings, 4),
    ipv6: rowsOf(view, peerings, 6),
  };
}

/** CALICO_ROUTER_ID: empty is the IPv4 address, `hash` a hash of the name, else taken as it is (calico.md A.8). */
function routerIdOf(node: NodeFacts, generation: Generation, setting: string): string {
  if (setting === 'hash') return routerIdHash(node.name, generation.routerIdHashLowered);
  return setting === '' ? (node.ipv4 ?? '') : setting;
}

function rowsOf(view: View, peerings: readonly Peering[], family: Family): readonly CalicoPeer[] {
  const own = addressOfNode(view.node, family);
  if (own === undefined) return [];
  const rows = [...meshRows(view, family, own)];
  for (const scope of ['Global', 'Node', 'Local_Workload'] as const) {
    for (const peering of peerings) {
      if (peering.scope !== scope || peering.family !== family || peering.address === own) continue;
      if (peering.node !== undefined && peering.node !== view.node.name) continue;
      rows.push(peeringRow(view, peering, own));
    }
  }
  if (!view.generation.peersSortedByName) return rows;
  return rows.toSorted((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
}

/** Full mesh: every other node that is no route reflector, while this one is none either. */
function meshRows(view: View, family: Family, own: string): readonly CalicoPeer[] {
  const { cluster, generation, configuration, localAs } = view;
  if (!cluster.mesh || view.node.clusterId !== '') return [];
  const rows: CalicoPeer[] = [];
  for (const other of cluster.nodes) {
    const address = addressOfNode(other, family);
    if (address === undefined || address === own || other.clusterId !== '') continue;
    const as = other.as ?? (generation.meshPeerAs === 'own' ? localAs : cluster.as);
    const row: Writable<CalicoPeer> = {
      name: protocolName('Mesh', address),
      address,
      as,
      sourceAddress: own,
      ttlSecurity: false,
      // Without the statement BIRD makes iBGP sessions multihop and eBGP ones direct (calico.md A.10).
      multihop: generation.meshMultihop || as === localAs,
    };
    const port = portOfNode(cluster, other);
    if (port !== undefined) row.port = port;
    if (address > own) row.passive = true;
    const password = passwordOf(view, configuration?.nodeMeshPassword);
    if (password !== undefined) row.password = password;
    const restartTime = durationSeconds(configuration?.nodeMeshMaxRestartTime ?? '');
    if (restartTime !== undefined) row.gracefulRestartTime = restartTime;
    rows.push(row);
  }
  return rows;
}

function peeringRow(view: View, peering: Peering, own: string): CalicoPeer {
  const { address, port, as } = peering;
  const effectiveAs = peering.localAs ?? view.localAs;
  const row: Writable<CalicoPeer> = {
    name: protocolName(peering.scope, address, port),
    address,
    as,
    ttlSecurity: peering.ttlSecurity > 0,
    multihop: peering.ttlSecurity > 0 ? peering.ttlSecurity : true,
  };
  if (port !== undefined) row.port = port;
  if (peering.localAs !== undefined) row.localAs = peering.localAs;
  if (peering.sourceAddress === 'UseNodeIP') row.sourceAddress = own;
  if (peering.passive || (peering.scope === 'Global' && peering.calicoNode && address > own)) row.passive = true;
  if (as === effectiveAs && view.node.clusterId !== '' && peering.clusterId !== view.node.clusterId) {
    row.rrClient = true;
    row.rrClusterId = view.node.clusterId;
  }
  if (peering.nextHop === 'self') row.nextHop = 'self';
  if (peering.nextHop === 'keep' || (peering.nextHop === 'keep for eBGP' && as !== effectiveAs)) row.nextHop = 'keep';
  const password = passwordOf(view, peering.password);
  if (password !== undefined) row.password = password;
  if (peering.restartTime !== undefined) row.gracefulRestartTime = peering.restartTime;
  if (peering.keepaliveTime !== undefined) row.keepaliveTime = peering.keepaliveTime;
  if (peering.allowLocalAs > 0) row.allowLocalAs = peering.allowLocalAs;
  const filters = filterCalls(view, peering);
  if (filters.length > 0) row.filters = filters;
  return row;
}

/** `<secret>/<key>`: where the password comes from, never what it is. */
function passwordOf({ secrets }: View, reference: SecretKeyRef | undefined): string | undefined {
  const name = `${reference?.secretKeyRef?.name}/${reference?.secretKeyRef?.key}`;
  return secrets.has(name) ? name : undefined;
}

/** Functions called, in the order of bird.cfg: the import filter's, then the export filter's; absent filters are skipped. */
function filterCalls({ objects, generation }: View, { filters, family }: Peering): readonly string[] {
  if (!generation.bgpFilters) return [];
  const calls: string[] = [];
  for (const direction of ['import', 'export'] as const) {
    for (const name of filters) {
      const spec = findObject(objects, 'BGPFilter', name)?.spec;
      const rules = spec?.[`${direction}V${family}`] ?? [];
      if (rules.length > 0) calls.push(filterFunctionName(name, direction, family));
    }
  }
  return calls;
}
