// Owns the step from a Lab to its Design: wires, objects, cluster, routers, and everything that must then be true.

import { addressOf, familyOf } from '../base/address.ts';
import type { Problem } from '../base/place.ts';
import { type CalicoObject, objectsOf } from '../calico/objects.ts';
import type { Lab } from '../lab/lab.ts';
import { type ObjectSet, objectsAsGiven, objectsOfLab } from './calico-objects.ts';
import {
  checkCrossSubnet,
  checkDistance,
  checkFarEnds,
  checkIsolation,
  checkNetwork,
  checkPasswords,
  checkRouterIds,
  checkSiblingAs,
  checkTunnelRoutes,
} from './check-bgp.ts';
import {
  checkBackend,
  checkFamilies,
  checkNodeObjects,
  checkPoolExport,
  checkPools,
  checkTunnelEnds,
  checkTypha,
} from './check-objects.ts';
import { checkUnsupported } from './check-unsupported.ts';
import { checkVyosPorts, checkVyosRouters } from './check-vyos.ts';
import { designCluster } from './cluster.ts';
import type { KnownAddresses } from './derived-objects.ts';
import type { Design, NodeDesign } from './design.ts';
import { type Earlier, givingObjects } from './earlier.ts';
import { expectedOf } from './expected.ts';
import { type Wiring, wireLab } from './fabric.ts';
import { findNodeAddresses } from './node-addresses.ts';
import { hasError } from './problem.ts';
import { designRouters } from './router-bgp.ts';
import { designHosts, designServices } from './services.ts';
import { leafAddressOf } from './vyos-ports.ts';

/** What a lab is, and all that is wrong with it; no design where something stops it. Problems carry lab document paths. */
export interface DesignedLab {
  readonly design: Design | undefined;
  readonly problems: readonly Problem[];
}

/** How a lab is designed. */
export interface DesignOptions {
  /** The complete objects of a running lab, after changes: nothing is derived from the lab's words then. */
  readonly objects?: readonly CalicoObject[] | undefined;
  /** What the running lab was before; unless stated, as its file says where `objects` are given. */
  readonly earlier?: Earlier | undefined;
}

/** Designs a lab. Pure and deterministic: the same lab and objects give the same design. */
export function designLab(lab: Lab, options: DesignOptions = {}): DesignedLab {
  const wiring = wireLab(lab);
  const set =
    options.objects === undefined
      ? objectsOfLab(lab, knownAddresses(lab, wiring))
      : objectsAsGiven(lab, options.objects);
  const problems = [
    ...wiring.problems,
    ...checkVyosPorts(lab),
    ...set.problems,
    ...checkObjects(lab, set, wiring, options.objects !== undefined),
  ];
  if (hasError(problems)) return { design: undefined, problems };
  return designChecked(lab, wiring, set, problems, options);
}

function checkObjects(lab: Lab, set: ObjectSet, wiring: Wiring, isRunning: boolean): readonly Problem[] {
  return [
    ...checkPools(lab, set),
    ...checkPoolExport(lab, set),
    ...checkBackend(lab, set, isRunning ? 'warning' : 'error'),
    ...checkFamilies(lab, set),
    ...checkTunnelEnds(lab, set),
    ...checkTypha(lab),
    ...checkUnsupported(set),
    ...checkNodeObjects(lab, set, wiring.interfaces),
  ];
}

function designChecked(
  lab: Lab,
  wiring: Wiring,
  set: ObjectSet,
  before: readonly Problem[],
  options: DesignOptions,
): DesignedLab {
  const isRunning = options.objects !== undefined;
  const earlier = options.earlier ?? earlierInFile(lab, wiring, isRunning);
  const cluster = designCluster(lab, set, wiring.interfaces, earlier);
  const routers = designRouters(lab, wiring.interfaces, isRunning ? nodesAsWritten(lab, wiring) : cluster.nodes);
  const speakers = { nodes: cluster.nodes, routers, set };
  const severity = isRunning ? 'warning' : 'error';
  const problems = [
    ...before,
    ...cluster.problems,
    ...checkIsolation(lab, speakers, severity),
    ...checkCrossSubnet(lab, speakers, severity),
    ...checkRouterIds(lab, speakers),
    ...checkFarEnds(speakers),
    ...checkDistance(speakers),
    ...checkNetwork(speakers),
    ...checkPasswords(lab, speakers),
    ...checkSiblingAs(lab, speakers),
    ...checkTunnelRoutes(lab, speakers),
    ...checkVyosRouters(lab, wiring.interfaces, cluster.nodes, routers),
  ];
  if (hasError(problems)) return { design: undefined, problems };
  const parts = {
    lab: lab.name,
    variant: lab.variant,
    title: lab.title,
    version: lab.calico.version,
    backend: lab.calico.backend,
    nodes: cluster.nodes,
    routers,
    switches: wiring.switches,
    pods: cluster.pods,
    hosts: designHosts(lab, wiring.interfaces),
    services: designServices(lab, cluster.pods),
    podSubnet: lab.cluster.podSubnet,
    links: [...wiring.links, ...cluster.links],
    objects: cluster.objects,
    pools: objectsOf(set.objects, 'IPPool'),
    earlier,
    blocks: cluster.blocks,
    labPeers: lab.calico.peers,
    secrets: secretsUsed(lab, cluster.nodes),
    expect: lab.expect,
  };
  return { design: { ...parts, expected: expectedOf(parts) }, problems };
}

/** What the pods were made with, where it may be something else by now. */
function earlierInFile(lab: Lab, wiring: Wiring, isRunning: boolean): Earlier {
  const { switchedFrom } = lab.calico;
  if (switchedFrom === undefined && !isRunning) return [];
  const encapsulation = switchedFrom ?? lab.calico.encapsulation;
  const first = { ...lab, calico: { ...lab.calico, encapsulation } };
  return [givingObjects(objectsOfLab(first, knownAddresses(lab, wiring)).objects)];
}

/** The password files that some session needs. */
function secretsUsed(lab: Lab, nodes: readonly NodeDesign[]): Design['secrets'] {
  const used = new Set(nodes.flatMap(({ peers }) => [...peers.ipv4, ...peers.ipv6].map(({ password }) => password)));
  return Object.fromEntries(Object.entries(lab.calico.secrets).filter(([name]) => used.has(name)));
}

/** The nodes as the lab file has them: a router's configuration was written then, and no later Calico object changes it. */
function nodesAsWritten(lab: Lab, wiring: Wiring): readonly NodeDesign[] {
  return designCluster(lab, objectsOfLab(lab, knownAddresses(lab, wiring)), wiring.interfaces).nodes;
}

/** What the objects need to know of the wires: node addresses, and where a router meets its nodes. */
function knownAddresses(lab: Lab, { interfaces }: Wiring): KnownAddresses {
  const found = findNodeAddresses(lab, interfaces);
  const portsOf = (router: string) => (interfaces.get(router) ?? []).filter(({ name }) => name !== 'eth0');
  return {
    node: (name, family) => found.addresses[family].get(name),
    problems: found.problems,
    routerFor: (router, rack, family) => {
      const racks = lab.topology?.racks ?? [];
      const met = racks.find(({ name, leaf }) => leaf.machine === router && (rack === undefined || name === rack));
      const port = portsOf(router).find(({ name }) => name === met?.leaf.interface) ?? portsOf(router)[0];
      const own = [met && leafAddressOf(lab, met), ...(port?.addresses ?? [])];
      const address = own.find((one) => one !== undefined && familyOf(one) === family);
      return address === undefined ? undefined : addressOf(address);
    },
  };
}
