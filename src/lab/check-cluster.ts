// Owns the meaning of a cluster: nodes in racks that exist, pods on nodes that exist, peers that can work, nobody alone.

import { defaultAsNumber, endpointOf } from './defaults.ts';
import { toReflectors } from './lab.ts';
import type { ProblemList } from './problems.ts';
import { checkLoopbacks, checkStand, racksOf, standOf } from './racks.ts';
import type { MergedLab } from './schema.ts';
import type { Path } from './tree.ts';

/** Every name a lab's machines go by. */
export interface Names {
  readonly routers: readonly string[];
  readonly racks: readonly string[];
  /** Short names, in the order of the node list. */
  readonly nodes: readonly string[];
  /** Short and full names of nodes. */
  readonly nodeWords: ReadonlySet<string>;
  readonly pods: readonly string[];
  readonly hosts: readonly string[];
  readonly services: readonly string[];
}

/** Collects the names of a merged lab. */
export function namesOf(merged: MergedLab, nodeNames: readonly string[]): Names {
  return {
    routers: Object.keys(merged.topology?.routers ?? {}),
    racks: Object.keys(merged.topology?.racks ?? {}),
    nodes: nodeNames,
    nodeWords: new Set(nodeNames.flatMap((short) => [short, `${merged.name}-${short}`])),
    pods: Object.keys(merged.pods ?? {}),
    hosts: Object.keys(merged.hosts ?? {}),
    services: Object.keys(merged.services ?? {}),
  };
}

/** Checks nodes, pods and Calico's part of a merged lab. */
export function checkCluster(merged: MergedLab, names: Names, list: ProblemList): void {
  checkNodes(merged, names, list);
  checkPods(merged, names, list);
  checkNodeAs(merged, names, list);
  checkPeers(merged, names, list);
  checkNobodyAlone(merged, names, list);
}

function checkNodes(merged: MergedLab, names: Names, list: ProblemList): void {
  const { nodes } = merged.cluster;
  if (!nodes.some((node) => node.role === 'control-plane')) {
    const message = 'the cluster has no control plane';
    list.add(['cluster', 'nodes'], { code: 'LAB_NO_CONTROL_PLANE', message, hint: 'add {role: control-plane}' });
  }
  for (const i of nodes.keys()) checkStand(merged, names, i, list);
  checkLoopbacks(merged, list);
  for (const [kind, group] of [
    ['routers', names.routers],
    ['racks', names.racks],
  ] as const) {
    for (const name of group) {
      if (names.nodeWords.has(name)) addTaken(['topology', kind, name], name, 'node', list);
    }
  }
}

function addTaken(path: Path, name: string, owner: string, list: ProblemList): void {
  const message = `\`${name}\` is already the name of a ${owner}`;
  list.add(
    path,
    { code: 'LAB_DUPLICATE_NAME', message, hint: 'choose another name; names are unique in a lab' },
    { at: 'key' },
  );
}

function checkPods(merged: MergedLab, names: Names, list: ProblemList): void {
  const routers = new Set(names.routers);
  for (const [pod, node] of Object.entries(merged.pods ?? {})) {
    if (!names.nodeWords.has(node)) list.addUnknown(['pods', pod], 'node', node, names.nodes);
    if (names.nodeWords.has(pod)) addTaken(['pods', pod], pod, 'node', list);
    if (routers.has(pod)) addTaken(['pods', pod], pod, 'router', list);
  }
}

function checkNodeAs(merged: MergedLab, names: Names, list: ProblemList): void {
  const path = ['calico', 'nodeASNumber'];
  const stated = merged.calico?.nodeASNumber;
  if (stated === 'leaf' && names.racks.length === 0) {
    const hint = 'add a topology with racks, or write a number';
    list.add(path, { code: 'LAB_BAD_VALUE', message: '`leaf` needs racks, and the lab has none', hint });
  }
  if (typeof stated !== 'object') return;
  const racks = new Set(names.racks);
  for (const key of Object.keys(stated)) {
    if (racks.has(key) || names.nodeWords.has(key)) continue;
    list.addUnknown([...path, key], 'rack or node', key, [...names.racks, ...names.nodes], { at: 'key' });
  }
}

type MergedPeer = NonNullable<NonNullable<MergedLab['calico']>['peers']>[number];

function checkPeers(merged: MergedLab, names: Names, list: ProblemList): void {
  const routers = new Set(names.routers);
  const racks = new Set(names.racks);
  const seen = new Set<string>();
  for (const [i, peer] of (merged.calico?.peers ?? []).entries()) {
    const path = ['calico', 'peers', i];
    if (peer.to === toReflectors) checkToReflectors(merged, peer, path, list);
    else if (!routers.has(peer.to)) list.addUnknown([...path, 'to'], 'router', peer.to, routers);
    if (peer.rack !== undefined && !racks.has(peer.rack)) list.addUnknown([...path, 'rack'], 'rack', peer.rack, racks);
    if (peer.bfd !== undefined) {
      const message = "Calico has no BFD: calico-node's BIRD takes no `bfd` towards a peer";
      const hint = 'leave it out; `bgp: {timers: {keepalive: 3, hold: 9}}` of the topology shortens what a node waits';
      list.add([...path, 'bfd'], { code: 'LAB_BAD_VALUE', message, hint }, { at: 'key' });
    }
    const pair = `${peer.rack ?? ''} ${peer.to}`;
    if (seen.has(pair)) {
      const who = peer.rack === undefined ? 'all nodes' : `rack \`${peer.rack}\``;
      const message = `${who} already peers with \`${peer.to}\``;
      list.add(path, { code: 'LAB_DUPLICATE_PEER', message, hint: 'remove one of the two' });
    }
    seen.add(pair);
    if (peer.reflector === true && routers.has(peer.to))
      checkReflector(merged, names, peer, [...path, 'reflector'], list);
  }
}

/** Reflectors are nodes: there must be one, and what a router is told cannot be told them. */
function checkToReflectors(merged: MergedLab, peer: MergedPeer, path: Path, list: ProblemList): void {
  if (!merged.cluster.nodes.some(({ reflector }) => reflector !== undefined) && !hasObject(merged, ['Node'])) {
    const hint = 'give a node its cluster id: reflector: 244.0.0.1';
    list.add([...path, 'to'], { code: 'LAB_NO_REFLECTOR', message: 'no node is a route reflector', hint });
  }
  for (const key of ['reflector', 'next-hop-self'] as const) {
    if (peer[key] === undefined) continue;
    const message = `\`${key}\` is for peers that are routers`;
    list.add([...path, key], { code: 'LAB_BAD_VALUE', message, hint: 'leave it out' }, { at: 'key' });
  }
}

/** RFC 4456: route reflection is iBGP; FRR refuses a client of another AS. */
function checkReflector(merged: MergedLab, names: Names, peer: MergedPeer, path: Path, list: ProblemList): void {
  if (hasObject(merged, ['BGPConfiguration', 'Node'])) return;
  const routerAs = merged.topology?.routers[peer.to]?.as;
  for (const [i, node] of merged.cluster.nodes.entries()) {
    if (peer.rack !== undefined && !racksOf(standOf(node)).includes(peer.rack)) continue;
    const nodeAs = asOfNode(merged, node, names.nodes[i] ?? '');
    if (nodeAs === undefined || nodeAs === routerAs) continue;
    list.add(path, {
      code: 'LAB_REFLECTOR_EBGP',
      message: `\`${peer.to}\` (AS ${routerAs}) cannot reflect for \`${names.nodes[i]}\` (AS ${nodeAs}): reflection is iBGP`,
      hint: 'set `calico.nodeASNumber: leaf`, or remove `reflector`',
    });
    return;
  }
}

function asOfNode(merged: MergedLab, node: MergedLab['cluster']['nodes'][number], short: string): number | undefined {
  const stated = merged.calico?.nodeASNumber;
  if (typeof stated === 'number') return stated;
  const common = merged.calico?.asNumber ?? defaultAsNumber;
  const { rack } = standOf(node);
  if (stated === undefined) return common;
  if (stated !== 'leaf') {
    const byRack = rack === undefined ? undefined : stated[rack];
    return stated[short] ?? stated[`${merged.name}-${short}`] ?? byRack ?? common;
  }
  const leaf = rack === undefined ? undefined : merged.topology?.racks?.[rack]?.leaf;
  return leaf === undefined ? undefined : merged.topology?.routers[endpointOf(leaf).machine]?.as;
}

/** calico.md H: mesh off and no peering that selects a node leaves it without routes. */
function checkNobodyAlone(merged: MergedLab, names: Names, list: ProblemList): void {
  const { calico, cluster } = merged;
  const isMesh = calico?.nodeToNodeMesh ?? true;
  const needsBgp = !(calico?.encapsulation ?? 'None').startsWith('VXLAN');
  if (isMesh || !needsBgp || cluster.nodes.length < 2 || hasObject(merged, ['BGPPeer', 'BGPConfiguration'])) return;
  const peers = calico?.peers ?? [];
  const racks = new Set<string | undefined>(names.racks.length === 0 ? [undefined] : names.racks);
  if (peers.some((peer) => peer.rack === undefined || !racks.has(peer.rack))) return;
  const peered = new Set<string | undefined>(peers.map((peer) => peer.rack));
  const alone = [...cluster.nodes.entries()].filter(([, node]) => {
    const stand = racksOf(standOf(node));
    return (stand.length === 0 ? [undefined] : stand).every((rack) => racks.has(rack) && !peered.has(rack));
  });
  for (const [i, node] of alone.slice(0, 8)) {
    list.add(['cluster', 'nodes', i], {
      code: 'LAB_NODE_ALONE',
      message: `no peer reaches node \`${names.nodes[i]}\`: the mesh is off and no line of \`calico.peers\` selects it`,
      hint: hintForAlone(merged, standOf(node).rack),
    });
  }
}

function hintForAlone(merged: MergedLab, rack: string | undefined): string {
  const leaf = rack === undefined ? undefined : merged.topology?.racks?.[rack]?.leaf;
  if (leaf === undefined) return 'set calico.nodeToNodeMesh: true';
  return `add {rack: ${rack}, to: ${endpointOf(leaf).machine}} to \`calico.peers\`, or set nodeToNodeMesh: true`;
}

/** True when the user's own objects decide; what they say is judged where objects are understood. */
function hasObject(merged: MergedLab, kinds: readonly string[]): boolean {
  return (merged.calico?.resources ?? []).some(({ kind }) => kinds.includes(String(kind)));
}
