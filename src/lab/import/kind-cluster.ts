// Owns reading a kind configuration: the nodes by kind's names, what kubeadm patches say of them, the subnets.

import { entryOf, type Span, spanAt, type Tree, treeAt } from '../tree.ts';
import { type Account, entriesOf, itemsOf, textOf } from './account.ts';
import type { YamlPart } from './parts.ts';
import type { ScriptCommand } from './script.ts';

/** A node as kind names its container. */
export interface KindNode {
  readonly container: string;
  /** What follows the cluster's name. */
  readonly short: string;
  readonly role: 'control-plane' | 'worker';
  readonly labels: Readonly<Record<string, string>>;
  /** kubelet's `--node-ip`; of a dual-stack cluster the first. */
  readonly nodeIp: string | undefined;
  readonly span: Span;
}

/** A cluster. */
export interface KindCluster {
  readonly name: string;
  readonly nodes: readonly KindNode[];
  /** IPv4 first, as kind wants them in a dual-stack cluster. */
  readonly podSubnets: readonly string[];
  readonly serviceSubnet: string | undefined;
  readonly isDual: boolean;
  readonly span: Span;
}

const quiet = new Set([
  'kind',
  'apiVersion',
  'name',
  'nodes',
  'networking',
  'kubeadmConfigPatches',
  'containerdConfigPatches',
]);
const notes: Readonly<Record<string, string>> = {
  featureGates: 'feature gates of Kubernetes are left out',
  runtimeConfig: 'API groups of Kubernetes are left out',
  kubeadmConfigPatchesJSON6902: 'kubeadm patches in JSON are left out',
  extraMounts: 'mounts of nodes are left out',
  extraPortMappings: 'published ports are left out: machines of a lab are reached with `labctl exec`',
};

/** Reads a cluster; `commands` tell its name where the configuration does not. */
export function readKindCluster(part: YamlPart, commands: readonly ScriptCommand[], account: Account): KindCluster {
  const { tree } = part;
  const name = textOf(entryOf(tree, 'name')?.value) ?? nameIn(part, commands) ?? 'kind';
  const counts = new Map<string, number>();
  const stated = itemsOf(entryOf(tree, 'nodes')?.value);
  const nodes = stated.map((item) => readNode(item, name, counts, account));
  for (const [key, , span] of entriesOf(tree))
    if (!quiet.has(key)) account.leave(span, notes[key] ?? `\`${key}\` of the kind configuration is left out`);
  const span = spanAt(tree, ['kind']);
  if (stated.length === 0) nodes.push(nodeOf('control-plane', name, counts, span));
  const networking = entryOf(tree, 'networking')?.value;
  const subnets = subnetsOf(networking, 'podSubnet');
  const isDual = textOf(entryOf(networking, 'ipFamily')?.value) === 'dual';
  checkNetworking(networking, span, account);
  account.take(span, `cluster ${name}: ${nodes.map(({ short }) => short).join(', ')}`);
  return { name, nodes, podSubnets: subnets, serviceSubnet: subnetsOf(networking, 'serviceSubnet')[0], isDual, span };
}

/** `kind create cluster --name=x` beside the configuration, else anywhere in the scripts. */
function nameIn({ command }: YamlPart, commands: readonly ScriptCommand[]): string | undefined {
  for (const { text } of command === undefined ? commands : [command, ...commands]) {
    const [, name] = /\bkind\s+create\s+cluster\b.*?--name[=\s]+["']?([a-z0-9][a-z0-9.-]*)/.exec(text) ?? [];
    if (name !== undefined) return name;
  }
  return undefined;
}

function nodeOf(role: KindNode['role'], cluster: string, counts: Map<string, number>, span: Span): KindNode {
  const number = (counts.get(role) ?? 0) + 1;
  counts.set(role, number);
  const short = number === 1 ? role : `${role}${number}`;
  return { container: `${cluster}-${short}`, short, role, labels: {}, nodeIp: undefined, span };
}

function readNode(item: Tree, cluster: string, counts: Map<string, number>, account: Account): KindNode {
  const role = textOf(entryOf(item, 'role')?.value) === 'worker' ? 'worker' : 'control-plane';
  const node = nodeOf(role, cluster, counts, spanAt(item, ['role']));
  for (const [key, , span] of entriesOf(item))
    if (notes[key] !== undefined) account.leave(span, `${node.short}: ${notes[key]}`);
  const patches = itemsOf(entryOf(item, 'kubeadmConfigPatches')?.value)
    .map((patch) => textOf(patch) ?? '')
    .join('\n');
  const labels = Object.fromEntries(
    (argument(patches, 'node-labels') ?? '')
      .split(',')
      .filter((word) => word.includes('='))
      .map((word) => word.trim().split('=') as [string, string]),
  );
  for (const [key, value] of entriesOf(entryOf(item, 'labels')?.value)) labels[key] = textOf(value) ?? '';
  return { ...node, labels, nodeIp: argument(patches, 'node-ip')?.split(',')[0] };
}

/** A kubelet argument, as `node-ip: 10.1.5.10` or, from kubeadm v1beta4 on, `name: node-ip` and `value: 10.1.5.10`. */
function argument(patch: string, name: string): string | undefined {
  const [, plain] = new RegExp(`^\\s*["']?${name}["']?:\\s*["']?([^"'\\s]+)`, 'm').exec(patch) ?? [];
  if (plain !== undefined) return plain;
  const [, value] = new RegExp(`name:\\s*["']?${name}["']?\\s*,?\\s*value:\\s*["']?([^"'\\s}]+)`).exec(patch) ?? [];
  return value;
}

function subnetsOf(networking: Tree | undefined, key: string): readonly string[] {
  const said = textOf(networking === undefined ? undefined : treeAt(networking, [key]));
  return said === undefined ? [] : said.split(',').map((word) => word.trim());
}

function checkNetworking(networking: Tree | undefined, whole: Span, account: Account): void {
  if (textOf(entryOf(networking, 'disableDefaultCNI')?.value) !== 'true')
    account.leave(whole, 'kindnet is not disabled: a cluster would have two CNIs, the lab has Calico alone');
  for (const [key, value, span] of entriesOf(networking)) {
    const said = textOf(value) ?? '';
    if (key === 'ipFamily' && said === 'ipv6')
      account.refuse(span, 'a cluster of IPv6 alone is not supported', 'ipFamily: dual');
    if (key === 'kubeProxyMode' && said !== 'iptables')
      account.leave(span, `kube-proxy's ${said} mode is left out: services of a lab are those of iptables mode`);
    if (key === 'dnsSearch') account.leave(span, 'DNS search domains are left out');
  }
}
