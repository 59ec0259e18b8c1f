// Owns the kernel routes that follow from converged BGP: of a node (calico.md B.5, C), of a router, of a pod.

import { familyOf, mustParsePrefix, widthOf } from '../base/address.ts';
import { routeOwner, wrappingBetween } from '../calico/encapsulation.ts';
import { kernelMetric } from '../calico/export-rules.ts';
import type { Generation } from '../calico/generations.ts';
import type { IPPool } from '../calico/objects.ts';
import { generationIn } from '../calico/route-owner.ts';
import { type Candidate, choiceOf, type Selection } from './best-path.ts';
import { type BgpSpeaker, byPrefix, contains } from './bgp.ts';
import { hostPrefix } from './borrowed.ts';
import type { ExpectedRoute, NextHop } from './convergence.ts';
import type { HostDesign, NodeDesign, PodAddress, PodDesign, RouterDesign } from './design.ts';
import { type FelixParts, felixRoutes } from './felix-routes.ts';
import type { PolicyParts } from './node-policy.ts';
import { defaultRoutesOf, inMainTable, podGateways, subnetsOf } from './own-routes.ts';
import { plainRoute } from './plain-route.ts';
import { reachedPeers } from './reached-peers.ts';
import { rangesOf } from './services.ts';
import { twinGateways, withTwin } from './twin-gateways.ts';

/** FRR's distance for BGP, written as the metric. */
const routerMetric = 20;

/** What a speaker selected, by prefix. */
export type Selections = ReadonlyMap<string, Selection>;

/** A node's main table: default and connected routes, own blocks, own pods, and what BGP taught it. */
export function nodeRoutes(
  parts: FelixParts,
  node: NodeDesign,
  speaker: BgpSpeaker,
  learned: Selections,
): readonly ExpectedRoute[] {
  const generation = generationIn(parts.version, parts.objects);
  const services = rangesOf(parts);
  const isBirds = (prefix: string): boolean => {
    if (services.some((range) => contains(range, prefix))) return false;
    const pool = poolOf(parts, prefix);
    return pool === undefined || routeOwner(pool, generation) === 'bird';
  };
  const blocks = node.blocks.filter(({ cidr }) => !isHost(cidr) && isBirds(cidr));
  const twins = twinGateways(learned.values());
  const routes = [
    ...machineRoutes(node),
    ...blocks.map(({ cidr }) => ({
      ...plainRoute(node.name, cidr, `${cidr} is a block of ${node.short}; addresses without a pod end here`),
      type: 'blackhole' as const,
      protocol: 'bird',
    })),
    ...node.pods.flatMap((pod) => pod.addresses.map((own) => ownPodRoute(generation, pod, own))),
    ...felixRoutes(parts, node),
    ...reachedRoutes(parts, node, speaker),
    ...[...learned].flatMap(([prefix, selection]) => {
      const route = isBirds(prefix) ? birdRoute(generation, node, speaker, prefix, selection) : undefined;
      if (route === undefined) return [];
      const tunnel =
        route.type === 'unicast' ? tunnelled(poolOf(parts, prefix), generation, node, selection.used) : undefined;
      if (tunnel !== undefined) return [{ ...route, ...tunnel }];
      return [{ ...route, nextHops: route.nextHops.map((hop) => withTwin(twins, hop)) }];
    }),
  ];
  return sorted(routes);
}

/** Of BIRD's static routes: what came by no session gets no metric, but IPv6's own (calico.md B.5). */
function reachedRoutes(parts: FelixParts, node: NodeDesign, { subnets }: BgpSpeaker): readonly ExpectedRoute[] {
  return node.addresses.flatMap(({ family, uplink }) =>
    reachedPeers(parts, node, family).map(({ address, via }) => ({
      ...plainRoute(node.name, hostPrefix(address), `BGPPeer's reachableBy: ${address} is behind ${via}`),
      protocol: 'bird',
      nextHops: [{ via, dev: subnets.find(({ prefix }) => contains(prefix, via))?.dev ?? uplink }],
    })),
  );
}

/** IPv6 routes have no scope (calico.md C.7). */
function ownPodRoute(generation: Generation, pod: PodDesign, { family, address }: PodAddress): ExpectedRoute {
  const plain = plainRoute(pod.node, hostPrefix(address), `pod ${pod.name} is on this node`);
  return {
    ...plain,
    metric: generation.podRouteMetric ?? plain.metric,
    scope: family === 6 ? undefined : 'link',
    nextHops: [{ via: undefined, dev: pod.interface }],
  };
}

function poolOf({ pools }: PolicyParts, prefix: string): IPPool | undefined {
  return pools.find(({ spec }) => contains(spec.cidr, prefix));
}

function birdRoute(
  generation: Generation,
  node: NodeDesign,
  speaker: BgpSpeaker,
  prefix: string,
  { used, isCertain }: Selection,
): ExpectedRoute | undefined {
  const [first] = used;
  if (first === undefined || !isCertain) return undefined;
  // Which metric it gets is chance then: nothing to expect.
  if (generation.metricFromLocalPref && used.some(({ route }) => route.localPref !== first.route.localPref))
    return undefined;
  const isReached = first.reach !== undefined;
  const plain = plainRoute(node.name, prefix, isReached ? becauseLearned(first) : becauseUnreachable(first));
  return {
    ...plain,
    type: isReached ? 'unicast' : 'unreachable',
    protocol: 'bird',
    metric: kernelMetric(first.route.localPref, generation) ?? plain.metric,
    nextHops: distinctHops(used),
    choice: isReached ? choiceOf(speaker, used) : 'all',
  };
}

/** BIRD's `krt_tunnel`: BGP's next hop itself through tunl0, onlink; CrossSubnet only for next hops elsewhere (C.3). */
function tunnelled(
  pool: IPPool | undefined,
  generation: Generation,
  { addresses }: NodeDesign,
  used: readonly Candidate[],
): Pick<ExpectedRoute, 'nextHops' | 'onlink'> | undefined {
  const [first] = used;
  if (pool === undefined || first === undefined) return undefined;
  const { nextHop } = first.route;
  // A multipath route ignores krt_tunnel (calico.md B.6).
  if (used.some(({ route }) => route.nextHop !== nextHop)) return undefined;
  const wrapping = wrappingBetween(pool, generation, { source: addresses[0].address, destination: nextHop, nextHop });
  return wrapping === 'ipip' ? { nextHops: [{ via: nextHop, dev: 'tunl0' }], onlink: true } : undefined;
}

/** A router's main table: default and connected routes, and what FRR installs. */
export function routerRoutes(router: RouterDesign, speaker: BgpSpeaker, learned: Selections): readonly ExpectedRoute[] {
  const connected = new Set(speaker.subnets.map(({ prefix }) => prefix));
  const routes = [...machineRoutes(router)];
  for (const [prefix, { used, isCertain }] of learned) {
    const [first] = used;
    if (first === undefined || !isCertain || connected.has(prefix)) continue;
    routes.push({
      ...plainRoute(router.name, prefix, becauseLearned(first)),
      protocol: 'bgp',
      metric: routerMetric,
      nextHops: distinctHops(used),
      choice: choiceOf(speaker, used),
    });
  }
  return sorted(routes);
}

/**
 * A pod's main table (calico.md C.1): everything goes to its node, over IPv4 to 169.254.1.1, which the node answers for by
 * proxy ARP, over IPv6 to the link-local address of the node's end.
 */
export function podRoutes(pod: PodDesign): readonly ExpectedRoute[] {
  const because = 'a pod sends everything to its node';
  return pod.addresses.flatMap(({ family, address }): readonly ExpectedRoute[] => {
    if (family === 6) {
      return [
        { ...plainRoute(pod.name, '::/0', because), nextHops: [{ via: podGateways[6], dev: 'eth0' }] },
        connectedRoute(pod.name, hostPrefix(address), 'eth0'),
      ];
    }
    return [
      { ...plainRoute(pod.name, '0.0.0.0/0', because), nextHops: [{ via: podGateways[4], dev: 'eth0' }] },
      {
        ...plainRoute(pod.name, hostPrefix(podGateways[4]), 'the gateway that proxy ARP answers for'),
        scope: 'link',
        nextHops: [{ via: undefined, dev: 'eth0' }],
      },
    ];
  });
}

/** Default and connected routes: all that a host has. */
export function machineRoutes(machine: NodeDesign | RouterDesign | HostDesign): readonly ExpectedRoute[] {
  return [
    ...([4, 6] as const).flatMap((family) => {
      const nextHops = defaultRoutesOf(machine).filter(({ via }) => familyOf(via) === family);
      const plain = plainRoute(machine.name, family === 4 ? '0.0.0.0/0' : '::/0', 'the default route');
      return nextHops.length === 0 ? [] : [{ ...plain, nextHops }];
    }),
    ...subnetsOf(inMainTable(machine)).map(({ prefix, dev: own }) => connectedRoute(machine.name, prefix, own)),
  ];
}

/** The kernel adds it with the address; IPv6 ones have metric 256 and no scope in `ip -j route`. */
function connectedRoute(machine: string, prefix: string, dev: string): ExpectedRoute {
  const isV6 = prefix.includes(':');
  return {
    ...plainRoute(machine, prefix, `${dev} is on this subnet`),
    protocol: 'kernel',
    metric: isV6 ? 256 : undefined,
    scope: isV6 ? undefined : 'link',
    nextHops: [{ via: undefined, dev }],
  };
}

function distinctHops(used: readonly Candidate[]): readonly NextHop[] {
  if (used.length === 1) return used[0]?.reach?.hops ?? [];
  const hops = used.flatMap(({ reach }) => reach?.hops ?? []);
  const byText = new Map(hops.map((hop) => [`${hop.via} ${hop.dev}`, hop]));
  return byText.size < 2
    ? [...byText.values()]
    : [...byText.values()].toSorted((a, b) => byPrefix(hostPrefix(a.via ?? ''), hostPrefix(b.via ?? '')));
}

function becauseLearned({ arrow, route, reach }: Candidate): string {
  const { from, type } = arrow;
  const origin = `${type} from ${from.machine} (${from.address})`;
  if (route.originatorId !== undefined) return `${origin}, reflected: the originator stays the next hop (RFC 4456)`;
  if (route.nextHop !== from.address) return `${origin}, next hop ${route.nextHop} unchanged (RFC 4271 section 5.1.3)`;
  return reach?.cost === 1 ? `${origin}, which is reached through a gateway` : origin;
}

function becauseUnreachable({ arrow, route }: Candidate): string {
  return `${arrow.type} from ${arrow.from.machine}: next hop ${route.nextHop} cannot be resolved (RFC 4271 section 9.1.2)`;
}

function isHost(prefix: string): boolean {
  const { family, length } = mustParsePrefix(prefix);
  return length === widthOf(family);
}

function sorted(routes: readonly ExpectedRoute[]): readonly ExpectedRoute[] {
  return routes.toSorted((a, b) => byPrefix(a.prefix, b.prefix));
}
