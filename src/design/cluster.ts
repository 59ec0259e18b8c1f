// Owns the cluster's machines: nodes with their sessions and blocks, pods with their addresses and veth pairs.

import { addressOf, type Family, familyOf } from '../base/address.ts';
import type { Problem } from '../base/place.ts';
import { poolMode } from '../calico/encapsulation.ts';
import { defaultVni, defaultVxlanPort, felixSettings } from '../calico/felix-settings.ts';
import { generationOf } from '../calico/generations.ts';
import { assignAddresses } from '../calico/ipam.ts';
import { hostMtu, mtusOf } from '../calico/mtu.ts';
import { vxlanMac, workloadInterface } from '../calico/names.ts';
import { type ClusterFacts, clusterFacts, portOfNode } from '../calico/node-facts.ts';
import { type CalicoNode, type CalicoObject, objectsOf } from '../calico/objects.ts';
import type { NodePeers } from '../calico/peer.ts';
import { peersOfNode } from '../calico/peers.ts';
import type { Lab, LabNode } from '../lab/lab.ts';
import { hostOf, podMac } from './addressing.ts';
import type { ObjectSet } from './calico-objects.ts';
import type { Block, Interface, Link, NodeAddress, NodeDesign, PodDesign } from './design.ts';
import { type Earlier, firstPools } from './earlier.ts';
import { uplinkName } from './fabric.ts';
import type { ProblemPath } from './problem.ts';
import type { IpipDesign, TunnelDesign } from './tunnel.ts';
import { leafAddressOf } from './vyos-ports.ts';

/** Kubernetes' namespace of every named pod of a lab. */
const podNamespace = 'default';

/** The cluster's machines and the wires between a node and its pods. */
export interface ClusterDesign {
  readonly nodes: readonly NodeDesign[];
  readonly pods: readonly PodDesign[];
  readonly blocks: readonly Block[];
  /** The objects, with the tunnel addresses that calico-node writes into Node objects (calico.md A.6, D.4). */
  readonly objects: readonly CalicoObject[];
  readonly links: readonly Link[];
  readonly problems: readonly Problem[];
}

/**
 * Designs nodes and pods from the complete objects; every node has a Node object with an address (checked before).
 * `earlier` are the objects before them, where they changed on the live cluster.
 */
export function designCluster(
  lab: Lab,
  set: ObjectSet,
  interfaces: ReadonlyMap<string, readonly Interface[]>,
  earlier: Earlier = [],
): ClusterDesign {
  const facts = clusterFacts(set.objects);
  const objects = new Map(objectsOf(set.objects, 'Node').map((node) => [node.metadata.name, node]));
  const { blocks, pods, tunnels, problems } = designPods(lab, set, objects, interfaces, earlier);
  const nodes = lab.cluster.nodes.map((node): NodeDesign => {
    const object = objects.get(node.name);
    const own = interfaces.get(node.name) ?? [];
    return {
      kind: 'node',
      name: node.name,
      short: node.short,
      role: node.role,
      rack: node.rack,
      uplinkRacks: node.uplinkRacks,
      interfaces: own,
      addresses: addressesOf(lab, node, object, own),
      labels: object?.metadata.labels ?? {},
      peers: peersOf(lab, set, node.name),
      ...listenPortOf(facts, node.name),
      blocks: blocks.filter((block) => block.node === node.name),
      tunnels: tunnels.get(node.name) ?? [],
      pods: pods.filter((pod) => pod.node === node.name),
    };
  });
  const withTunnels = set.objects.map((object) =>
    object.kind === 'Node' ? withTunnelAddresses(object, tunnels.get(object.metadata.name) ?? []) : object,
  );
  return { nodes, pods, blocks, objects: withTunnels, links: pods.map(podLink), problems };
}

/** Without BIRD nobody speaks BGP, whatever the objects say (calico.md A.8). */
function peersOf(lab: Lab, set: ObjectSet, node: string): NodePeers {
  const { version, routerID, secrets: files } = lab.calico;
  const secrets = new Set(Object.keys(files));
  const peers = peersOfNode(set.objects, node, { version, env: { CALICO_ROUTER_ID: routerID ?? '' }, secrets });
  return lab.calico.backend === 'bird' ? peers : { ...peers, ipv4: [], ipv6: [] };
}

function listenPortOf(facts: ClusterFacts, name: string): Pick<NodeDesign, 'listenPort'> {
  const node = facts.nodes.find((candidate) => candidate.name === name);
  const listenPort = node && portOfNode(facts, node);
  return listenPort === undefined ? {} : { listenPort };
}

function withTunnelAddresses(node: CalicoNode, tunnels: readonly TunnelDesign[]): CalicoNode {
  const { ipv4VXLANTunnelAddr: _, ipv6VXLANTunnelAddr: __, bgp, ...spec } = node.spec;
  const { ipv4IPIPTunnelAddr: ___, ...ownBgp } = bgp ?? {};
  const ipip = tunnels.find(({ name }) => name === 'tunl0')?.address;
  const addresses = tunnels
    .filter(({ name }) => name !== 'tunl0')
    .map(({ family, address }) => [`ipv${family}VXLANTunnelAddr`, address]);
  return {
    ...node,
    spec: {
      ...(bgp === undefined ? {} : { bgp: ipip === undefined ? ownBgp : { ...ownBgp, ipv4IPIPTunnelAddr: ipip } }),
      ...spec,
      ...Object.fromEntries(addresses),
    },
  };
}

interface DesignedPods {
  readonly pods: readonly PodDesign[];
  readonly blocks: readonly Block[];
  readonly tunnels: ReadonlyMap<string, readonly TunnelDesign[]>;
  readonly problems: readonly Problem[];
}

/** Addresses by Calico's own algorithm (calico.md D), devices as in C.1, MTU by C.5. */
function designPods(
  lab: Lab,
  set: ObjectSet,
  objects: ReadonlyMap<string, CalicoNode>,
  interfaces: ReadonlyMap<string, readonly Interface[]>,
  earlier: Earlier,
): DesignedPods {
  const pools = objectsOf(set.objects, 'IPPool');
  const wanted = lab.pods.map(({ name, node }) => ({ namespace: podNamespace, name, node }));
  const nodes = lab.cluster.nodes.map(({ name }) => ({ name, labels: objects.get(name)?.metadata.labels ?? {} }));
  const { strictAffinity, maxBlocksPerHost } = lab.calico.ipam;
  const limits = { strictAffinity, ...(maxBlocksPerHost === 0 ? {} : { maxBlocksPerNode: maxBlocksPerHost }) };
  const before = earlier.map((set) => ({ pools: objectsOf(set, 'IPPool'), blocks: objectsOf(set, 'IPAMBlock') }));
  const ipam = assignAddresses({ pools, earlier: before, nodes, pods: wanted, ...limits });
  const generation = generationOf(lab.calico.version);
  const made = firstPools({ earlier, pools });
  const pods = wanted.flatMap(({ namespace, name, node }): PodDesign[] => {
    const [first, ...others] = (ipam.pods.get(`${namespace}/${name}`) ?? []).map(({ address, block }) => ({
      family: familyOf(address),
      address,
      block,
    }));
    if (first === undefined) return [];
    // A pod's MTU is written when it is made, and stays.
    const felix = felixSettings(earlier[0] ?? set.objects, node);
    const { pod: mtu } = mtusOf(hostMtu(interfaces.get(node) ?? [], generation, felix), made, felix);
    const device = { interface: workloadInterface(namespace, name), mtu, mac: podMac(namespace, name) };
    return [{ kind: 'pod', name, namespace, node, addresses: [first, ...others], ...device }];
  });
  const tunnels = new Map(
    nodes.map(({ name }): [string, readonly TunnelDesign[]] => {
      const felix = felixSettings(set.objects, name);
      const mtus = mtusOf(hostMtu(interfaces.get(name) ?? [], generation, felix), pools, felix);
      const { vxlanVNI: vni = defaultVni, vxlanPort: port = defaultVxlanPort } = felix;
      const given = ipam.tunnels.get(name) ?? [];
      const found = given.flatMap(({ kind, address }): TunnelDesign[] => {
        const spec = objects.get(name)?.spec;
        if (kind === 'ipip') return [{ name: 'tunl0', family: 4, address, mtu: mtus.ipip }];
        if (kind === 'vxlan') {
          const mac = spec?.vxlanTunnelMACAddr ?? vxlanMac(name);
          return [{ name: 'vxlan.calico', family: 4, address, mac, vni, port, mtu: mtus.vxlan }];
        }
        const mac = spec?.vxlanTunnelMACAddrV6 ?? vxlanMac(name, 6);
        return [{ name: 'vxlan-v6.calico', family: 6, address, mac, vni, port, mtu: mtus.vxlanV6 }];
      });
      const wasIpip = before.some((set) => set.pools.some((pool) => poolMode(pool).tunnel === 'ipip'));
      const isLeft = wasIpip && given.every(({ kind }) => kind !== 'ipip');
      const left: IpipDesign = { name: 'tunl0', family: 4, address: undefined, mtu: mtus.ipip };
      return [name, isLeft ? [left, ...found] : found];
    }),
  );
  const problems = ipam.problems.map((problem) => ({ ...problem, path: labPathOf(lab, problem.path) }));
  return { pods, blocks: ipam.blocks, tunnels, problems };
}

/** IPAM counts pods and nodes; the lab document names pods and lists nodes. */
function labPathOf(lab: Lab, [kind, index]: ProblemPath): ProblemPath {
  if (kind === 'pods') return ['pods', lab.pods[Number(index)]?.name ?? ''];
  return kind === 'nodes' ? ['cluster', 'nodes', Number(index)] : ['cluster', 'podSubnet'];
}

/** What the Node object says, on the interface that has it. A node without an IPv4 address was refused before. */
function addressesOf(
  lab: Lab,
  node: LabNode,
  object: CalicoNode | undefined,
  own: readonly Interface[],
): NodeDesign['addresses'] {
  const inFamily = (address: string): NodeAddress => {
    const family = familyOf(address);
    const found = own.find(({ addresses }) => addresses.includes(address))?.name ?? 'eth0';
    const base = { family, address };
    const [first, ...otherWays] = (node.uplinkRacks ?? []).map((rack, i) => ({
      uplink: uplinkName(i),
      gateway: gatewayOf(lab, rack, family),
    }));
    if (first !== undefined) return { ...base, ...first, otherWays };
    return { ...base, uplink: found, gateway: gatewayOf(lab, node.rack, family) };
  };
  const { ipv4Address = '', ipv6Address } = object?.spec.bgp ?? {};
  return [inFamily(ipv4Address), ...(ipv6Address === undefined ? [] : [inFamily(ipv6Address)])];
}

/** The leaf in a rack, Docker's gateway elsewhere (calico.md G.4). */
function gatewayOf(lab: Lab, stand: string | undefined, family: Family): string {
  const rack = lab.topology?.racks.find(({ name }) => name === stand);
  if (family === 6) return addressOf(hostOf(rack?.prefix6 ?? lab.cluster.network.prefix6, 1) ?? '');
  return addressOf((rack && (leafAddressOf(lab, rack) ?? hostOf(rack.prefix, 1))) ?? lab.cluster.network.gateway);
}

function podLink(pod: PodDesign): Link {
  const ends = [
    { machine: pod.name, interface: 'eth0' },
    { machine: pod.node, interface: pod.interface },
  ] as const;
  return { name: `${pod.name}:eth0--${pod.node}:${pod.interface}`, ends, mtu: pod.mtu, role: 'pod' };
}
