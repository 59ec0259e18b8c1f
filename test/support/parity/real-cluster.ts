// Owns what a real cluster's machines, objects, services and router configurations say, in the words of a lab file.

import { isDeepStrictEqual } from 'node:util';
import { addressOf, containsPrefix, parseAddress, parsePrefix } from '../../../src/base/address.ts';
import { firstBlockIndex, poolRange } from '../../../src/calico/ipam-blocks.ts';
import type { CalicoObject } from '../../../src/calico/objects.ts';
import { ownLabels } from '../../../src/lab/import/calico-objects.ts';
import type { Lab, Topology } from '../../../src/lab/lab.ts';
import { parseProbe } from './dump.ts';
import type { KubernetesService, Truth } from './read-truth.ts';

/** A mapping of a lab file. */
export type Part = Record<string, unknown>;

/** `worker2` of `bgp-rr-worker2`. */
export function shortOf(name: string, cluster: string): string {
  return name.startsWith(`${cluster}-`) ? name.slice(cluster.length + 1) : name;
}

/** A node in a lab file's words. */
export function nodeText({ role, rack, reflector, labels }: Lab['cluster']['nodes'][number]): Part {
  return withoutAbsent({ role, rack, reflector, labels: Object.keys(labels).length === 0 ? undefined : labels });
}

/** Whether a router has a port; true where nobody asked. */
export function hasPort(truth: Truth, port: Lab['hosts'][number]['router']): boolean {
  const machine = truth.machines.get(port.machine);
  return machine === undefined || machine.addresses === '' || machine.addresses.includes(`"${port.interface}"`);
}

/** Services of the default namespace that lead to pods; Kubernetes' own have no endpoint in a lab. */
export function servicesOf(truth: Truth, pods: Readonly<Record<string, string>>): Readonly<Record<string, Part>> {
  const found: [string, Part][] = [];
  for (const service of truth.services.filter(({ kind }) => kind === 'Service')) {
    const { metadata, spec, status } = service;
    const subsets = truth.services.find(
      ({ kind, metadata: other }) => kind === 'Endpoints' && other.name === metadata.name,
    );
    const endpoints = (subsets === undefined ? [] : addressesBehind(subsets)).flatMap(
      ({ targetRef }) => targetRef?.name ?? [],
    );
    if (!endpoints.some((pod) => pod in pods)) continue;
    const [port] = spec?.ports ?? [];
    found.push([
      metadata.name,
      withoutAbsent({
        type: spec?.type,
        clusterIP: spec?.clusterIP,
        port: port?.port,
        nodePort: port?.nodePort,
        loadBalancerIP: status?.loadBalancer?.ingress?.[0]?.ip,
        externalTrafficPolicy: spec?.externalTrafficPolicy ?? 'Cluster',
        endpoints: endpoints.toSorted(),
        externalIPs: spec?.externalIPs,
      }),
    ]);
  }
  return Object.fromEntries(found);
}

function addressesBehind({ subsets = [] }: KubernetesService) {
  return subsets.flatMap(({ addresses = [] }) => addresses);
}

/** kind's order: control planes, then workers by number; undefined: none is known. */
export function nodesOf(truth: Truth, lab: Lab): readonly Part[] | undefined {
  const names = [...truth.machines].filter(([, { kind }]) => kind === 'node').map(([name]) => name);
  if (names.length === 0) return undefined;
  const rank = (name: string): number => Number(/\d+$/.exec(name)?.[0] ?? 1) + (name.startsWith('worker') ? 1000 : 0);
  return names
    .toSorted((a, b) => rank(a) - rank(b))
    .map((short) => {
      const ours = lab.cluster.nodes.find((node) => node.short === short);
      const object = truth.objects.find(
        ({ kind, metadata }) => kind === 'Node' && shortOf(metadata.name, truth.cluster ?? lab.name) === short,
      );
      if (object?.kind !== 'Node') return ours === undefined ? { role: roleOf(short) } : nodeText(ours);
      const { rack, ...labels } = object.metadata.labels ?? {};
      const reflector = object.spec.bgp?.routeReflectorClusterID;
      // The lab's word `reflector` brings the label that Calico's documentation has.
      const own = Object.entries(labels).filter(
        ([key, value]) =>
          !ownLabels.test(key) && !(reflector !== undefined && key === 'route-reflector' && value === 'true'),
      );
      return withoutAbsent({
        role: roleOf(short),
        rack,
        reflector,
        labels: own.length === 0 ? undefined : Object.fromEntries(own),
      });
    });
}

function roleOf(short: string): string {
  return short.startsWith('control-plane') ? 'control-plane' : 'worker';
}

/** Without BIRD on any node the backend is vxlan; where nobody asked for BIRD's sessions, it is the lab's. */
export function backendOf(truth: Truth, lab: Lab): Lab['calico']['backend'] {
  const answers = [...truth.machines.values()].filter(({ kind }) => kind === 'node').map(({ protocols }) => protocols);
  if (answers.some((text) => /^BIRD /m.test(text))) return 'bird';
  return answers.some((text) => text.includes('Unable to connect')) ? 'vxlan' : lab.calico.backend;
}

/** The CIDR of the cluster's first pool of a family; the lab's where the cluster's pools are not known. */
export function poolOf(truth: Truth, lab: Lab, family: 4 | 6): string | undefined {
  const cidrs = truth.objects.flatMap((object) => (object.kind === 'IPPool' ? [object.spec.cidr] : []));
  if (cidrs.length === 0) return family === 4 ? lab.cluster.podSubnet : lab.cluster.podSubnet6;
  return cidrs.find((cidr) => cidr.includes(':') === (family === 6));
}

/** Nodes whose first block of a pool is another node's too (calico.md D.1): which of them got it was chance. */
export function contestedNodes(truth: Truth): readonly string[] {
  const nodes = truth.objects.flatMap(({ kind, metadata }) => (kind === 'Node' ? [metadata.name] : []));
  const pools = truth.objects.flatMap((object) => (object.kind === 'IPPool' ? [poolRange(object)] : []));
  const contested = nodes.filter((node) =>
    pools.some(({ count }) =>
      nodes.some((other) => other !== node && firstBlockIndex(other, count) === firstBlockIndex(node, count)),
    ),
  );
  return contested.map((node) => shortOf(node, truth.cluster ?? ''));
}

/**
 * Whether the real cluster had IPIP pools on a kernel without ipip: Calico says Ready there, has no routes into a tunnel,
 * and packets take any other way (calico.md K.9). Such a state says nothing of IPIP.
 */
export function lacksTunnel(truth: Truth): boolean {
  const isIpip = truth.objects.some(
    (object) => object.kind === 'IPPool' && (object.spec.ipipMode ?? 'Never') !== 'Never',
  );
  const seen = [...truth.machines.values()].filter(({ kind, addresses }) => kind === 'node' && addresses !== '');
  return isIpip && seen.length > 0 && !seen.some(({ addresses }) => addresses.includes('"tunl0"'));
}

/** Pods that did not hear from each other: a lab is refused unless it says that this is meant (calico.md H, K.7). */
export function lostPings(truth: Truth): readonly (readonly [from: string, to: string])[] {
  return [...truth.probes].flatMap(([name, text]) => {
    const asked = parseProbe(name);
    const isLost = asked?.program === 'ping' && text.includes(' 100% packet loss');
    return isLost && truth.machines.get(asked.to)?.kind === 'pod' ? [[asked.from, asked.to] as const] : [];
  });
}

/** Whether nodes hang on leaves; undefined: nobody looked at their interfaces. */
export function hasFabric(truth: Truth): boolean | undefined {
  const nodes = [...truth.machines.values()].filter(({ kind, addresses }) => kind === 'node' && addresses !== '');
  return nodes.length === 0 ? undefined : nodes.some(({ addresses }) => addresses.includes('"net0"'));
}

/** Pods by name, with the node whose table leads to their address; undefined: none is known. */
export function podsOf(truth: Truth): Readonly<Record<string, string>> | undefined {
  const pods: [string, string][] = [];
  for (const [name, { kind, addresses }] of truth.machines) {
    const address = /"local": ?"(\d+\.[\d.]+)", ?"prefixlen": ?32/.exec(addresses)?.[1];
    if (kind !== 'pod' || address === undefined) continue;
    const leads = new RegExp(`"dst": ?"${address.replaceAll('.', '\\.')}", ?"dev": ?"cali`);
    const node = [...truth.machines].find(([, machine]) => machine.kind === 'node' && leads.test(machine.routes));
    if (node !== undefined) pods.push([name, node[0]]);
  }
  // Pods that nobody looked into still stand behind services.
  for (const { targetRef, nodeName } of truth.services.flatMap(addressesBehind)) {
    const name = targetRef?.name;
    if (name === undefined || nodeName === undefined || pods.some(([pod]) => pod === name)) continue;
    pods.push([name, shortOf(nodeName, truth.cluster ?? '')]);
  }
  return pods.length === 0 ? undefined : Object.fromEntries(pods.toSorted());
}

/** The AS numbers that Node objects state, by short name; undefined: none does. */
export function asNumbersOf(
  objects: readonly CalicoObject[],
  cluster: string,
): Readonly<Record<string, unknown>> | undefined {
  const numbers = objects.flatMap((object) =>
    object.kind === 'Node' && object.spec.bgp?.asNumber !== undefined
      ? [[shortOf(object.metadata.name, cluster), Number(object.spec.bgp.asNumber)] as const]
      : [],
  );
  return numbers.length === 0 ? undefined : Object.fromEntries(numbers.toSorted());
}

/** The peers that leaves have in racks, as their configuration says; undefined: no configuration says anything of nodes. */
export function routerPeers(truth: Truth, lab: Lab, racks: Topology['racks']): readonly Part[] | undefined {
  const peers = racks.flatMap((rack): Part[] => {
    const lines = truth.configurations.get(rack.leaf.machine)?.split('\n') ?? [];
    const prefix = parsePrefix(rack.prefix);
    const ofNode = lines.flatMap((line) => {
      const [, neighbor = '', word = ''] = /^ *neighbor (\S+) (.*)$/.exec(line) ?? [];
      const address = parseAddress(neighbor);
      return prefix !== undefined && address !== undefined && containsPrefix(prefix, address) ? [word.trim()] : [];
    });
    if (ofNode.length === 0) return [];
    const ours = lab.calico.peers.find((peer) => peer.rack === rack.name && peer.to === rack.leaf.machine);
    return [
      withoutAbsent({
        rack: rack.name,
        to: rack.leaf.machine,
        reflector: ofNode.includes('route-reflector-client') || undefined,
        'next-hop-self': ofNode.includes('next-hop-self') || undefined,
        'allow-local-as': ours?.allowLocalAs,
        filters: ours === undefined || ours.filters.length === 0 ? undefined : ours.filters,
      }),
    ];
  });
  return peers.length === 0 ? undefined : peers;
}

/** Objects that say something else than the lab's of the same name, or that the lab has not, in Calico's own form. */
export function foreignObjects(real: readonly CalicoObject[], ours: readonly CalicoObject[]): readonly CalicoObject[] {
  return real.filter((object) => {
    if (object.kind === 'Node' || object.kind === 'FelixConfiguration') return false;
    const same = ours.filter(({ kind }) => kind === object.kind);
    // A peer's name decides nothing.
    const candidates =
      object.kind === 'BGPPeer' ? same : same.filter(({ metadata }) => metadata.name === object.metadata.name);
    return !candidates.some((other) => isDeepStrictEqual(meaningOf(other), meaningOf(object)));
  });
}

/** The spec without what is a default, and without what changes no route. */
function meaningOf({ spec }: CalicoObject): Part {
  const { logSeverityScreen: _, ...rest } = spec as Part;
  const defaults: Part = { nodeToNodeMeshEnabled: true, serviceLoadBalancerAggregation: 'Enabled', asNumber: 64512 };
  const said = Object.entries(rest).filter(([key, value]) => !isDeepStrictEqual(defaults[key], value));
  return Object.fromEntries(said.map(([key, value]) => [key, key === 'peerIP' ? addressOf(String(value)) : value]));
}

/** A mapping without the keys that say nothing. */
export function withoutAbsent(part: Part): Part {
  return Object.fromEntries(Object.entries(part).filter(([, value]) => value !== undefined));
}
