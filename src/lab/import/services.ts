// Owns the Services of an imported lab: those whose endpoints are pods that the lab has.

import { usualPods } from '../nodes-and-pods.ts';
import { spanAt, type Tree, treeAt } from '../tree.ts';
import { type Account, entriesOf, itemsOf, textOf } from './account.ts';
import { statusPatch } from './commands.ts';
import type { KindCluster, KindNode } from './kind-cluster.ts';
import type { Parts, YamlPart } from './parts.ts';
import { podOf } from './pods.ts';
import type { ScriptCommand } from './script.ts';

/** `services:` of a lab file; undefined: none. `documents`: all but Calico's own. What is left out is in the account. */
export function serviceEntries(
  documents: readonly YamlPart[],
  parts: Parts,
  cluster: KindCluster,
  account: Account,
): Readonly<Record<string, object>> | undefined {
  const commands = [...parts.commands, ...parts.told];
  const services = documents.flatMap((part): [string, object][] => {
    if (part.kind !== 'Service') return [];
    const found = endpointsOf(part, documents, cluster, commands);
    const span = spanAt(part.tree, ['kind']);
    if (typeof found === 'string') {
      account.leave(span, `Service ${part.name} is left out: ${found}`, 'state it under `services:`');
      return [];
    }
    account.take(span, `Service ${part.name}: ${found.join(', ')}`);
    return [[part.name, serviceOf(part, found, commands, account)]];
  });
  return services.length === 0 ? undefined : Object.fromEntries(services);
}

/** The lab's pods that a Service selects, or why nobody can say. */
function endpointsOf(
  { tree }: YamlPart,
  documents: readonly YamlPart[],
  cluster: KindCluster,
  commands: readonly ScriptCommand[],
): readonly string[] | string {
  const selector = labelsAt(tree, ['spec', 'selector']);
  if (textOf(treeAt(tree, ['spec', 'clusterIP'])) === 'None') return 'it has no address, only names';
  if (textOf(treeAt(tree, ['spec', 'type'])) === 'ExternalName') return 'it is a name of something outside';
  if (selector.length === 0) return 'it selects no pods';
  const isSelected = (part: YamlPart, path: readonly string[]): boolean => {
    const labels = new Map(labelsAt(part.tree, path));
    return selector.every(([key, value]) => labels.get(key) === value);
  };
  const bound = documents.filter((part) => podOf(part, cluster) !== undefined);
  const own = bound.filter((part) => isSelected(part, ['metadata', 'labels']));
  if (own.length > 0) return own.map(({ name }) => name).toSorted();
  const maker = documents.find((part) => isSelected(part, ['spec', 'template', 'metadata', 'labels']));
  if (maker === undefined) return 'it selects no pods of the folder';
  if (maker.kind !== 'DaemonSet') return `where the pods of ${maker.kind} ${maker.name} run is not known`;
  if (bound.length > 0)
    return `its pods are those of DaemonSet ${maker.name}, and a lab with pods bound by name has no others`;
  const nodes = nodesOf(maker, cluster, commands).map(({ short }) => short);
  const onNode = new Map([...usualPods(cluster.nodes.map(({ short }) => short))].map(([pod, node]) => [node, pod]));
  return nodes.flatMap((node) => onNode.get(node) ?? []);
}

/** Where a DaemonSet runs: not on a control plane beside workers, unless it tolerates the taint or a script takes it away. */
function nodesOf({ tree }: YamlPart, { nodes }: KindCluster, commands: readonly ScriptCommand[]): readonly KindNode[] {
  const spec = treeAt(tree, ['spec', 'template', 'spec']);
  const selector = spec === undefined ? [] : labelsAt(spec, ['nodeSelector']);
  const isTolerated = itemsOf(spec && treeAt(spec, ['tolerations'])).some(
    (item) =>
      textOf(treeAt(item, ['operator'])) === 'Exists' && /^(|node-role\..*)$/.test(textOf(treeAt(item, ['key'])) ?? ''),
  );
  const isUntainted = commands.some(({ text }) =>
    /\bkubectl\s+taint\b.*(control-plane|master)(:NoSchedule)?-(\s|$)/.test(text),
  );
  const isOpen = isTolerated || isUntainted || nodes.length === 1;
  return nodes.filter(
    ({ role, labels }) =>
      (isOpen || role === 'worker') &&
      selector.every(([key, value]) => key === 'kubernetes.io/os' || labels[key] === value),
  );
}

function serviceOf(
  { tree, name }: YamlPart,
  endpoints: readonly string[],
  commands: readonly ScriptCommand[],
  account: Account,
): object {
  const said = (key: string): string | undefined => textOf(treeAt(tree, ['spec', key]));
  const number = (port: Tree | undefined, key: string): number | undefined => {
    const value = Number(textOf(port && treeAt(port, [key])));
    return Number.isInteger(value) ? value : undefined;
  };
  const ports = itemsOf(treeAt(tree, ['spec', 'ports']));
  const port = ports.find((item) => (textOf(treeAt(item, ['protocol'])) ?? 'TCP') === 'TCP');
  for (const item of ports)
    if (item !== port)
      account.leave(item.span, `a service of a lab has one port of TCP: this one of ${name} is left out`);
  const target = textOf(port && treeAt(port, ['targetPort'])) ?? '80';
  if (/^\d+$/.test(target) && target !== '80')
    account.leave(spanAt(port ?? tree, ['targetPort']), `the pods of a lab answer on 80, not on ${target}`);
  for (const key of ['sessionAffinity', 'internalTrafficPolicy'])
    if (!['None', 'Cluster', undefined].includes(said(key)))
      account.leave(spanAt(tree, ['spec', key]), `${key} of Service ${name} is left out`);
  const external = itemsOf(treeAt(tree, ['spec', 'externalIPs'])).flatMap((item) => textOf(item) ?? []);
  const type = said('type');
  return {
    type: type === 'ClusterIP' ? undefined : type,
    clusterIP: said('clusterIP'),
    port: number(port, 'port') === 80 ? undefined : number(port, 'port'),
    nodePort: number(port, 'nodePort'),
    externalIPs: external.length === 0 ? undefined : external,
    loadBalancerIP: balancerOf(tree, name, commands),
    externalTrafficPolicy: said('externalTrafficPolicy') === 'Local' ? 'Local' : undefined,
    endpoints,
  };
}

/** Its own wish, its status, or the status that a command writes. */
function balancerOf(tree: Tree, name: string, commands: readonly ScriptCommand[]): string | undefined {
  const [ingress] = itemsOf(treeAt(tree, ['status', 'loadBalancer', 'ingress']));
  const own = textOf(treeAt(tree, ['spec', 'loadBalancerIP'])) ?? textOf(ingress && treeAt(ingress, ['ip']));
  const patch = commands.find(({ text }) => statusPatch.exec(text)?.[1] === name);
  return own ?? /"ip"\s*:\s*"([\d.]+)"/.exec(patch?.text ?? '')?.[1];
}

function labelsAt(tree: Tree, path: readonly string[]): readonly (readonly [string, string])[] {
  return entriesOf(treeAt(tree, [...path])).map(([key, value]) => [key, textOf(value) ?? ''] as const);
}
