// Owns turning the files of an original lab into a lab of labctl: which documents count, and what is written of them.

import type { Problem, SourcePlace } from '../../base/place.ts';
import { labName } from '../names.ts';
import { placeOfSpan, type Source, spanAt } from '../tree.ts';
import { Account, type Understood } from './account.ts';
import { type Manifest, manifestOfCommand, readManifest, withoutUsual } from './calico-manifest.ts';
import { readObjects } from './calico-objects.ts';
import { readCommands } from './commands.ts';
import { type ImportedFabric, readFabric } from './fabric.ts';
import { type KindCluster, readKindCluster } from './kind-cluster.ts';
import { labText } from './lab-text.ts';
import { nodeEntries } from './node-entries.ts';
import { type ImportFile, type Parts, partsOf, shownPlace, type YamlPart } from './parts.ts';
import { podEntries, podOf } from './pods.ts';
import { loopbackPrefix } from './racks.ts';
import { topologyKeys } from './routers.ts';
import { serviceEntries } from './services.ts';

/** A lab made of an original one. */
export interface ImportedLab {
  /** The cluster's name: nodes keep theirs, so blocks and addresses stay. */
  readonly name: string;
  /** Texts by the names they should have. */
  readonly files: ReadonlyMap<string, string>;
  /** The files of routers that the topology states: what it makes of them must be the same, line by line. */
  readonly stated: ReadonlyMap<string, { readonly frr: Source; readonly rules: Source | undefined }>;
  /** Where a problem of the lab that was written stands in the original files, as near as is known. */
  originOf(problem: Problem): SourcePlace | undefined;
  readonly understood: readonly Understood[];
  /** Errors where packets would differ, warnings where they would not. */
  readonly problems: readonly Problem[];
}

const calicoKinds =
  /^(BGPConfiguration|BGPPeer|BGPFilter|IPPool|FelixConfiguration|IPAMConfiguration|IPReservation|(Global)?NetworkPolicy|(Global)?NetworkSet|HostEndpoint|Tier|KubeControllersConfiguration)$/;

/** Reads the files of a folder, `folder` as messages show it. Undefined where they have no kind cluster. */
export function importLab(
  folder: string,
  files: readonly ImportFile[],
): ImportedLab | { readonly problems: readonly Problem[] } {
  const account = new Account();
  const parts = partsOf(files, account);
  const kindPart = only(
    parts,
    'kind configuration',
    ({ kind, tree }) => kind === 'Cluster' && said(tree, 'apiVersion').startsWith('kind.'),
    account,
  );
  if (kindPart === undefined) {
    if (account.problems.every(({ severity }) => severity !== 'error'))
      account.problems.push(nothing(folder, files.length));
    return { problems: account.problems };
  }
  const cluster = readKindCluster(kindPart, parts.commands, account);
  if (!labName.test(cluster.name))
    account.refuse(
      spanAt(kindPart.tree, ['name']),
      `\`${cluster.name}\` cannot be the name of a lab`,
      'lower-case letters, digits and dashes, at most 40',
    );
  const clab = only(parts, 'containerlab topology', ({ kind }) => kind === 'topology', account);
  const fabric = clab === undefined ? undefined : readFabric(clab, cluster, parts, account);
  const manifest = readCalico(parts, cluster, account);
  const objects = readObjects(parts.documents.filter(isObject), cluster, fabric, account);
  const given = readCommands(parts.commands, cluster, account);
  const rest = parts.documents.filter((part) => !isObject(part) && !isOfManifest(part, parts));
  leaveRest(rest, cluster, account);
  const labels = new Map(
    cluster.nodes.map(({ short, labels: own }) => [
      short,
      { ...own, ...given.get(short), ...objects.labels.get(short) },
    ]),
  );
  const pods = objects.podSubnet ?? manifest?.podSubnet ?? cluster.podSubnets[0];
  const lab = {
    name: cluster.name,
    title: `Imported from ${folder.split('/').findLast((word) => word !== '' && word !== '.') ?? 'a folder'}`,
    topology: fabric === undefined ? undefined : `${cluster.name}-fabric`,
    cluster: {
      ipFamily: cluster.isDual ? 'dual' : undefined,
      podSubnet: pods,
      podSubnet6: manifest?.podSubnet6 ?? cluster.podSubnets[1],
      serviceSubnet: cluster.serviceSubnet,
      loopbacks: loopbackPrefix([...(fabric?.loopbacks.values() ?? [])]),
      nodes: nodeEntries(cluster, fabric, labels, objects.reflectors),
    },
    calico: withoutUsual({ ...manifest?.keys, ...objects.keys }),
    pods: podEntries(parts, cluster),
    services: serviceEntries(rest, parts, cluster, account),
    hosts: fabric === undefined || fabric.hosts.size === 0 ? undefined : Object.fromEntries(fabric.hosts),
  };
  const written = new Map([[`${cluster.name}.lab.yml`, labText([`Made by labctl import from ${folder}.`], lab)]]);
  if (fabric !== undefined) for (const [name, text] of fabricFiles(cluster, fabric, folder)) written.set(name, text);
  const stated = new Map(
    [...(fabric?.routers ?? [])].flatMap(([name, { frr, rules }]) =>
      frr === undefined ? [] : [[name, { frr: frr.source, rules }]],
    ),
  );
  const { understood, problems } = account;
  const originOf = (problem: Problem): SourcePlace | undefined => originIn(understood, problem);
  return { name: cluster.name, files: written, stated, originOf, understood, problems };
}

/** Where a router, the fabric, Calico's peers, settings or manifest, or else the cluster was understood. */
function originIn(understood: readonly Understood[], { path: [root, list, name] }: Problem): SourcePlace | undefined {
  const words: Readonly<Record<string, readonly string[]>> = {
    calico: ['BGPPeer ', 'BGPConfiguration ', 'Calico '],
    topology: [...(list === 'routers' ? [`${name}: `] : []), 'topology '],
  };
  return [...(words[String(root)] ?? []), 'cluster ']
    .map((word) => understood.find(({ what }) => what.startsWith(word))?.at)
    .find((at) => at !== undefined);
}

function fabricFiles(cluster: KindCluster, fabric: ImportedFabric, folder: string): ReadonlyMap<string, string> {
  const mtus = [...fabric.links.map(({ mtu }) => mtu), ...fabric.racks.map(({ mtu }) => mtu)];
  const usual = mtus.find((mtu) => typeof mtu === 'number');
  const mtuOf = <T>(mtu: T): T | undefined => (mtu === usual ? undefined : mtu);
  const name = `${cluster.name}-fabric`;
  const keys = {
    name,
    mtu: usual === 1500 ? undefined : usual,
    ...topologyKeys(fabric.routers),
    links: fabric.links.length === 0 ? undefined : fabric.links.map((link) => ({ ...link, mtu: mtuOf(link.mtu) })),
    racks: Object.fromEntries(
      fabric.racks.map(({ name: rack, leaf, prefix, prefix6, mtu }) => [
        rack,
        { leaf, prefix, prefix6, mtu: mtuOf(mtu) },
      ]),
    ),
  };
  const texts = new Map([[`${name}.yml`, labText([`Made by labctl import from ${folder}.`], keys)]]);
  for (const [router, { boot }] of fabric.routers) if (boot !== undefined) texts.set(`${router}.boot`, boot);
  return texts;
}

function readCalico(parts: Parts, cluster: KindCluster, account: Account): Manifest | undefined {
  const node = only(
    parts,
    'Calico manifest',
    ({ kind, name }) => kind === 'DaemonSet' && name === 'calico-node',
    account,
  );
  if (node !== undefined) {
    const config = parts.documents.find(
      ({ kind, name, path }) => kind === 'ConfigMap' && name === 'calico-config' && path === node.path,
    );
    return readManifest(node, config, account);
  }
  for (const command of [...parts.commands, ...parts.told]) {
    const found = manifestOfCommand(command, account);
    if (found !== undefined) return found;
  }
  if (account.problems.some(({ message }) => message.includes('Calico manifest'))) return undefined;
  const hint = 'add calico.yaml (a DaemonSet calico-node), or the kubectl apply that fetches it';
  account.refuse(
    cluster.span,
    'there is no Calico manifest in the folder: release and encapsulation are not known',
    hint,
  );
  return undefined;
}

function isObject({ kind, tree }: YamlPart): boolean {
  const api = said(tree, 'apiVersion');
  return calicoKinds.test(kind) ? /projectcalico\.org/.test(api) : kind === 'Node';
}

/** Calico's manifest has a Service, Deployments and more of its own. */
function isOfManifest({ path }: YamlPart, { documents }: Parts): boolean {
  return documents.some((other) => other.path === path && other.name === 'calico-node' && other.kind === 'DaemonSet');
}

/** What is neither cluster, fabric, Calico nor a service: named where a reader would look for it. */
function leaveRest(documents: readonly YamlPart[], cluster: KindCluster, account: Account): void {
  for (const part of documents) {
    const { kind, name, tree } = part;
    const span = spanAt(tree, ['kind']);
    if (podOf(part, cluster) !== undefined) account.take(span, `Pod ${name}`);
    else if (/^(Pod|Deployment|DaemonSet|StatefulSet|ReplicaSet)$/.test(kind))
      account.leave(span, `${kind} ${name}: a lab has pods of its own, one a node`, 'name them under `pods:`');
    else if (/^(Installation|APIServer|NetworkAttachmentDefinition)$/.test(kind))
      account.refuse(span, `${kind} ${name} is not carried over`);
    else if (!/^(Cluster|topology|Service|Namespace|ServiceAccount|.*Role(Binding)?|ConfigMap|Secret|)$/.test(kind))
      account.leave(span, `${kind} ${name} is left out`);
  }
}

/** The one document of a sort; of several the one whose file a script names; otherwise all of them are named. */
function only(parts: Parts, what: string, fits: (part: YamlPart) => boolean, account: Account): YamlPart | undefined {
  const all = parts.documents.filter(fits);
  const named = all.filter(
    ({ path, command }) =>
      command !== undefined || parts.commands.some(({ text }) => text.includes(path.split('/').at(-1) ?? path)),
  );
  const found = named.length === 1 || (all.length > 1 && named.length > 1) ? named : all;
  const [first, second] = found;
  if (first === undefined) return undefined;
  if (second === undefined) {
    for (const other of all)
      if (other !== first)
        account.leave(spanOf(other), `no script names this ${what}: ${shownPlace(placeOfSpan(spanOf(first)))} counts`);
    return first;
  }
  const places = found.map((part) => shownPlace(placeOfSpan(spanOf(part)))).join(', ');
  account.refuse(
    spanOf(second),
    `there are ${found.length} candidates for the ${what}: ${places}`,
    'keep one in the folder, or import a folder of each',
  );
  return undefined;
}

function spanOf({ tree }: YamlPart): ReturnType<typeof spanAt> {
  return spanAt(tree, [tree.kind === 'map' && tree.entries.has('kind') ? 'kind' : 'name']);
}

function said(tree: YamlPart['tree'], key: string): string {
  const value = tree.kind === 'map' ? tree.entries.get(key)?.value : undefined;
  return value?.kind === 'scalar' ? String(value.value) : '';
}

function nothing(folder: string, count: number): Problem {
  const message = `${folder} has no kind configuration (${count === 0 ? 'no file at all' : `${count} files were read`})`;
  const hint = 'a file or here-document with `kind: Cluster` and `apiVersion: kind.x-k8s.io/v1alpha4`';
  return { severity: 'error', code: 'IMPORT_NOTHING', message, hint, path: [] };
}
