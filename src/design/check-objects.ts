// Owns what can be wrong with Calico's objects beside the lab's own networks and machines.

import { mustParsePrefix, overlaps } from '../base/address.ts';
import type { Problem, Severity } from '../base/place.ts';
import { poolMode, routeOwner } from '../calico/encapsulation.ts';
import { objectsOf } from '../calico/objects.ts';
import { generationIn } from '../calico/route-owner.ts';
import type { Lab } from '../lab/lab.ts';
import type { ObjectSet } from './calico-objects.ts';
import type { Interface } from './design.ts';
import { errorAt, warningAt } from './problem.ts';

interface Network {
  readonly prefix: string;
  readonly what: string;
}

function networksOf(lab: Lab): readonly Network[] {
  const fabric = lab.topology;
  const both = ({ prefix, prefix6 }: { readonly prefix: string; readonly prefix6: string | undefined }, what: string) =>
    [prefix, ...(prefix6 === undefined ? [] : [prefix6])].map((one) => ({ prefix: one, what }));
  const links = (fabric?.links ?? []).flatMap((link) => {
    const [a, b] = link.endpoints;
    return both(link, `link ${a.machine}:${a.interface} - ${b.machine}:${b.interface}`);
  });
  return [
    { prefix: lab.cluster.network.prefix, what: 'the node network' },
    { prefix: lab.cluster.network.prefix6, what: "the node network's IPv6 part" },
    ...(fabric === undefined ? [] : [{ prefix: lab.cluster.network.outside, what: 'the outside network' }]),
    ...links,
    ...(fabric?.racks ?? []).flatMap((rack) => both(rack, `rack ${rack.name}`)),
  ];
}

/** No IP pool covers an address of the lab's own networks (calico.md A.2: Calico itself does not notice). */
export function checkPools(lab: Lab, set: ObjectSet): Problem[] {
  const networks = networksOf(lab);
  return objectsOf(set.objects, 'IPPool').flatMap((pool) => {
    const cidr = mustParsePrefix(pool.spec.cidr);
    const hit = networks.find(({ prefix }) => overlaps(mustParsePrefix(prefix), cidr));
    if (hit === undefined) return [];
    const message = `IP pool ${pool.metadata.name} (${pool.spec.cidr}) overlaps ${hit.what} (${hit.prefix})`;
    return [errorAt(set.pathOf(pool, ['spec', 'cidr']), 'POOL_OVERLAPS_NETWORK', message, 'choose another pod subnet')];
  });
}

/** disableBGPExport where BIRD writes the routes: Calico takes it, and each node knows its own pods only (calico.md B.4). */
export function checkPoolExport(lab: Lab, set: ObjectSet): Problem[] {
  if (lab.cluster.nodes.length < 2) return [];
  const generation = generationIn(lab.calico.version, set.objects);
  return objectsOf(set.objects, 'IPPool')
    .filter((pool) => pool.spec.disableBGPExport === true && routeOwner(pool, generation) === 'bird')
    .map((pool) => {
      const message = `no node tells the others its blocks of IP pool ${pool.metadata.name}: pods of different nodes do not reach each other`;
      const hint = 'leave disableBGPExport out, or let Felix write the routes (VXLAN)';
      return warningAt(set.pathOf(pool, ['spec', 'disableBGPExport']), 'POOL_NOT_EXPORTED', message, hint);
    });
}

/** Each node of the cluster has a Node object whose address stands on one of its interfaces. */
export function checkNodeObjects(
  lab: Lab,
  set: ObjectSet,
  interfaces: ReadonlyMap<string, readonly Interface[]>,
): Problem[] {
  const problems: Problem[] = [];
  const objects = objectsOf(set.objects, 'Node');
  const isUndetected = set.problems.some(({ code }) => code.startsWith('AUTODETECTION'));
  for (const [i, node] of lab.cluster.nodes.entries()) {
    const object = objects.find(({ metadata }) => metadata.name === node.name);
    const { ipv4Address: address, ipv6Address } = object?.spec.bgp ?? {};
    const own = (interfaces.get(node.name) ?? []).flatMap(({ addresses }) => addresses);
    if (own.length === 0) continue;
    const path = object === undefined ? ['cluster', 'nodes', i] : set.pathOf(object, ['spec', 'bgp']);
    if (address === undefined && isUndetected) continue;
    if (address === undefined) {
      const message = `Node ${node.name} has no spec.bgp.ipv4Address, so calico-node would run no BGP there`;
      problems.push(errorAt(path, 'NODE_NO_BGP_ADDRESS', message, `write ipv4Address: ${own.at(-1)}`));
    }
    for (const [field, said] of [['ipv4Address', address] as const, ['ipv6Address', ipv6Address] as const]) {
      if (said === undefined || own.includes(said)) continue;
      const message = `Node ${node.name} says ${field} ${said}, but its interfaces have ${own.join(', ')}`;
      problems.push(errorAt(path, 'NODE_ADDRESS_DIFFERS', message, 'calico-node writes the address it finds'));
    }
  }
  for (const object of objects) {
    if (lab.cluster.nodes.some(({ name }) => name === object.metadata.name)) continue;
    const message = `the lab has no node called ${object.metadata.name}`;
    problems.push(
      errorAt(set.pathOf(object, ['metadata', 'name']), 'NODE_UNKNOWN', message, `nodes: ${nodeNames(lab)}`),
    );
  }
  return problems;
}

function nodeNames(lab: Lab): string {
  return lab.cluster.nodes.map(({ name }) => name).join(', ');
}

/**
 * Backend `vxlan` runs no BIRD (calico.md A.8, H): a pool whose routes are BIRD's would have none, and a BGPPeer makes no
 * session, which Calico accepts silently: an error in a lab file, a warning in a running lab.
 */
export function checkBackend(lab: Lab, set: ObjectSet, severity: Severity): Problem[] {
  if (lab.calico.backend === 'bird') return [];
  const generation = generationIn(lab.calico.version, set.objects);
  const pools = objectsOf(set.objects, 'IPPool').filter((pool) => routeOwner(pool, generation) === 'bird');
  const peers = objectsOf(set.objects, 'BGPPeer');
  return [
    ...pools.map((pool) => {
      const message = `with backend vxlan no BIRD runs, so nobody writes the routes of IP pool ${pool.metadata.name}`;
      const hint = 'write encapsulation: VXLAN or VXLANCrossSubnet, or backend: bird';
      return errorAt(['calico', 'backend'], 'BACKEND_NO_ROUTES', message, hint);
    }),
    ...peers.map((peer) => {
      const message = `with backend vxlan no BIRD runs: BGPPeer ${peer.metadata.name} makes no session`;
      const hint = 'leave the peer out, or write backend: bird';
      return { ...errorAt(set.pathOf(peer), 'BACKEND_NO_BGP', message, hint), severity };
    }),
  ];
}

/**
 * BIRD's IPIP routes go to the BGP next hop: a leaf that sets itself as next hop would be the end of the tunnel, which it
 * does not speak; with CrossSubnet it lies in the node's subnet, so nothing is wrapped at all (calico.md 0.7, E.4).
 */
export function checkTunnelEnds(lab: Lab, set: ObjectSet): Problem[] {
  if (generationIn(lab.calico.version, set.objects).felixOwnsIpip) return [];
  const pool = objectsOf(set.objects, 'IPPool').find((candidate) => poolMode(candidate).tunnel === 'ipip');
  const index = lab.calico.peers.findIndex(({ nextHopSelf }) => nextHopSelf);
  const leaf = lab.calico.peers[index]?.to;
  if (pool === undefined || leaf === undefined) return [];
  const isAlways = pool.spec.ipipMode === 'Always';
  const what = isAlways
    ? `the tunnel would end at ${leaf}`
    : `${leaf} is in the node's subnet, so nothing would be wrapped`;
  const message = `BIRD tunnels to the BGP next hop, and ${leaf} sets itself as next hop: ${what}`;
  return [
    warningAt(['calico', 'peers', index], 'IPIP_NEXT_HOP_SELF', message, 'leave next-hop-self out, or use v3.33'),
  ];
}

/** Typha only fans the datastore out to many nodes (calico.md A.8). */
export function checkTypha(lab: Lab): Problem[] {
  if (!lab.calico.typha) return [];
  const message = 'typha changes nothing in the data path: it only stands between the datastore and the nodes';
  return [warningAt(['calico', 'typha'], 'TYPHA_CHANGES_NOTHING', message)];
}

/** An IPv6 pool needs nodes with IPv6: CNI's assign_ipv6 and FELIX_IPV6SUPPORT belong to a dual-stack cluster (calico.md A.8). */
export function checkFamilies(lab: Lab, set: ObjectSet): Problem[] {
  if (lab.cluster.podSubnet6 !== undefined) return [];
  return objectsOf(set.objects, 'IPPool')
    .filter(({ spec }) => mustParsePrefix(spec.cidr).family === 6)
    .map((pool) => {
      const message = `IP pool ${pool.metadata.name} (${pool.spec.cidr}) is IPv6, and the cluster has IPv4 only`;
      return errorAt(set.pathOf(pool, ['spec', 'cidr']), 'POOL_NOT_DUAL', message, 'write cluster.ipFamily: dual');
    });
}
