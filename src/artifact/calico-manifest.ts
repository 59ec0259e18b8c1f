// Owns the editing of Calico's published manifest (calico.yaml): as a tree, so that its comments and order stay.

import { type Document, isMap, isScalar, isSeq, parseDocument, Scalar, visit, YAMLMap, YAMLSeq } from 'yaml';
import { LabError } from '../base/errors.ts';
import type { Design } from '../design/design.ts';
import type { KindCluster } from '../design/kind-cluster.ts';
import { calicoNodeEnvironment, type Environment, hasPool } from './manifest-env.ts';

/** CEL functions that Kubernetes has from 1.31 on (kind-engine.md 7). */
const addressFunction = /\b(isIP|isCIDR|ip|cidr)\(/;

/** As the releases are written. */
const style = { lineWidth: 0, flowCollectionPadding: false } as const;

/** Between two documents; a block scalar cannot hold such a line. */
const marker = /^---[ \t]*\n/m;

/**
 * The manifest as this lab needs it: calico-node's environment, the backend, probes that fit it, images of the lab's own.
 * Documents that need no change keep every byte. Throws USAGE when it is no Calico manifest; `name` is the file as the
 * user knows it.
 */
export function editCalicoManifest(text: string, name: string, design: Design, cluster: KindCluster): string {
  let hasNode = false;
  const parts = text.split(marker).map((part) => {
    if (!needsEdit(part, cluster)) return part;
    const document = parseDocument(part);
    const before = document.toString(style);
    const [error] = document.errors;
    if (error !== undefined) throw notCalico(name, error.message);
    if (isObject(document, 'DaemonSet', 'calico-node')) hasNode = editNode(document, design, cluster) || hasNode;
    if (isObject(document, 'ConfigMap', 'calico-config')) editConfiguration(document, design);
    if (isObject(document, 'CustomResourceDefinition')) dropAddressRules(document);
    if (isObject(document, 'Deployment', 'calico-kube-controllers')) dropControllerProbes(document);
    replaceImages(document, design, cluster.images.others);
    const after = document.toString(style);
    return after === before ? part : after;
  });
  if (!hasNode) throw notCalico(name, 'it has no DaemonSet calico-node with a container calico-node');
  return parts.join('---\n');
}

/** The kinds that a manifest defines, alone: the API must know them before Calico's objects, and Calico starts after those. */
export function kindsOf(manifest: string): string {
  return manifest
    .split(marker)
    .filter((part) => /^kind: CustomResourceDefinition$/m.test(part))
    .join('---\n');
}

function needsEdit(part: string, cluster: KindCluster): boolean {
  const [, kind = ''] = /^kind: (\w+)/m.exec(part) ?? [];
  if (kind === 'CustomResourceDefinition') return cluster.kubernetes.minor < 31 && addressFunction.test(part);
  return ['DaemonSet', 'Deployment', 'ConfigMap'].includes(kind);
}

function editNode(workload: Document, design: Design, cluster: KindCluster): boolean {
  const container = containersOf(workload, 'containers').find((item) => item.get('name') === 'calico-node');
  if (container === undefined) return false;
  setEnvironment(container, [...calicoNodeEnvironment(design, cluster), ...Object.entries(cluster.env)]);
  if (design.backend === 'vxlan') dropBirdProbes(container);
  runInstallersAsRoot(workload);
  return true;
}

function notCalico(name: string, why: string): LabError {
  return new LabError('USAGE', `${name} is not a calico.yaml that labctl can use: ${why}`, {
    hint: 'set engines.kind.manifest to the calico.yaml of a release',
  });
}

function isObject(document: Document, kind: string, name?: string): boolean {
  if (!isMap(document.contents) || document.get('kind') !== kind) return false;
  return name === undefined || document.getIn(['metadata', 'name']) === name;
}

function containersOf(workload: Document, list: 'containers' | 'initContainers'): readonly YAMLMap[] {
  const found = workload.getIn(['spec', 'template', 'spec', list]);
  return isSeq(found) ? found.items.filter((item): item is YAMLMap => isMap(item)) : [];
}

/** A variable that is there keeps its place and comment; a new one stands at the end. */
function setEnvironment(container: YAMLMap, values: Environment): void {
  if (!isSeq(container.get('env'))) container.set('env', new YAMLSeq());
  const list = container.get('env') as YAMLSeq;
  for (const [name, value] of values) {
    const entry = list.items.find((item): item is YAMLMap => isMap(item) && item.get('name') === name);
    if (entry === undefined) {
      const added = new YAMLMap();
      added.set('name', name);
      added.set('value', quoted(value));
      list.items.push(added);
      continue;
    }
    entry.delete('valueFrom');
    entry.set('value', quoted(value));
  }
}

/** `true` and `26` must stay text: Kubernetes refuses an environment of other types. */
function quoted(text: string): Scalar {
  const scalar = new Scalar(text);
  scalar.type = Scalar.QUOTE_DOUBLE;
  return scalar;
}

/** Without BIRD its probes fail for ever (calico.md G.10). */
function dropBirdProbes(container: YAMLMap): void {
  for (const probe of ['livenessProbe', 'readinessProbe']) {
    const command = container.getIn([probe, 'exec', 'command']);
    if (!isSeq(command)) continue;
    command.items = command.items.filter((item) => !(isScalar(item) && /^-{1,2}bird-/.test(String(item.value))));
  }
}

function editConfiguration(document: Document, design: Design): void {
  document.setIn(['data', 'calico_backend'], quoted(design.backend));
  if (!hasPool(design, 6)) return;
  const cni = document.getIn(['data', 'cni_network_config'], true);
  if (!isScalar(cni)) return;
  const families = '"type": "calico-ipam", "assign_ipv4": "true", "assign_ipv6": "true"';
  cni.value = String(cni.value).replace('"type": "calico-ipam"', families);
}

/** The rules stay where Kubernetes knows their functions. */
function dropAddressRules(document: Document): void {
  visit(document, {
    Pair: (_, pair) => {
      if (!isScalar(pair.key) || pair.key.value !== 'x-kubernetes-validations' || !isSeq(pair.value)) return undefined;
      const rules = pair.value;
      rules.items = rules.items.filter((item) => !(isMap(item) && addressFunction.test(String(item.get('rule')))));
      return rules.items.length === 0 ? visit.REMOVE : undefined;
    },
  });
}

/** The one-image Calico (3.33) has shipped probes that its own program did not know (kind-engine.md 7). */
function dropControllerProbes(document: Document): void {
  for (const container of containersOf(document, 'containers')) {
    for (const probe of ['livenessProbe', 'readinessProbe']) {
      const command = container.getIn([probe, 'exec', 'command']);
      const words = isSeq(command) ? command.items.map((item) => (isScalar(item) ? item.value : '')) : [];
      if (words.includes('component')) container.delete(probe);
    }
  }
}

/** The same image runs as an ordinary user unless told otherwise, and cannot write the host's CNI folders then. */
function runInstallersAsRoot(node: Document): void {
  for (const container of containersOf(node, 'initContainers')) {
    if (!/\/calico:[^/]+$/.test(String(container.get('image')))) continue;
    container.setIn(['securityContext', 'runAsUser'], 0);
  }
}

/** Images are replaced by repository or whole reference; a release that names a patch gets its tag (the archive of 3.23 has only the last). */
function replaceImages(document: Document, design: Design, others: KindCluster['images']['others']): void {
  visit(document, {
    Pair: (_, pair) => {
      if (!isScalar(pair.key) || pair.key.value !== 'image' || !isScalar(pair.value)) return;
      const image = String(pair.value.value);
      const repository = image.replace(/(@sha256:[0-9a-f]+|:[^/:]+)$/, '');
      const isOfRelease = image.includes(`:v3.${design.version.minor}.`) && /^v3\.\d+\.\d+$/.test(design.version.text);
      const released = isOfRelease ? `${repository}:${design.version.text}` : image;
      pair.value.value = others[image] ?? others[repository] ?? released;
    },
  });
}
