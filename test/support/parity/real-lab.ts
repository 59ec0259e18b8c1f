// Owns the lab file of one real cluster: the catalogue's lab, changed where the cluster's own objects and wires say so.
// What Calico makes of objects is under test, not whether somebody made the cluster with the very objects of the lab.

import { isDeepStrictEqual } from 'node:util';
import { parse, stringify } from 'yaml';
import type { CalicoObject } from '../../../src/calico/objects.ts';
import { type Lab, type Topology, toReflectors } from '../../../src/lab/lab.ts';
import type { Truth } from './read-truth.ts';
import {
  asNumbersOf,
  backendOf,
  foreignObjects,
  hasFabric,
  hasPort,
  lostPings,
  nodesOf,
  nodeText,
  type Part,
  podsOf,
  poolOf,
  routerPeers,
  servicesOf,
  shortOf,
  withoutAbsent,
} from './real-cluster.ts';

/** A lab file, and what in it is the cluster's: empty when the catalogue's lab already says all of it. */
export interface RealLab {
  readonly text: string;
  readonly changes: readonly string[];
}

/** What the catalogue's lab is: its text, and what it means with the objects that follow. */
export interface CatalogueLab {
  readonly text: string;
  readonly lab: Lab;
  readonly objects: readonly CalicoObject[];
  /** The fabric of every real cluster that has one (labs.md F2). */
  readonly fabric: Topology | undefined;
}

/** The lab file for a real cluster; the lab's variant, if any, holds the changes. */
export function labOfCluster({ text, lab, objects, fabric }: CatalogueLab, truth: Truth): RealLab {
  const document = parse(text) as Part;
  document['name'] = truth.cluster ?? lab.name;
  const variant = lab.variant === undefined ? undefined : (document['variants'] as Record<string, Part>)[lab.variant];
  const changes: string[] = [];
  const put = (path: string, value: unknown, seen: unknown): void => {
    if (isDeepStrictEqual(value, seen)) return;
    changes.push(`${path} is ${JSON.stringify(value)}`);
    if (variant !== undefined) {
      const set = Object.entries((variant['set'] ?? {}) as Part).filter(([key]) => !`${key}.`.startsWith(`${path}.`));
      variant['set'] = { ...Object.fromEntries(set), [path]: value };
      return;
    }
    const [first = '', second] = path.split('.');
    if (second === undefined) document[first] = value;
    else document[first] = { ...((document[first] ?? {}) as Part), [second]: value };
  };

  const nodesHere = lab.cluster.nodes.map(nodeText);
  const nodes = nodesOf(truth, lab) ?? nodesHere;
  put('cluster.nodes', nodes, nodesHere);
  const isRouted = hasFabric(truth) ?? lab.topology !== undefined;
  if (isRouted && lab.topology === undefined) put('topology', fabric?.name, undefined);
  if (!isRouted && lab.topology !== undefined) {
    delete document['topology'];
    changes.push('no fabric');
  }
  const podsHere = Object.fromEntries(lab.pods.map(({ name, node }) => [name, shortOf(node, lab.name)]));
  const pods = podsOf(truth) ?? podsHere;
  put('pods', pods, podsHere);
  const numbers = asNumbersOf(truth.objects, truth.cluster ?? lab.name);
  if (numbers !== undefined) put('calico.nodeASNumber', numbers, asNumbersOf(objects, lab.name));
  const hasReflectors = nodes.some(({ reflector }) => reflector !== undefined);
  const peers = lab.calico.peers.filter(({ to }) => to !== toReflectors || hasReflectors).map(peerText);
  const racks = (lab.topology ?? fabric)?.racks ?? [];
  put('calico.peers', routerPeers(truth, lab, racks) ?? peers, lab.calico.peers.map(peerText));
  put('calico.backend', backendOf(truth, lab), lab.calico.backend);
  const pool6 = poolOf(truth, lab, 6);
  put('cluster.podSubnet', poolOf(truth, lab, 4), lab.cluster.podSubnet);
  put(
    'cluster.ipFamily',
    pool6 === undefined ? 'ipv4' : 'dual',
    lab.cluster.podSubnet6 === undefined ? 'ipv4' : 'dual',
  );
  if (pool6 === undefined) {
    for (const part of [document['cluster'], document['calico']] as readonly (Part | undefined)[])
      for (const word of ['podSubnet6', 'encapsulation6', 'blockSize6', 'natOutgoing6']) delete part?.[word];
  } else put('cluster.podSubnet6', pool6, lab.cluster.podSubnet6);
  const resources = foreignObjects(truth.objects, objects);
  put('calico.resources', [...lab.calico.resources, ...resources], lab.calico.resources);
  // Ranges stand in the lab's own words or in the object, not in both.
  if (resources.some(({ kind }) => kind === 'BGPConfiguration')) delete (document['calico'] as Part)['advertise'];
  const services = Object.fromEntries(lab.services.map(serviceEntry));
  put('services', truth.services.length === 0 ? services : servicesOf(truth, pods), services);
  const hosts = Object.fromEntries(lab.hosts.filter(({ router }) => hasPort(truth, router)).map(hostEntry));
  put('hosts', hosts, Object.fromEntries(lab.hosts.map(hostEntry)));

  if (changes.length > 0) {
    // What the lab proves may name what is not there now; what Calico implies is compared in any case.
    document['expect'] = lostPings(truth).map(([from, to]) => ({ ping: { from, to, answered: false } }));
    if (variant === undefined) delete document['variants'];
    else {
      const set = Object.entries(variant['set'] as Part).filter(([key]) => !key.startsWith('expect'));
      document['variants'] = { [lab.variant ?? '']: { ...variant, set: Object.fromEntries(set) } };
    }
  }
  return { text: stringify(document), changes };
}

function peerText({ rack, to, reflector, nextHopSelf, allowLocalAs, filters }: Lab['calico']['peers'][number]): Part {
  return withoutAbsent({
    rack,
    to,
    reflector: reflector || undefined,
    'next-hop-self': nextHopSelf || undefined,
    'allow-local-as': allowLocalAs,
    filters: filters.length === 0 ? undefined : filters,
  });
}

function hostEntry({ name, router, prefix }: Lab['hosts'][number]): [string, Part] {
  return [name, { on: `${router.machine}:${router.interface}`, prefix }];
}

function serviceEntry({ name, ...said }: Lab['services'][number]): [string, Part] {
  const { externalIPs, ...rest } = said;
  return [name, withoutAbsent({ ...rest, externalIPs: externalIPs.length === 0 ? undefined : externalIPs })];
}
