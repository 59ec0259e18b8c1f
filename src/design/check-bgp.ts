// Owns what can be wrong with a lab's BGP once every session is computed: isolation, router ids, AS numbers, passwords.

import {
  containsPrefix,
  type Family,
  familyOf,
  inFamily,
  mustParseAddress,
  mustParsePrefix,
  networkOf,
} from '../base/address.ts';
import type { Problem, Severity } from '../base/place.ts';
import { poolMode, routeOwner } from '../calico/encapsulation.ts';
import { type CalicoObject, objectsOf, type SecretKeyRef } from '../calico/objects.ts';
import type { CalicoPeer } from '../calico/peer.ts';
import { generationIn } from '../calico/route-owner.ts';
import type { Lab } from '../lab/lab.ts';
import type { ObjectSet } from './calico-objects.ts';
import type { NodeDesign, RouterDesign, RouterNeighbor } from './design.ts';
import { addressesOf } from './interfaces.ts';
import { errorAt, type ProblemPath, warningAt } from './problem.ts';
import { beyondFabric } from './speakers.ts';
import type { TunnelDesign } from './tunnel.ts';

/** Everything that the checks look at. */
export interface Speakers {
  readonly nodes: readonly NodeDesign[];
  readonly routers: readonly RouterDesign[];
  readonly set: ObjectSet;
}

/**
 * A node without any session is cut off where BIRD writes the pods' routes (calico.md B.5, H): an error in a lab file, a warning in a running lab, where
 * taking a peering away is a lesson.
 */
export function checkIsolation(lab: Lab, { nodes, set }: Speakers, severity: Severity): Problem[] {
  if (nodes.length < 2) return [];
  const generation = generationIn(lab.calico.version, set.objects);
  const pools = objectsOf(set.objects, 'IPPool').filter((pool) => routeOwner(pool, generation) === 'bird');
  return ([4, 6] as const)
    .filter((family) => pools.some(({ spec }) => familyOf(spec.cidr) === family))
    .flatMap((family) =>
      nodes
        .filter(({ peers }) => peers[`ipv${family}`].length === 0)
        .map((node) => {
          const message = `no ${family === 6 ? 'IPv6 ' : ''}BGP session reaches node ${node.short}: the mesh is off and no peer selects it`;
          const hint = `add a line under calico.peers for ${node.rack ?? 'it'}, or write nodeToNodeMesh: true`;
          return { ...errorAt(peersPath(lab), 'NODE_UNREACHED', message, hint), severity };
        }),
    );
}

/**
 * Plain pods in several subnets need a fabric that learns their blocks (calico.md H, K.7). Only a warning where the
 * lab is about that: it expects a ping from subnet to subnet without an answer.
 */
export function checkCrossSubnet(lab: Lab, { nodes, routers, set }: Speakers, severity: Severity): Problem[] {
  const ports = new Set(routers.flatMap((router) => addressesOf(router.interfaces)));
  const plain = objectsOf(set.objects, 'IPPool').filter((pool) => poolMode(pool).tunnel === 'none');
  return ([4, 6] as const).flatMap((family) => {
    if (!plain.some(({ spec }) => familyOf(spec.cidr) === family)) return [];
    const subnets = new Set(nodes.flatMap((node) => subnetOf(node, family) ?? []));
    const teachers = nodes.filter(({ peers }) => peers[`ipv${family}`].some(({ address }) => ports.has(address)));
    const taught = new Set(teachers.map((node) => subnetOf(node, family)));
    const mute = [...subnets].filter((subnet) => !taught.has(subnet));
    if (subnets.size < 2 || mute.length === 0) return [];
    const message = `no router learns the pods of ${mute.join(', ')}: without encapsulation other subnets cannot reach them`;
    const hint = 'let one node of each subnet peer with its leaf (calico.peers)';
    const problem = errorAt(peersPath(lab), 'CROSS_SUBNET_UNREACHABLE', message, hint);
    return [{ ...problem, severity: expectsSilence(lab, nodes) ? 'warning' : severity }];
  });
}

function subnetOf({ addresses }: NodeDesign, family: Family): string | undefined {
  const own = inFamily(addresses, family);
  return own && networkOf(own.address);
}

function expectsSilence(lab: Lab, nodes: readonly NodeDesign[]): boolean {
  const subnetOfMachine = (machine: string): string | undefined => {
    const owner = lab.pods.find(({ name }) => name === machine)?.node ?? machine;
    const node = nodes.find(({ name, short }) => name === owner || short === owner);
    return node && subnetOf(node, 4);
  };
  return lab.expect.some((line) => {
    if (line.kind !== 'ping' || line.answered) return false;
    const [from, to] = [subnetOfMachine(line.from), subnetOfMachine(line.to)];
    return from !== undefined && to !== undefined && from !== to;
  });
}

function allPeers({ peers }: NodeDesign): readonly CalicoPeer[] {
  return [...peers.ipv4, ...peers.ipv6];
}

function peersPath(lab: Lab): ProblemPath {
  return lab.calico.peers.length > 0 ? ['calico', 'peers'] : ['calico'];
}

/**
 * Equal router ids: refused between iBGP speakers (RFC 6286 section 2.2), lived with otherwise. Two stated ids are the
 * topology's own matter and were judged when it was read; here one of the two is computed.
 */
export function checkRouterIds(lab: Lab, { nodes, routers }: Speakers): Problem[] {
  const speakers = [
    ...nodes.map((node, i) => ({
      name: node.short,
      id: node.peers.routerId,
      asNumber: node.peers.localAs,
      peers: allPeers(node).map(({ address }) => address),
      own: addressesOf(node.interfaces),
      isStated: false,
      path: ['cluster', 'nodes', i],
    })),
    ...routers.map((router) => ({
      name: router.name,
      id: router.routerId,
      asNumber: router.asNumber,
      peers: router.neighbors.map(({ address }) => address),
      own: addressesOf(router.interfaces),
      isStated: isStated(lab, router),
      path: ['topology', 'routers', router.name],
    })),
  ];
  return speakers.flatMap((speaker, i) =>
    speakers.slice(0, i).flatMap((other) => {
      if (other.id !== speaker.id || (other.isStated && speaker.isStated)) return [];
      const meet = other.own.some((address) => speaker.peers.includes(address));
      const isInternal = meet && other.asNumber === speaker.asNumber;
      const message = `${speaker.name} and ${other.name} have the same router id ${speaker.id}`;
      const reason = isInternal ? ', and iBGP speakers refuse each other then' : '';
      const make = isInternal ? errorAt : warningAt;
      return [make(speaker.path, 'ROUTER_ID_TAKEN', `${message}${reason}`, 'state another router-id')];
    }),
  );
}

function isStated(lab: Lab, router: RouterDesign): boolean {
  return lab.topology?.routers.some(({ name, routerId }) => name === router.name && routerId !== undefined) ?? false;
}

/** Both ends of a session must agree on who they are: unknown addresses and wrong AS numbers never come up. */
export function checkFarEnds({ nodes, routers, set }: Speakers): Problem[] {
  const far = new Map<string, { readonly name: string; readonly asNumber: number | undefined }>();
  for (const router of routers) {
    for (const address of addressesOf(router.interfaces))
      far.set(address, { name: router.name, asNumber: router.asNumber });
  }
  for (const node of nodes) {
    for (const address of addressesOf(node.interfaces))
      far.set(address, { name: node.short, asNumber: node.peers.localAs });
  }
  const problems = new Map<string, Problem>();
  for (const node of nodes) {
    for (const peer of allPeers(node)) {
      const found = far.get(peer.address);
      const path = peerPath(set, peer);
      if (found === undefined) {
        const message = `no machine of the lab has the peer address ${peer.address}: the session stays down`;
        problems.set(peer.address, warningAt(path, 'PEER_ADDRESS_UNKNOWN', message));
      } else if (found.asNumber !== peer.as) {
        const has = found.asNumber === undefined ? 'speaks no BGP' : `has AS ${found.asNumber}`;
        const message = `${found.name} (${peer.address}) ${has}, the nodes expect AS ${peer.as}: the session stays down`;
        problems.set(peer.address, warningAt(path, 'PEER_AS_DIFFERS', message));
      }
    }
  }
  return [...problems.values()];
}

/** FRR speaks eBGP only with directly connected neighbors unless told otherwise (RFC 4271 section 5.1.3). */
export function checkDistance({ nodes, routers, set }: Speakers): Problem[] {
  return routers.flatMap((router) => {
    const subnets = router.interfaces.flatMap(({ addresses }) => addresses).map((address) => mustParsePrefix(address));
    const isFar = ({ address, remoteAs, multihop }: RouterNeighbor) =>
      multihop !== true &&
      remoteAs !== router.asNumber &&
      !subnets.some((subnet) => containsPrefix(subnet, mustParseAddress(address)));
    const far = router.neighbors.find(isFar);
    if (far === undefined) return [];
    const own = addressesOf(router.interfaces);
    const node = nodes.find(({ name }) => name === far.machine);
    const peer = node && allPeers(node).find(({ address }) => own.includes(address));
    const message = `${router.name} is not on the subnet of ${far.machine} (${far.address}): their eBGP session stays down`;
    const hint = 'peer with the leaf of the rack, or give the nodes the AS number of the router';
    return [warningAt(peer === undefined ? ['calico'] : peerPath(set, peer), 'PEER_NOT_DIRECT', message, hint)];
  });
}

/** calico-node may find the address of the wrong network (calico.md A.8): no session with a router then. */
export function checkNetwork({ nodes, routers }: Speakers): Problem[] {
  const beyond = beyondFabric(nodes);
  return routers.flatMap((router) => {
    const far = router.neighbors.find(({ address }) => beyond.has(address));
    const node = far && beyond.get(far.address);
    if (far === undefined || node === undefined) return [];
    const path = ['calico', far.address.includes(':') ? 'autodetection6' : 'autodetection'];
    const message = `calico-node finds ${far.address} of eth0 on ${node.short}: ${router.name} has no way to Docker's network, and their session stays down`;
    return [warningAt(path, 'PEER_OTHER_NETWORK', message, 'write interface=net0, or first-found')];
  });
}

/** A password comes from a Secret: without it Calico only logs, and the session has no password (calico.md A.4). */
export function checkPasswords(lab: Lab, { set }: Speakers): Problem[] {
  return set.objects.flatMap((object) => {
    const reference = passwordOf(object);
    if (reference?.secretKeyRef === undefined) return [];
    const { name, key } = reference.secretKeyRef;
    if (Object.hasOwn(lab.calico.secrets, `${name}/${key}`)) return [];
    const field = object.kind === 'BGPPeer' ? 'password' : 'nodeMeshPassword';
    const message = `the lab has no Secret ${name} with the key ${key}: Calico would only log that, and run the session without password`;
    const hint = `name the file that holds it: calico.secrets: {${name}: {${key}: <file of mode 0600>}}`;
    return [errorAt(set.pathOf(object, ['spec', field]), 'SECRET_MISSING', message, hint)];
  });
}

function passwordOf(object: CalicoObject): SecretKeyRef | undefined {
  if (object.kind === 'BGPPeer') return object.spec.password;
  return object.kind === 'BGPConfiguration' ? object.spec.nodeMeshPassword : undefined;
}

function peerPath(set: ObjectSet, peer: CalicoPeer): ProblemPath {
  const object = objectsOf(set.objects, 'BGPPeer').find(({ spec }) => spec.peerIP?.includes(peer.address));
  return object === undefined ? ['calico'] : set.pathOf(object, ['spec']);
}

/**
 * eBGP nodes of one leaf with one AS drop each other's routes: their own AS is in the path (RFC 4271, calico.md H).
 * Nodes that also peer with each other do not need them.
 */
export function checkSiblingAs(lab: Lab, { nodes, routers }: Speakers): Problem[] {
  return routers.flatMap((router) => {
    const external = router.neighbors.filter(({ machine, remoteAs }) => {
      const node = nodes.find(({ name }) => name === machine);
      return node !== undefined && remoteAs !== router.asNumber && !acceptsOwnAs(node);
    });
    const meet = (a: RouterNeighbor, b: RouterNeighbor): boolean =>
      a.machine === b.machine ||
      nodes.some((node) => node.name === a.machine && allPeers(node).some(({ address }) => address === b.address));
    const shared = external.find((neighbor, i) =>
      external.slice(0, i).some((other) => other.remoteAs === neighbor.remoteAs && !meet(neighbor, other)),
    );
    if (shared === undefined) return [];
    const message = `nodes of ${router.name} share AS ${shared.remoteAs}: each drops the other's routes, their own AS is in the path`;
    const path = lab.calico.nodeASNumber === undefined ? ['calico'] : ['calico', 'nodeASNumber'];
    return [warningAt(path, 'NODE_AS_SHARED', message, 'traffic between them takes the way through the leaf')];
  });
}

function acceptsOwnAs(node: NodeDesign): boolean {
  return allPeers(node).every(({ allowLocalAs }) => (allowLocalAs ?? 0) > 0);
}

/**
 * BIRD learns Felix's tunnel routes from the kernel. To peers of the same AS they are never told from 3.27 on; to others, and
 * by older releases, every node tells the blocks of all that it does not hear of by BGP (calico.md B.4): not worked out yet.
 */
export function checkTunnelRoutes(lab: Lab, { nodes, set }: Speakers): Problem[] {
  const { deviceRouteExportRule: isHidden, felixOwnsIpip } = generationIn(lab.calico.version, set.objects);
  const problems = new Map<string, Problem>();
  const isFelix = ({ name }: TunnelDesign): boolean => name !== 'tunl0' || felixOwnsIpip;
  for (const node of nodes) {
    for (const peer of node.tunnels.filter(isFelix).flatMap(({ family }) => node.peers[`ipv${family}`])) {
      if (isHidden && peer.as === (peer.localAs ?? node.peers.localAs)) continue;
      const message = `labctl does not work out yet which tunnel routes Calico ${lab.calico.version.text} tells ${peer.address} (AS ${peer.as})`;
      const hint = 'write backend: vxlan, or iBGP and Calico v3.27 or newer';
      problems.set(peer.address, errorAt(peerPath(set, peer), 'TUNNEL_ROUTES_TOLD', message, hint));
    }
  }
  return [...problems.values()];
}
