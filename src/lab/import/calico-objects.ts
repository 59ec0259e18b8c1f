// Owns what calicoctl's objects are in a lab file: the short words where a lab has them, the objects as they are elsewhere.

import { addressOf } from '../../base/address.ts';
import { rackSelector, type Stand } from '../racks.ts';
import { placeOfSpan, plainValue, type Span, spanAt, type Tree, treeAt } from '../tree.ts';
import { type Account, textOf } from './account.ts';
import type { CalicoKeys } from './calico-manifest.ts';
import type { ImportedFabric } from './fabric.ts';
import type { KindCluster } from './kind-cluster.ts';
import { shownPlace, type YamlPart } from './parts.ts';
import type { ImportedRack } from './racks.ts';
import { flagsTowards } from './routers.ts';

/** What objects say beside `calico:`. */
export interface ImportedObjects {
  readonly keys: CalicoKeys;
  readonly podSubnet: string | undefined;
  /** By the node's short name. */
  readonly labels: ReadonlyMap<string, Readonly<Record<string, string>>>;
  readonly reflectors: ReadonlyMap<string, string>;
}

/** Labels that kubelet, kubeadm or kind set. */
export const ownLabels = /^((beta\.)?kubernetes\.io|node(-role)?\.kubernetes\.io|.*\.kubernetes\.io)\//;

const encapsulationOf = (mode: string, tunnel: string): string | undefined =>
  mode === 'Always' ? tunnel : mode === 'CrossSubnet' ? `${tunnel}CrossSubnet` : undefined;

/** Reads the objects of one cluster. An object that comes twice counts as the last one. */
export function readObjects(
  parts: readonly YamlPart[],
  cluster: KindCluster,
  fabric: ImportedFabric | undefined,
  account: Account,
): ImportedObjects {
  const last = new Map<string, YamlPart>();
  for (const part of parts) {
    const key = `${part.kind}/${part.name}`;
    const before = last.get(key);
    if (before !== undefined && !isSame(before, part))
      account.leave(
        spanOf(before),
        `${part.kind} ${part.name} comes again and counts as it is at ${shownPlace(placeOfSpan(spanOf(part)))}`,
      );
    last.set(key, part);
  }
  const reader = new ObjectReader(cluster, fabric, account);
  for (const part of last.values()) reader.read(part);
  return reader.result();
}

/** The same object by another API group, or Kubernetes' Node beside Calico's. */
function isSame(before: YamlPart, part: YamlPart): boolean {
  const specOf = ({ tree }: YamlPart): string => JSON.stringify(plainOf(treeAt(tree, ['spec'])) ?? null);
  const isOther = textOf(treeAt(before.tree, ['apiVersion'])) !== textOf(treeAt(part.tree, ['apiVersion']));
  return isOther && (part.kind === 'Node' || specOf(before) === specOf(part));
}

function spanOf({ tree }: YamlPart): Span {
  return spanAt(tree, ['kind']);
}

class ObjectReader {
  private readonly cluster: KindCluster;
  private readonly fabric: ImportedFabric | undefined;
  private readonly account: Account;
  private readonly keys: CalicoKeys = {};
  private readonly asNumbers = new Map<string, number>();
  private readonly labels = new Map<string, Readonly<Record<string, string>>>();
  private readonly reflectors = new Map<string, string>();
  private readonly resources: unknown[] = [];
  private readonly peers: unknown[] = [];
  private podSubnet: string | undefined;

  constructor(cluster: KindCluster, fabric: ImportedFabric | undefined, account: Account) {
    this.cluster = cluster;
    this.fabric = fabric;
    this.account = account;
  }

  read(part: YamlPart): void {
    this.account.take(spanOf(part), `${part.kind} ${part.name}`);
    if (part.kind === 'Node') this.readNode(part);
    else if (part.kind === 'BGPConfiguration' && part.name === 'default') this.readConfiguration(part);
    else if (part.kind === 'IPPool' && part.name === 'default-ipv4-ippool') this.readPool(part);
    else if (part.kind === 'BGPPeer') this.readPeer(part);
    else this.keep(part);
  }

  result(): ImportedObjects {
    const { keys } = this;
    const numbers = this.numbers();
    if (numbers !== undefined) keys['nodeASNumber'] = numbers;
    if (this.peers.length > 0) keys['peers'] = this.peers;
    if (this.resources.length > 0) keys['resources'] = this.resources;
    return { keys, podSubnet: this.podSubnet, labels: this.labels, reflectors: this.reflectors };
  }

  /** AS numbers of nodes in the shortest words that say them. */
  private numbers(): unknown {
    const { nodes } = this.cluster;
    if (this.asNumbers.size === 0) return undefined;
    const [first] = this.asNumbers.values();
    const rackOf = (container: string) => this.fabric?.racks.find(({ addresses }) => addresses.has(container));
    const numberOf = ({ short }: { readonly short: string }) => this.asNumbers.get(short);
    if (
      nodes.every(
        (node) => rackOf(node.container)?.leafAs !== undefined && rackOf(node.container)?.leafAs === numberOf(node),
      )
    )
      return 'leaf';
    if (nodes.every((node) => numberOf(node) === first)) return first;
    return Object.fromEntries(this.asNumbers);
  }

  private readNode({ tree, name }: YamlPart): void {
    const node = this.cluster.nodes.find(({ container }) => container === name);
    if (node === undefined) {
      this.account.refuse(
        spanAt(tree, ['metadata', 'name']),
        `the cluster has no node \`${name}\``,
        this.cluster.nodes.map(({ container }) => container).join(', '),
      );
      return;
    }
    const asNumber = saidOf(tree, 'asNumber', 'ASNumber');
    if (asNumber !== undefined) this.asNumbers.set(node.short, Number(asNumber));
    const reflector = saidOf(tree, 'routeReflectorClusterID', 'RouteReflectorClusterID');
    if (reflector !== undefined) this.reflectors.set(node.short, reflector);
    const labels = (plainOf(treeAt(tree, ['metadata', 'labels'])) ?? {}) as Record<string, string>;
    this.labels.set(node.short, Object.fromEntries(Object.entries(labels).map(([key, value]) => [key, String(value)])));
    this.checkAddress(tree, node.container);
  }

  private checkAddress(tree: Tree, container: string): void {
    const stated = saidOf(tree, 'ipv4Address', 'IPv4Address');
    const inRacks = this.fabric?.racks.flatMap(({ addresses }) => addresses.get(container) ?? []) ?? [];
    const wired = this.fabric?.loopbacks.get(container) ?? inRacks[0];
    if (stated === undefined || wired === undefined || addressOf(stated) === addressOf(wired)) return;
    this.account.refuse(
      spanAt(tree, ['spec', 'bgp', 'ipv4Address']),
      `${container} speaks BGP from ${stated}, and its port to the fabric has ${wired}`,
      'make both the same',
    );
  }

  private readConfiguration(part: YamlPart): void {
    const spec = (plainOf(treeAt(part.tree, ['spec'])) ?? {}) as Record<string, unknown>;
    const { nodeToNodeMeshEnabled, asNumber, logSeverityScreen: _, ...rest } = spec;
    const { serviceClusterIPs, serviceExternalIPs, serviceLoadBalancerIPs, serviceLoadBalancerAggregation, ...others } =
      rest;
    if (Object.keys(others).length > 0) {
      this.keep(part);
    } else {
      if (asNumber !== undefined) this.keys['asNumber'] = Number(asNumber);
      const cidrs = (list: unknown) =>
        Array.isArray(list) && list.length > 0 ? list.map((item: { cidr?: unknown }) => item?.cidr) : undefined;
      const advertise = {
        clusterIPs: cidrs(serviceClusterIPs),
        externalIPs: cidrs(serviceExternalIPs),
        loadBalancerIPs: cidrs(serviceLoadBalancerIPs),
        loadBalancerAggregation:
          serviceLoadBalancerAggregation === undefined ? undefined : serviceLoadBalancerAggregation !== 'Disabled',
      };
      const said = Object.entries(advertise).filter(([, value]) => value !== undefined);
      if (said.length > 0) this.keys['advertise'] = Object.fromEntries(said);
    }
    if (nodeToNodeMeshEnabled === false) this.keys['nodeToNodeMesh'] = false;
  }

  private readPool(part: YamlPart): void {
    const spec = (plainOf(treeAt(part.tree, ['spec'])) ?? {}) as Record<string, unknown>;
    const {
      cidr,
      blockSize,
      natOutgoing,
      ipipMode,
      vxlanMode,
      nodeSelector,
      allowedUses,
      assignmentMode,
      disableBGPExport,
      disabled,
      ...others
    } = spec;
    const isUsual =
      (nodeSelector ?? 'all()') === 'all()' &&
      (assignmentMode ?? 'Automatic') === 'Automatic' &&
      disableBGPExport !== true &&
      disabled !== true;
    const uses = Array.isArray(allowedUses) ? allowedUses.toSorted().join() : 'Tunnel,Workload';
    if (Object.keys(others).length > 0 || !isUsual || uses !== 'Tunnel,Workload') {
      this.keep(part);
      return;
    }
    this.podSubnet = typeof cidr === 'string' ? cidr : undefined;
    this.keys['encapsulation'] =
      encapsulationOf(String(ipipMode), 'IPIP') ?? encapsulationOf(String(vxlanMode), 'VXLAN') ?? 'None';
    this.keys['blockSize'] = blockSize ?? 26;
    this.keys['natOutgoing'] = natOutgoing === true;
  }

  /** The lab's short words name a peering after rack and router; one of another name stays an object. */
  private readPeer(part: YamlPart): void {
    const spec = (plainOf(treeAt(part.tree, ['spec'])) ?? {}) as Record<string, unknown>;
    const { peerIP, asNumber, nodeSelector, sourceAddress, filters, numAllowedLocalASNumbers, ...others } = spec;
    const rack = this.fabric?.racks.find(
      ({ gateway, name }) => gateway === peerIP && nodeSelector === rackSelector(name, this.standsIn(name)),
    );
    const router = rack?.leaf.split(':')[0];
    const isShort = rack !== undefined && part.name === `${rack.name}-to-${router}` && rack.leafAs === Number(asNumber);
    const isFromUplink = this.standsIn(rack?.name).some(({ uplinkRacks }) => uplinkRacks !== undefined);
    const isUsual = (sourceAddress ?? 'UseNodeIP') === (isFromUplink ? 'None' : 'UseNodeIP');
    if (!isShort || !isUsual || Object.keys(others).length > 0) {
      this.keep(part);
      return;
    }
    const allowLocalAs = numAllowedLocalASNumbers === undefined ? {} : { 'allow-local-as': numAllowedLocalASNumbers };
    const filtered = filters === undefined ? {} : { filters };
    this.peers.push({ rack: rack.name, to: router, ...this.flagsOf(rack), ...allowLocalAs, ...filtered });
  }

  /** Where the nodes of a rack stand. */
  private standsIn(name: string | undefined): readonly Stand[] {
    const all = [...(this.fabric?.stands.values() ?? [])].filter((racks) => racks.includes(name ?? ''));
    return all.map((racks) => ({ rack: racks[0], uplinkRacks: racks.length > 1 ? racks : undefined }));
  }

  /** How the leaf treats the nodes of a rack; a leaf with a VyOS file says it there. */
  private flagsOf({ leaf, addresses }: ImportedRack): object {
    const router = this.fabric?.routers.get(leaf.split(':')[0] ?? '');
    const { reflector, nextHopSelf } =
      router === undefined
        ? {}
        : flagsTowards(
            router,
            [...addresses.values()].flatMap((address) => (address === undefined ? [] : addressOf(address))),
          );
    return {
      ...(reflector === true ? { reflector } : {}),
      ...(nextHopSelf === true ? { 'next-hop-self': nextHopSelf } : {}),
    };
  }

  /** As it is, without what the API server or calicoctl wrote into it. */
  private keep({ tree, kind, name }: YamlPart): void {
    const { spec } = plainValue(tree) as { readonly spec?: unknown };
    this.resources.push({
      apiVersion: 'projectcalico.org/v3',
      kind,
      metadata: { name },
      ...(spec === undefined ? {} : { spec }),
    });
  }
}

/** A field of Calico's Node, or the annotation of Kubernetes' Node in which Calico keeps it. */
function saidOf(tree: Tree, field: string, annotation: string): string | undefined {
  const kept = treeAt(tree, ['metadata', 'annotations', `projectcalico.org/${annotation}`]);
  return textOf(treeAt(tree, ['spec', 'bgp', field]) ?? kept);
}

function plainOf(tree: Tree | undefined): unknown {
  return tree === undefined ? undefined : plainValue(tree);
}
