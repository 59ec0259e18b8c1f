// Owns kind's configuration: a cluster without CNI whose nodes know their place in the fabric (calico.md G.1, G.2).

import { Document, type Scalar, type Node as YamlNode } from 'yaml';
import { addressOf, networkOf } from '../base/address.ts';
import type { Design, NodeDesign } from '../design/design.ts';
import type { KindCluster } from '../design/kind-cluster.ts';
import type { KindTools } from './kind-tools.ts';
import { registryFolder, registryHosts, registryPatch } from './registry-hosts.ts';

/** kind's own, of IPv6. */
const serviceSubnet6 = 'fd00:10:96::/112';

/** Labels that kubeadm and kubelet set themselves; kubelet may not set those of kubernetes.io by its own wish. */
const ownLabel = /^([a-z.-]+\.)?kubernetes\.io\//;

/** kind.yaml (kind.x-k8s.io/v1alpha4). Never to be used with `--wait`: without a CNI no node becomes Ready. */
export function kindConfig(design: Design, cluster: KindCluster, tools: KindTools): string {
  const first = design.nodes.find(({ role }) => role === 'control-plane');
  const document = new Document({
    kind: 'Cluster',
    apiVersion: 'kind.x-k8s.io/v1alpha4',
    name: design.lab,
    networking: {
      ipFamily: isDual(design) ? 'dual' : 'ipv4',
      disableDefaultCNI: true,
      kubeProxyMode: cluster.kubeProxy,
      ...(cluster.apiServerPort === undefined ? {} : { apiServerPort: cluster.apiServerPort }),
      podSubnet: [cluster.podSubnet, ...sixSubnets(design)].join(','),
      serviceSubnet: [cluster.serviceSubnet, ...(isDual(design) ? [serviceSubnet6] : [])].join(','),
    },
    nodes: design.nodes.map((node) => kindNode(node, cluster, node === first ? hostPorts(cluster) : [])),
    ...clusterPatches(cluster, tools),
  });
  comment(document, ['networking', 'disableDefaultCNI'], ' Calico is the CNI');
  for (const [index, node] of design.nodes.entries()) {
    if (node.addresses[0].uplink === 'eth0') continue;
    comment(document, ['nodes', index, 'kubeadmConfigPatches'], ' the address that the fabric gives the node later');
  }
  return document.toString({ lineWidth: 0 });
}

/** Docker's network of the nodes: prefix and gateway, of IPv6 too, as kind makes its own whatever the cluster has. */
export function nodeNetworks(
  design: Design,
  cluster: KindCluster,
): readonly { readonly prefix: string; readonly gateway: string }[] {
  const bridge = design.switches.flatMap(({ bridges }) => bridges).find(({ name }) => name === 'br-kind');
  const six = (bridge?.addresses ?? []).filter((address) => address.includes(':'));
  return [cluster.network, ...six.map((address) => ({ prefix: networkOf(address), gateway: addressOf(address) }))];
}

function isDual(design: Design): boolean {
  return design.nodes.some(({ addresses }) => addresses.length > 1);
}

/** kube-proxy takes pods of other addresses for outsiders (calico.md G.1). */
function sixSubnets(design: Design): readonly string[] {
  return isDual(design) ? design.pools.map(({ spec }) => spec.cidr).filter((cidr) => cidr.includes(':')) : [];
}

function hostPorts(cluster: KindCluster): readonly object[] {
  return Object.entries(cluster.hostPorts).map(([hostPort, containerPort]) => ({
    containerPort,
    hostPort: Number(hostPort),
    listenAddress: '127.0.0.1',
  }));
}

function kindNode(node: NodeDesign, cluster: KindCluster, ports: readonly object[]): object {
  const hasMirrors = registryHosts(cluster).size > 0;
  const labels = Object.entries(node.labels).filter(([key]) => !ownLabel.test(key));
  return {
    role: node.role,
    image: cluster.images.node,
    ...(labels.length === 0 ? {} : { labels: Object.fromEntries(labels) }),
    ...(ports.length === 0 ? {} : { extraPortMappings: ports }),
    ...(hasMirrors ? { extraMounts: [{ ...registryMount }] } : {}),
    ...(node.addresses[0].uplink === 'eth0' ? {} : { kubeadmConfigPatches: [nodeAddressPatch(node)] }),
  };
}

/** kind completes the path by the folder that it runs in. Copied for every node: YAML would refer to one. */
const registryMount = { hostPath: './certs.d', containerPath: registryFolder, readOnly: true } as const;

/**
 * kind gives every node its eth0 address as node-ip; this overwrites it. The map form without a version is right for all:
 * kind turns it into v1beta4's list itself where kubeadm wants that (kind 0.32, Kubernetes 1.36).
 */
function nodeAddressPatch(node: NodeDesign): string {
  const kind = node.role === 'control-plane' ? 'InitConfiguration' : 'JoinConfiguration';
  return `kind: ${kind}\nnodeRegistration:\n  kubeletExtraArgs:\n    node-ip: ${node.addresses.map(({ address }) => addressOf(address)).join(',')}\n`;
}

/** kubelet 1.35 and later refuse a host with cgroup v1 unless told otherwise (kind-engine.md 8). */
function clusterPatches(cluster: KindCluster, tools: KindTools): object {
  const needsLeave = tools.cgroup === 1 && cluster.kubernetes.minor >= 35;
  return {
    ...(registryHosts(cluster).size > 0 ? { containerdConfigPatches: [registryPatch] } : {}),
    ...(needsLeave ? { kubeadmConfigPatches: ['kind: KubeletConfiguration\nfailCgroupV1: false\n'] } : {}),
  };
}

function comment(document: Document, path: readonly (string | number)[], text: string): void {
  const node = document.getIn(path, true) as YamlNode | Scalar | undefined;
  if (node === undefined || node === null) return;
  if (path.at(-1) === 'kubeadmConfigPatches') node.commentBefore = text;
  else node.comment = text;
}
