// Owns what a lab shows once it is converged, as named facts that can be held against those of another lab. Pure.

import type { Netem } from '../lab/netem.ts';
import { shownName } from './address-book.ts';
import type { ExpectedRoute } from './convergence.ts';
import type { Design } from './design.ts';
import { netemWords } from './netem-words.ts';
import { pairName, pathFactsOf, type TellingPair, tellingPairs } from './path-facts.ts';
import { type RoleNames, roleNames } from './role-names.ts';
import { attributeWords, type RouteAttributes } from './route-words.ts';

/** The kinds of facts, in the order in which they are told. */
export const factKinds = ['sessions', 'routes', 'devices', 'paths'] as const;

/** One kind of facts: what it is about to what it is, both in names that two labs share. */
export type Facts = ReadonlyMap<string, string>;

/** All facts of a lab. */
export type LabFacts = Readonly<Record<(typeof factKinds)[number], Facts>>;

/** The facts that follow from a design. Which of equal paths is taken is left out: the choice is the fact. */
export function factsOf(design: Design): LabFacts {
  const names = roleNames(design);
  return {
    sessions: sessionFacts(design),
    routes: new Map(
      design.expected.routes.map((route) => [
        routeKey(design, names, route.machine, route.prefix),
        routeFact(names, route),
      ]),
    ),
    devices: deviceFacts(design, names),
    paths: new Map(tellingPairs(design).flatMap((pair) => [...pathFacts(design, pair)])),
  };
}

/** What a route's fact is called: `leaf0: worker3.block`. */
export function routeKey(design: Design, names: RoleNames, machine: string, prefix: string): string {
  return `${shownName(design, machine)}: ${names.prefix(prefix)}`;
}

/** What a session's fact is called: both machines by name, and the family where it is IPv6. */
export function sessionKey(design: Design, ends: readonly [string, string], family: 4 | 6): string {
  const [a, b] = ends.map((machine) => shownName(design, machine)).sort();
  return `${a} - ${b}${family === 6 ? ' (IPv6)' : ''}`;
}

/** What an interface's fact is called: `worker: vxlan.calico`. */
export function deviceKey(design: Design, names: RoleNames, machine: string, device: string): string {
  return `${shownName(design, machine)}: ${names.device(device)}`;
}

/**
 * Whether a node's device is Calico's and no part of the lab: the end of a pod that the lab does not have, as coredns is one in a cluster
 * (calico.md C.1), or of the pair that Felix makes for a moment to try what the kernel can (`calico_tmp_A`, `calico_tmp_B`).
 */
export function isForeign({ pods }: Pick<Design, 'pods'>, device: string | undefined): boolean {
  return /^cali([0-9a-f]{11}|co_tmp_[AB])$/.test(device ?? '') && pods.every((pod) => pod.interface !== device);
}

function sessionFacts(design: Design): Facts {
  const asOf = new Map<string, number | undefined>([
    ...design.nodes.map(({ name, peers }) => [name, peers.localAs] as const),
    ...design.routers.map(({ name, asNumber }) => [name, asNumber] as const),
  ]);
  return new Map(
    design.expected.sessions.map(({ a, b, type, family }) => {
      const numbers = [...new Set([a, b].map(({ machine }) => asOf.get(machine) ?? 0).sort((x, y) => x - y))];
      return [sessionKey(design, [a.machine, b.machine], family), `${type}, AS ${numbers.join(' and ')}`];
    }),
  );
}

/** A route as far as it is a fact: expected (then with its choice of next hops) or seen. */
interface RouteLike extends RouteAttributes {
  readonly type: string;
  readonly nextHops: readonly { readonly via: string | undefined; readonly dev: string | undefined }[];
  readonly choice?: ExpectedRoute['choice'];
}

/** What a route is, without its prefix, in iproute2's words and names by role. */
export function routeFact(names: RoleNames, route: RouteLike): string {
  const hops = route.nextHops.map(
    ({ via, dev }) => `${via === undefined ? '' : `via ${names.address(via)} `}dev ${names.device(dev ?? '?')}`,
  );
  const between = { all: ' and ', one: ' or ', some: ' and/or ' }[route.choice ?? 'all'];
  return [
    route.type === 'unicast' ? '' : route.type,
    route.type === 'blackhole' ? '' : hops.toSorted().join(between),
    ...attributeWords(route),
  ]
    .filter((part) => part !== '')
    .join(' ');
}

/** What an interface is, and what it does to the packets it sends. */
export function deviceFact(mtu: number, netem: Netem | undefined): string {
  return netem === undefined ? `MTU ${mtu}` : `MTU ${mtu}, netem ${netemWords(netem)}`;
}

function deviceFacts(design: Design, names: RoleNames): Facts {
  const facts = new Map<string, string>();
  const add = (machine: string, device: string, mtu: number, netem?: Netem): void => {
    facts.set(deviceKey(design, names, machine, device), deviceFact(mtu, netem));
  };
  for (const machine of [...design.routers, ...design.nodes])
    for (const port of machine.interfaces) add(machine.name, port.name, port.mtu, port.netem);
  for (const node of design.nodes) for (const tunnel of node.tunnels) add(node.name, tunnel.name, tunnel.mtu);
  for (const pod of design.pods) {
    add(pod.node, pod.interface, pod.mtu);
    add(pod.name, 'eth0', pod.mtu);
  }
  return facts;
}

function pathFacts(design: Design, asked: TellingPair): Facts {
  const path = pathFactsOf(design, asked.from, asked.to, asked.family);
  const pair = pairName(asked);
  const way = path.hops.map((machines) => machines.join(' or ')).join(', ');
  if (!path.arrives) return new Map([[`${pair}: way`, `${way}, and no further`]]);
  const wrapped = { none: 'plain', ipip: 'IPIP', vxlan: 'VXLAN' }[path.encapsulation];
  return new Map([
    [`${pair}: way`, way],
    [`${pair}: wrapping`, path.headerBytes === 0 ? wrapped : `${wrapped}, ${path.headerBytes} bytes of headers more`],
    [`${pair}: TTL on arrival`, String(path.ttl)],
  ]);
}
