// Owns what a lab's words are as projectcalico.org/v3 objects: mesh, peers, pools and nodes.

import { addressOf, type Family } from '../base/address.ts';
import type { Problem } from '../base/place.ts';
import {
  type BGPConfiguration,
  type BGPPeer,
  type CalicoNode,
  type CalicoObject,
  calicoApiVersion,
  type EncapsulationMode,
  type IPPool,
} from '../calico/objects.ts';
import { type Encapsulation, type Lab, type LabNode, type LabPeer, toReflectors } from '../lab/lab.ts';
import { rackLabel, rackSelector, racksOf } from '../lab/racks.ts';
import { errorAt, type ProblemPath } from './problem.ts';

/** What the wires say: the address a node or a router port has. */
export interface KnownAddresses {
  /** The address, with prefix length, that calico-node finds on a node (full name). */
  node(name: string, family: Family): string | undefined;
  /** Why calico-node finds none. */
  readonly problems: readonly Problem[];
  /** The address, without length, on which a router meets the nodes of a rack (undefined: all nodes). */
  routerFor(router: string, rack: string | undefined, family: Family): string | undefined;
}

/** An object and the path of the lab's words that it follows from. */
interface DerivedObject {
  readonly object: CalicoObject;
  readonly path: ProblemPath;
}

/** The objects that a lab's words make, in the order in which they are told; what cannot be derived goes to `problems`. */
export function derivedObjects(lab: Lab, known: KnownAddresses, problems: Problem[]): DerivedObject[] {
  problems.push(...known.problems);
  const all: DerivedObject[] = [{ object: bgpConfiguration(lab), path: ['calico', 'nodeToNodeMesh'] }];
  for (const [i, peer] of lab.calico.peers.entries()) {
    const path = ['calico', 'peers', i];
    // A peerSelector finds the nodes' addresses of both families by itself (calico.md A.4).
    for (const family of peer.to === toReflectors ? ([4] as const) : familiesOf(lab)) {
      const object = bgpPeer(lab, peer, known, family);
      if (object !== undefined) all.push({ object, path });
      else problems.push(noPeerAddress(path, peer, family));
    }
  }
  const [pool, pool6] = derivedPools(lab);
  if (pool !== undefined) all.push({ object: pool, path: ['cluster', 'podSubnet'] });
  if (pool6 !== undefined) all.push({ object: pool6, path: ['cluster', 'podSubnet6'] });
  for (const [i, node] of lab.cluster.nodes.entries()) {
    const asNumber = asNumberOf(lab, node);
    if (asNumber === 'unknown') problems.push(noAsNumber(node));
    const number = asNumber === 'unknown' ? undefined : asNumber;
    const addresses = {
      4: known.node(node.name, 4),
      6: familiesOf(lab).includes(6) ? known.node(node.name, 6) : undefined,
    };
    all.push({ object: calicoNode(node, addresses, number), path: ['cluster', 'nodes', i] });
  }
  return all;
}

function familiesOf(lab: Lab): readonly Family[] {
  return lab.cluster.podSubnet6 === undefined ? [4] : [4, 6];
}

function noPeerAddress(path: ProblemPath, { to }: LabPeer, family: Family): Problem {
  const [which, hint] = family === 4 ? ['', undefined] : ['IPv6 ', 'give the rack a prefix6 in the topology'];
  return errorAt(path, 'PEER_UNREACHABLE', `router ${to} has no ${which}address that nodes could peer with`, hint);
}

/** calico.md A.3; a switched-on mesh is Calico's default and not written, as in real clusters. */
function bgpConfiguration(lab: Lab): BGPConfiguration {
  const asNumber = lab.calico.asNumber === undefined ? {} : { asNumber: lab.calico.asNumber };
  const mesh = lab.calico.nodeToNodeMesh ? {} : { nodeToNodeMeshEnabled: false };
  return {
    apiVersion: calicoApiVersion,
    kind: 'BGPConfiguration',
    metadata: { name: 'default' },
    spec: { ...asNumber, logSeverityScreen: 'Info', ...mesh, ...serviceFields(lab.calico.advertise) },
  };
}

function serviceFields(advertise: Lab['calico']['advertise']): BGPConfiguration['spec'] {
  if (advertise === undefined) return {};
  const { clusterIPs, externalIPs, loadBalancerIPs, loadBalancerAggregation } = advertise;
  const ranges = (cidrs: readonly string[]) => cidrs.map((cidr) => ({ cidr }));
  return {
    ...(clusterIPs.length === 0 ? {} : { serviceClusterIPs: ranges(clusterIPs) }),
    ...(externalIPs.length === 0 ? {} : { serviceExternalIPs: ranges(externalIPs) }),
    ...(loadBalancerIPs.length === 0 ? {} : { serviceLoadBalancerIPs: ranges(loadBalancerIPs) }),
    ...(loadBalancerAggregation === undefined
      ? {}
      : { serviceLoadBalancerAggregation: loadBalancerAggregation ? 'Enabled' : 'Disabled' }),
  };
}

/** The label by which peers choose the nodes that are route reflectors, as Calico's own documentation has it. */
const reflectorLabel = 'route-reflector';

/**
 * `rack0-to-leaf0` for one rack, `rack0-to-leaf0-v6` for its IPv6 address; a global peering, `nodes-to-leaf0`, for all nodes; towards `reflectors` a selector
 * that a node's label matches (calico.md A.4, B.9).
 */
function bgpPeer(lab: Lab, peer: LabPeer, known: KnownAddresses, family: Family): BGPPeer | undefined {
  const far =
    peer.to === toReflectors ? { peerSelector: `${reflectorLabel} == 'true'` } : routerEnd(lab, peer, known, family);
  if (far === undefined) return undefined;
  const everyNode = peer.to === toReflectors ? { nodeSelector: 'all()' } : {};
  const members = lab.cluster.nodes.filter((node) => peer.rack === undefined || racksOf(node).includes(peer.rack));
  // A leaf knows no way to a loopback before BGP tells it: such nodes speak from the address of the uplink.
  const isFromUplink = peer.to !== toReflectors && members.some(({ uplinkRacks }) => uplinkRacks !== undefined);
  const { allowLocalAs, filters } = peer;
  return {
    apiVersion: calicoApiVersion,
    kind: 'BGPPeer',
    metadata: { name: `${peer.rack ?? 'nodes'}-to-${peer.to}${family === 4 ? '' : '-v6'}` },
    spec: {
      ...far,
      ...(peer.rack === undefined ? everyNode : { nodeSelector: rackSelector(peer.rack, members) }),
      ...(isFromUplink ? { sourceAddress: 'None' as const } : {}),
      ...(allowLocalAs === undefined ? {} : { numAllowedLocalASNumbers: allowLocalAs }),
      ...(filters.length === 0 ? {} : { filters }),
    },
  };
}

function routerEnd(lab: Lab, peer: LabPeer, known: KnownAddresses, family: Family): BGPPeer['spec'] | undefined {
  const router = lab.topology?.routers.find(({ name }) => name === peer.to);
  const peerIP = known.routerFor(peer.to, peer.rack, family);
  if (router?.asNumber === undefined || peerIP === undefined) return undefined;
  return { asNumber: router.asNumber, peerIP: addressOf(peerIP) };
}

/** First minor release whose pools have `assignmentMode` (calico.md A.2). */
const assignmentModeSince = 30;

/** The pools that a lab's own words make: IPv4's, and IPv6's in a dual-stack cluster. */
function derivedPools(lab: Lab): readonly IPPool[] {
  const six = ipPool6(lab);
  return [ipPool(lab), ...(six === undefined ? [] : [six])];
}

function ipPool(lab: Lab): IPPool {
  const { blockSize, natOutgoing, encapsulation } = lab.calico;
  return poolOf(lab, 'default-ipv4-ippool', { cidr: lab.cluster.podSubnet, blockSize, natOutgoing, encapsulation });
}

function ipPool6(lab: Lab): IPPool | undefined {
  const { podSubnet6: cidr } = lab.cluster;
  const { blockSize6: blockSize, natOutgoing6: natOutgoing, encapsulation6: encapsulation } = lab.calico;
  return cidr === undefined
    ? undefined
    : poolOf(lab, 'default-ipv6-ippool', { cidr, blockSize, natOutgoing, encapsulation });
}

interface PoolWords {
  readonly cidr: string;
  readonly blockSize: number;
  readonly natOutgoing: boolean;
  readonly encapsulation: Encapsulation;
}

function poolOf(lab: Lab, name: string, { cidr, blockSize, natOutgoing, encapsulation }: PoolWords): IPPool {
  const isNew = lab.calico.version.minor >= assignmentModeSince;
  const assignment = isNew ? { assignmentMode: 'Automatic' as const } : {};
  return {
    apiVersion: calicoApiVersion,
    kind: 'IPPool',
    metadata: { name },
    spec: {
      allowedUses: ['Workload', 'Tunnel'],
      ...assignment,
      blockSize,
      cidr,
      ipipMode: modeOf(encapsulation, 'IPIP'),
      natOutgoing,
      nodeSelector: 'all()',
      vxlanMode: modeOf(encapsulation, 'VXLAN'),
    },
  };
}

function modeOf(encapsulation: Encapsulation, tunnel: 'IPIP' | 'VXLAN'): EncapsulationMode {
  if (encapsulation === tunnel) return 'Always';
  return encapsulation === `${tunnel}CrossSubnet` ? 'CrossSubnet' : 'Never';
}

function calicoNode(
  node: LabNode,
  addresses: Readonly<Record<Family, string | undefined>>,
  asNumber: number | undefined,
): CalicoNode {
  const bgp = {
    ...(asNumber === undefined ? {} : { asNumber }),
    ...(addresses[4] === undefined ? {} : { ipv4Address: addresses[4] }),
    ...(addresses[6] === undefined ? {} : { ipv6Address: addresses[6] }),
    ...(node.reflector === undefined ? {} : { routeReflectorClusterID: node.reflector }),
  };
  return {
    apiVersion: calicoApiVersion,
    kind: 'Node',
    metadata: { name: node.name, labels: labelsOf(node) },
    spec: { bgp },
  };
}

/** The labels kind and kubelet give a node, those of the machine's architecture left out, and the lab's own. */
function labelsOf(node: LabNode): Readonly<Record<string, string>> {
  const role = {
    'node-role.kubernetes.io/control-plane': '',
    'node.kubernetes.io/exclude-from-external-load-balancers': '',
  };
  return {
    'kubernetes.io/hostname': node.name,
    'kubernetes.io/os': 'linux',
    ...(node.role === 'control-plane' ? role : {}),
    ...(node.rack === undefined ? {} : { rack: rackLabel(node) }),
    ...(node.reflector === undefined ? {} : { [reflectorLabel]: 'true' }),
    ...node.labels,
  };
}

/** The lab's AS number for a node; undefined leaves Calico's global one (64512); `unknown`: the lab names none. */
function asNumberOf(lab: Lab, node: LabNode): number | undefined | 'unknown' {
  const setting = lab.calico.nodeASNumber;
  if (setting === undefined || typeof setting === 'number') return setting;
  if (setting !== 'leaf') return setting[node.short] ?? setting[node.name] ?? setting[node.rack ?? ''];
  const leaf = lab.topology?.racks.find(({ name }) => name === node.rack)?.leaf.machine;
  return lab.topology?.routers.find(({ name }) => name === leaf)?.asNumber ?? 'unknown';
}

function noAsNumber(node: LabNode): Problem {
  const message = `node ${node.short} is in no rack, so it has no leaf whose AS number it could take`;
  return errorAt(['calico', 'nodeASNumber'], 'NODE_NO_LEAF', message, 'put the node in a rack, or write a number');
}
