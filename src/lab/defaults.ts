// Owns what a lab need not say: networks, and Calico's own defaults.

import { dirname, resolve } from 'node:path';
import { formatAddress, mustParsePrefix, nthAddress } from '../base/address.ts';
import { completeExpectation } from './expectations.ts';
import { kindSettingsOf } from './kind-settings.ts';
import type { CalicoVersion, Endpoint, Lab, LabPod, NodeNetwork, Topology } from './lab.ts';
import { netemOfEnds } from './netem.ts';
import { standOf } from './racks.ts';
import type { MergedLab, MergedTopology } from './schema.ts';
import { defaultServiceSubnet, servicesOf } from './service.ts';
import type { VyosRouter } from './vyos/router.ts';

/** Docker's first network beside `bridge`: what kind's nodes get. */
export const defaultNetwork = '172.18.0.0/16';

/** kind's own, made of the name of its network. */
export const defaultNetwork6 = 'fc00:f853:ccd:e793::/64';

/** containerlab's management network. */
export const defaultOutside = '172.20.20.0/24';

/** kubeadm's pod subnet as kind sets it. */
export const defaultPodSubnet = '10.244.0.0/16';

/** The IPv6 pod subnet that kind gives a dual-stack cluster (calico.md G.1). */
export const defaultPodSubnet6 = 'fd00:10:244::/56';

/** Calico's block size for IPv4 (calico.md A.2). */
export const defaultBlockSize = 26;

/** Calico's block size for IPv6 (calico.md A.2). */
export const defaultBlockSize6 = 122;

/** Calico's AS number where nothing states one (calico.md A.3). */
export const defaultAsNumber = 64512;

/** The newest release labctl knows. */
export const defaultVersion = 'v3.33';

/** Docker's networks, the nodes' with its gateway. */
export function networkOfLab({ cluster: { network } }: MergedLab): NodeNetwork {
  const prefix = network?.prefix ?? defaultNetwork;
  const gateway = network?.gateway ?? formatAddress(nthAddress(mustParsePrefix(prefix), 1));
  return { prefix, gateway, prefix6: network?.prefix6 ?? defaultNetwork6, outside: network?.outside ?? defaultOutside };
}

/** The IPv6 pod subnet; undefined where the cluster has IPv4 only. */
export function podSubnet6Of({ cluster }: MergedLab): string | undefined {
  return cluster.ipFamily === 'dual' ? (cluster.podSubnet6 ?? defaultPodSubnet6) : undefined;
}

/** Reads `v3.33` or `v3.23.2`, already checked. */
export function versionOf(text: string): CalicoVersion {
  return { text, minor: Number(text.split('.')[1]) };
}

/** Splits `leaf0:eth1`. */
export function endpointOf(text: string): Endpoint {
  const [machine = '', port = ''] = text.split(':');
  return { machine, interface: port };
}

/** `<secret>/<key>` to a path; a relative one starts at the lab file. */
function secretFiles(
  secrets: Readonly<Record<string, Readonly<Record<string, string>>>>,
  source: string,
): Readonly<Record<string, string>> {
  const files = Object.entries(secrets).flatMap(([secret, keys]) =>
    Object.entries(keys).map(([key, file]) => [
      `${secret}/${key}`,
      source === '-' ? file : resolve(dirname(source), file),
    ]),
  );
  return Object.fromEntries(files);
}

/** What the file's text leads to: the lab with every default filled in. The merged lab must have passed all checks. */
export function completeLab(
  merged: MergedLab,
  from: {
    readonly nodeNames: readonly string[];
    readonly variant: string | undefined;
    readonly source: string;
    readonly topologyName: string;
    readonly routerFiles: ReadonlyMap<string, VyosRouter>;
  },
): Lab {
  const { name, cluster, calico } = merged;
  const fullName = new Map<string, string>();
  const shortName = new Map<string, string>();
  for (const short of from.nodeNames) {
    fullName.set(short, `${name}-${short}`).set(`${name}-${short}`, `${name}-${short}`);
    shortName.set(`${name}-${short}`, short);
  }
  const pods: LabPod[] = Object.entries(merged.pods ?? {}).map(([pod, node]) => ({
    name: pod,
    node: fullName.get(node) ?? node,
  }));
  const nodeOfPod = new Map(pods.map((pod) => [pod.name, shortName.get(pod.node) ?? pod.node]));
  return {
    name,
    variant: from.variant,
    title: merged.title,
    kernel: merged.kernel ?? 'host',
    source: from.source,
    topology: merged.topology === undefined ? undefined : completeTopology(merged, merged.topology, from),
    cluster: {
      podSubnet: cluster.podSubnet ?? defaultPodSubnet,
      podSubnet6: podSubnet6Of(merged),
      serviceSubnet: cluster.serviceSubnet ?? defaultServiceSubnet,
      network: networkOfLab(merged),
      loopbacks: cluster.loopbacks,
      nodes: cluster.nodes.map((node, i) => ({
        name: `${name}-${from.nodeNames[i]}`,
        short: from.nodeNames[i] ?? '',
        role: node.role,
        ...standOf(node),
        address: addressOfNode(node, merged),
        reflector: node.reflector,
        labels: node.labels ?? {},
      })),
    },
    calico: completeCalico(calico, from.source),
    pods,
    hosts: Object.entries(merged.hosts ?? {}).map(([host, { on, prefix }]) => ({
      name: host,
      router: endpointOf(on),
      prefix,
    })),
    services: servicesOf(merged),
    kind: kindSettingsOf(merged.engines?.kind),
    expect: (merged.expect ?? []).map((item) => completeExpectation(item, nodeOfPod)),
  };
}

function completeCalico(calico: MergedLab['calico'], source: string): Lab['calico'] {
  return {
    version: versionOf(calico?.version ?? defaultVersion),
    backend: calico?.backend ?? 'bird',
    encapsulation: calico?.encapsulation ?? 'None',
    switchedFrom: calico?.switchedFrom,
    blockSize: calico?.blockSize ?? defaultBlockSize,
    natOutgoing: calico?.natOutgoing ?? true,
    encapsulation6: calico?.encapsulation6 ?? 'None',
    blockSize6: calico?.blockSize6 ?? defaultBlockSize6,
    natOutgoing6: calico?.natOutgoing6 ?? false,
    nodeToNodeMesh: calico?.nodeToNodeMesh ?? true,
    asNumber: calico?.asNumber,
    nodeASNumber: calico?.nodeASNumber,
    peers: (calico?.peers ?? []).map((peer) => ({
      rack: peer.rack,
      to: peer.to,
      reflector: peer.reflector ?? false,
      nextHopSelf: peer['next-hop-self'] ?? false,
      allowLocalAs: peer['allow-local-as'],
      filters: peer.filters ?? [],
    })),
    advertise: calico?.advertise && {
      clusterIPs: calico.advertise.clusterIPs ?? [],
      externalIPs: calico.advertise.externalIPs ?? [],
      loadBalancerIPs: calico.advertise.loadBalancerIPs ?? [],
      loadBalancerAggregation: calico.advertise.loadBalancerAggregation,
    },
    autodetection: calico?.autodetection ?? 'first-found',
    autodetection6: calico?.autodetection6,
    ipam: {
      strictAffinity: calico?.ipam?.strictAffinity ?? false,
      maxBlocksPerHost: calico?.ipam?.maxBlocksPerHost ?? 0,
    },
    typha: calico?.typha ?? false,
    routerID: calico?.routerID,
    secrets: secretFiles(calico?.secrets ?? {}, source),
    resources: calico?.resources ?? [],
  };
}

/** A stated address without length has that of its network. */
function addressOfNode(node: MergedLab['cluster']['nodes'][number], merged: MergedLab): string | undefined {
  if (node.address === undefined || node.address.includes('/')) return node.address;
  const { rack, uplinkRacks } = standOf(node);
  const prefix = rack === undefined ? networkOfLab(merged).prefix : merged.topology?.racks?.[rack]?.prefix;
  return `${node.address}/${(uplinkRacks === undefined && prefix?.split('/')[1]) || '32'}`;
}

/** Routers of an IPv4 cluster have no IPv6 address, so that a topology can be shared by both kinds of labs. */
function completeTopology(
  { cluster }: MergedLab,
  topology: MergedTopology,
  from: { readonly topologyName: string; readonly routerFiles: ReadonlyMap<string, VyosRouter> },
): Topology {
  const mtu = topology.mtu ?? 1500;
  const inDual = (prefix6: string | undefined) => (cluster.ipFamily === 'dual' ? prefix6 : undefined);
  return {
    name: topology.name ?? from.topologyName,
    routers: Object.entries(topology.routers).map(([router, said]) => ({
      name: router,
      asNumber: said.as,
      routerId: said['router-id'],
      filter: said.filter,
      config: said.config ?? [],
      vyos: from.routerFiles.get(router),
    })),
    links: (topology.links ?? []).map((link) => ({
      endpoints: [endpointOf(link.endpoints[0]), endpointOf(link.endpoints[1])],
      prefix: link.prefix,
      prefix6: inDual(link.prefix6),
      mtu: typeof link.mtu === 'object' ? link.mtu : [link.mtu ?? mtu, link.mtu ?? mtu],
      netem: netemOfEnds(link.netem),
    })),
    racks: Object.entries(topology.racks ?? {}).map(([rack, said]) => ({
      name: rack,
      leaf: endpointOf(said.leaf),
      prefix: said.prefix,
      prefix6: inDual(said.prefix6),
      mtu: said.mtu ?? mtu,
    })),
    bgp: {
      networks: topology.bgp?.networks ?? 'connected',
      multipathRelax: topology.bgp?.['multipath-relax'] ?? false,
      timers: topology.bgp?.timers,
      bfd: topology.bgp?.bfd,
    },
  };
}
