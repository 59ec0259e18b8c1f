// Owns the expansion of BGPPeers into peerings: global, node-specific, and the reverse ones (calico.md A.4).

import { type Family, formatAddress, parseAddress } from '../base/address.ts';
import { asNumber } from './as-number.ts';
import { durationSeconds } from './duration.ts';
import type { Generation } from './generations.ts';
import { addressOfNode, type ClusterFacts, type NodeFacts, nodesMatching, portOfNode } from './node-facts.ts';
import type { BGPPeer, SecretKeyRef } from './objects.ts';
import { type Labels, selectorMatches } from './selector.ts';

/** A pod that may be a BGP neighbor of its own node (calico.md A.4 localWorkloadSelector, 3.30). */
export interface LocalWorkload {
  readonly node: string;
  readonly labels: Labels;
  readonly addresses: readonly string[];
}

/** One peering before a node's own view of it (calico.md B.3). */
export interface Peering {
  readonly scope: 'Global' | 'Node' | 'Local_Workload';
  /** The only node that has it; undefined: every node. */
  readonly node: string | undefined;
  readonly family: Family;
  readonly address: string;
  readonly port: number | undefined;
  readonly as: number;
  readonly localAs: number | undefined;
  /** The address was given as text and is a Calico node's: the larger text is passive. */
  readonly calicoNode: boolean;
  readonly passive: boolean;
  readonly clusterId: string;
  readonly sourceAddress: 'UseNodeIP' | 'None';
  readonly nextHop: 'self' | 'keep' | 'keep for eBGP' | undefined;
  readonly ttlSecurity: number;
  readonly allowLocalAs: number;
  readonly restartTime: number | undefined;
  readonly keepaliveTime: number | undefined;
  readonly password: SecretKeyRef | undefined;
  readonly filters: readonly string[];
}

/** `ip`, `ip:port` or `[v6]:port` (Go's net.SplitHostPort); port undefined when none is stated. */
export function splitPeerAddress(text: string): { readonly host: string; readonly port: number | undefined } {
  const [, bracketed, plain, digits] = /^(?:\[([^[\]]*)\]|([^:[\]]*)):(\d{1,5})$/.exec(text) ?? [];
  const port = Number(digits);
  if (digits === undefined || port > 65535) return { host: text, port: undefined };
  return { host: bracketed ?? plain ?? '', port: port === 0 ? undefined : port };
}

/**
 * All peerings that BGPPeers make, of all nodes: global ones first, then node-specific ones, then the reverse of each
 * so that sessions between Calico nodes have two ends. The first of an (address, port) wins, and a global one over
 * any node's; peers are taken in the order of their names.
 */
export function expandPeers(
  peers: readonly BGPPeer[],
  cluster: ClusterFacts,
  generation: Generation,
  workloads: readonly LocalWorkload[] = [],
): readonly Peering[] {
  const kept = new Map<string, Peering>();
  const byName = peers.toSorted((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));
  // Of several peers that choose a pod, Felix names the first to confd.
  const owners = new Map(workloads.map((pod) => [pod, byName.find((peer) => selectsWorkload(peer, pod, cluster))]));
  const podsOf = (peer: BGPPeer) => workloads.filter((pod) => owners.get(pod) === peer);
  for (const peer of byName.filter(isGlobal)) {
    for (const peering of forwardPeerings(peer, cluster, podsOf(peer))) keep(kept, peering);
  }
  for (const peer of byName.filter((candidate) => !isGlobal(candidate))) {
    for (const peering of forwardPeerings(peer, cluster, podsOf(peer))) {
      for (const node of localNodes(peer, cluster)) {
        if (peering.node === undefined || peering.node === node) keep(kept, { ...peering, node });
      }
    }
  }
  for (const peer of byName) {
    for (const peering of reversePeerings(peer, cluster, generation)) keep(kept, peering);
  }
  return [...kept.entries()].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, peering]) => peering);
}

function isGlobal(peer: BGPPeer): boolean {
  return (peer.spec.nodeSelector ?? '') === '' && (peer.spec.node ?? '') === '';
}

/** Port 179 and no port are one key. */
function keyOf(node: string | undefined, { address, port }: Peering): string {
  return `${node ?? ''} ${address}${port === undefined || port === 179 ? '' : `-${port}`}`;
}

function keep(kept: Map<string, Peering>, peering: Peering): void {
  const key = keyOf(peering.node, peering);
  if (kept.has(key) || kept.has(keyOf(undefined, peering))) return;
  kept.set(key, peering);
}

/** Names of the nodes a node-specific peer is for; the selector wins over the name. */
function localNodes({ spec }: BGPPeer, cluster: ClusterFacts): readonly string[] {
  if ((spec.nodeSelector ?? '') !== '') return nodesMatching(cluster, spec.nodeSelector ?? '').map((node) => node.name);
  return spec.node === undefined ? [] : [spec.node];
}

function forwardPeerings(
  peer: BGPPeer,
  cluster: ClusterFacts,
  workloads: readonly LocalWorkload[],
): readonly Peering[] {
  const { spec } = peer;
  if ((spec.localWorkloadSelector ?? '') !== '') return workloadPeerings(peer, workloads);
  if ((spec.peerSelector ?? '') !== '') {
    const remote = nodesMatching(cluster, spec.peerSelector ?? '');
    return remote.flatMap((node) => nodePeerings(peer, cluster, node, [4, 6]));
  }
  const { host, port } = splitPeerAddress(spec.peerIP ?? '');
  const address = parseAddress(host);
  if (address === undefined) return [];
  if ((spec.reachableBy ?? '') !== '' && parseAddress(spec.reachableBy ?? '')?.family !== address.family) return [];
  const [remote] = port === undefined ? nodesBehind(cluster, host, undefined, peer) : [];
  return [
    {
      ...common(peer),
      scope: isGlobal(peer) ? 'Global' : 'Node',
      node: undefined,
      family: address.family,
      address: formatAddress(address),
      port: port ?? (remote === undefined ? undefined : portOfNode(cluster, remote)),
      as: asNumber(spec.asNumber) ?? 0,
      localAs: asNumber(spec.localASNumber),
      calicoNode: cluster.nodes.some((node) => node.ipv4 === host || node.ipv6 === host),
      allowLocalAs: spec.numAllowedLocalASNumbers ?? 0,
    },
  ];
}

/** Nodes that an (address, AS, port) of a BGPPeer means. */
function nodesBehind(
  cluster: ClusterFacts,
  host: string,
  port: number | undefined,
  peer: BGPPeer,
): readonly NodeFacts[] {
  const as = asNumber(peer.spec.asNumber) ?? cluster.as;
  return cluster.nodes.filter((node) => {
    // As confd has it: no address is the empty one, so a peer without peerIP means nodes that lack a family.
    if ((node.ipv4 ?? '') !== host && (node.ipv6 ?? '') !== host) return false;
    if ((node.as ?? cluster.as) !== as) return false;
    if (port === undefined) return true;
    if (node.listenPort !== undefined && node.listenPort !== port) return false;
    // As confd has it: the global port is compared even where the node states its own.
    return cluster.listenPort === undefined || cluster.listenPort === port;
  });
}

function reversePeerings(peer: BGPPeer, cluster: ClusterFacts, generation: Generation): readonly Peering[] {
  const { spec } = peer;
  if (spec.reversePeering === 'Manual' || (spec.localWorkloadSelector ?? '') !== '') return [];
  const bySelector = (spec.peerSelector ?? '') !== '';
  const { host, port } = splitPeerAddress(spec.peerIP ?? '');
  const owners = bySelector ? nodesMatching(cluster, spec.peerSelector ?? '') : nodesBehind(cluster, host, port, peer);
  const onlyFamily = !bySelector && generation.reverseSameFamilyOnly;
  const families: readonly Family[] = onlyFamily ? [host.includes(':') ? 6 : 4] : [4, 6];
  const names = isGlobal(peer) ? cluster.nodes.map((node) => node.name) : localNodes(peer, cluster);
  const remote = cluster.nodes.filter((node) => names.includes(node.name));
  const found: Peering[] = [];
  for (const node of remote) {
    for (const peering of nodePeerings(peer, cluster, node, families)) {
      for (const owner of owners) found.push({ ...peering, scope: 'Node', node: owner.name });
    }
  }
  return found;
}

/** A node as the far end: its AS, port and cluster id; local AS and allowed local AS do not apply to it. */
function nodePeerings(
  peer: BGPPeer,
  cluster: ClusterFacts,
  node: NodeFacts,
  families: readonly Family[],
): readonly Peering[] {
  const found: Peering[] = [];
  for (const family of families) {
    const address = addressOfNode(node, family);
    if (address === undefined) continue;
    found.push({
      ...common(peer),
      scope: isGlobal(peer) ? 'Global' : 'Node',
      node: undefined,
      family,
      address,
      port: portOfNode(cluster, node),
      as: node.as ?? cluster.as,
      localAs: undefined,
      calicoNode: false,
      clusterId: node.clusterId,
      allowLocalAs: 0,
    });
  }
  return found;
}

function selectsWorkload(peer: BGPPeer, pod: LocalWorkload, cluster: ClusterFacts): boolean {
  const selector = peer.spec.localWorkloadSelector ?? '';
  if (selector === '' || !selectorMatches(selector, pod.labels)) return false;
  return isGlobal(peer) || localNodes(peer, cluster).includes(pod.node);
}

/** Chosen pods: always passive, no source address, no timers (calico.md A.4). */
function workloadPeerings(peer: BGPPeer, workloads: readonly LocalWorkload[]): readonly Peering[] {
  return workloads.flatMap((pod) =>
    pod.addresses.flatMap((text): readonly Peering[] => {
      const address = parseAddress(text);
      if (address === undefined) return [];
      return [
        {
          ...common(peer),
          scope: 'Local_Workload',
          node: pod.node,
          family: address.family,
          address: formatAddress(address),
          port: undefined,
          as: asNumber(peer.spec.asNumber) ?? 0,
          localAs: asNumber(peer.spec.localASNumber),
          calicoNode: false,
          passive: true,
          sourceAddress: 'None',
          nextHop: undefined,
          ttlSecurity: 0,
          allowLocalAs: 0,
          restartTime: undefined,
          keepaliveTime: undefined,
          password: undefined,
        },
      ];
    }),
  );
}

function common({ spec }: BGPPeer) {
  return {
    passive: false,
    clusterId: '',
    sourceAddress: spec.sourceAddress ?? 'UseNodeIP',
    nextHop: nextHopOf(spec),
    ttlSecurity: spec.ttlSecurity ?? 0,
    restartTime: spec.maxRestartTime === undefined ? undefined : durationSeconds(spec.maxRestartTime),
    keepaliveTime: spec.keepaliveTime === undefined ? undefined : durationSeconds(spec.keepaliveTime),
    password: spec.password,
    filters: spec.filters ?? [],
  } as const;
}

/** nextHopMode (3.30) rules out keepOriginalNextHop, which keeps the next hop over eBGP only (calico.md B.3). */
function nextHopOf(spec: BGPPeer['spec']): Peering['nextHop'] {
  if (spec.nextHopMode === 'Self') return 'self';
  if (spec.nextHopMode === 'Keep') return 'keep';
  return spec.nextHopMode === undefined && spec.keepOriginalNextHop === true ? 'keep for eBGP' : undefined;
}
