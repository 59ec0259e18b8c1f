// Owns the meaning of `expect:` lines: one observable a line, about machines and pods that the lab has.

import { parseAddress, parsePrefix } from '../base/address.ts';
import type { Names } from './check-cluster.ts';
import { endpointOf } from './defaults.ts';
import type { ProblemList } from './problems.ts';
import type { MergedLab } from './schema.ts';
import type { Path } from './tree.ts';

const observables = [
  'sessions',
  'route',
  'rib',
  'neighbor',
  'mtu',
  'ping',
  'packet',
  'request',
  'failover',
  'path',
] as const;

/** Checks every `expect:` line of a merged lab. */
export function checkExpect(merged: MergedLab, names: Names, list: ProblemList): void {
  const known = new KnownNames(names, list);
  for (const [i, item] of (merged.expect ?? []).entries()) {
    const path = ['expect', i];
    const said = observables.filter((key) => item[key] !== undefined);
    if (said.length !== 1) {
      const message = `an expectation is exactly one of ${observables.join(', ')}`;
      list.add(path, { code: 'LAB_EXPECT', message, hint: 'begin each with its own dash' });
    }
    if (typeof item.sessions === 'object') known.machine(item.sessions.on, [...path, 'sessions', 'on']);
    if (item.route !== undefined) checkRoute(item.route, [...path, 'route'], known, list);
    if (item.rib !== undefined) checkRib(item.rib, [...path, 'rib'], known);
    if (item.neighbor !== undefined) {
      known.router(item.neighbor.on, [...path, 'neighbor', 'on']);
      known.target(item.neighbor.to, [...path, 'neighbor', 'to']);
    }
    if (item.mtu !== undefined) known.machine(item.mtu.on, [...path, 'mtu', 'on']);
    if (item.ping !== undefined) {
      known.machine(item.ping.from, [...path, 'ping', 'from']);
      known.target(item.ping.to, [...path, 'ping', 'to']);
      checkPing(item.ping, [...path, 'ping'], list);
    }
    if (item.packet !== undefined) {
      const { from, to, passes, icmp, at } = item.packet;
      known.machine(from, [...path, 'packet', 'from']);
      known.machine(to, [...path, 'packet', 'to']);
      if (at !== undefined) known.machine(endpointOf(at).machine, [...path, 'packet', 'at']);
      if (passes !== false && (icmp !== undefined || at !== undefined)) {
        const message = '`icmp` and `at` are for a packet that does not pass';
        list.add([...path, 'packet'], { code: 'LAB_EXPECT', message, hint: 'add `passes: false`' });
      }
    }
    if (item.request !== undefined) checkRequest(item.request, [...path, 'request'], known, list);
    if (item.failover !== undefined) checkFailover(item.failover, [...path, 'failover'], known, list);
    if (item.path !== undefined) {
      known.machine(item.path.from, [...path, 'path', 'from']);
      known.target(item.path.to, [...path, 'path', 'to']);
      for (const [k, hop] of item.path.hops.entries()) known.hop(hop, [...path, 'path', 'hops', k]);
    }
  }
}

type Ping = NonNullable<NonNullable<MergedLab['expect']>[number]['ping']>;

function checkPing(ping: Ping, path: Path, list: ProblemList): void {
  for (const key of ['ttl', 'min-rtt', 'lost'] as const) {
    if (ping.answered !== false || ping[key] === undefined) continue;
    list.add([...path, key], { code: 'LAB_EXPECT', message: `a ping without an answer has no ${key}` });
  }
  const { count = 1, lost: [least, most] = [0, 0] } = ping;
  if (least <= most && most <= count) return;
  const message = `between ${least} and ${most} of ${count} echo requests cannot be lost`;
  list.add([...path, 'lost'], { code: 'LAB_EXPECT', message, hint: 'write {count: 100, lost: [5, 30]}' });
}

type Request = NonNullable<NonNullable<MergedLab['expect']>[number]['request']>;

function checkRequest(request: Request, path: Path, known: KnownNames, list: ProblemList): void {
  known.machine(request.from, [...path, 'from']);
  known.service(request.service, [...path, 'service']);
  for (const [k, pod] of request.pods.entries()) known.machine(pod, [...path, 'pods', k]);
  if (request.node !== undefined) known.machine(request.node, [...path, 'node']);
  if ((request.by === 'node-port') !== (request.node !== undefined)) {
    const message = request.node === undefined ? 'whose node port is not said' : '`node` is for `by: node-port`';
    list.add(path, { code: 'LAB_EXPECT', message, hint: 'write {by: node-port, node: worker}' });
  }
}

type Failover = NonNullable<NonNullable<MergedLab['expect']>[number]['failover']>;

function checkFailover(failover: Failover, path: Path, known: KnownNames, list: ProblemList): void {
  const [, target = ''] = failover.fail.split(' ');
  known.machine(target.split(/[:/]/, 1)[0] ?? '', [...path, 'fail']);
  for (const key of ['from', 'to'] as const) known.pod(failover[key], [...path, key]);
  if (failover.lost !== undefined || failover.within !== undefined) return;
  list.add(path, { code: 'LAB_EXPECT', message: 'what the failure may cost is not said', hint: 'add `within: 2s`' });
}

type Rib = NonNullable<NonNullable<MergedLab['expect']>[number]['rib']>;

function checkRib(rib: Rib, path: Path, known: KnownNames): void {
  known.machine(rib.on, [...path, 'on']);
  known.destination(rib.to, [...path, 'to']);
  for (const key of ['from', 'next-hop', 'originator'] as const) {
    const name = rib[key];
    if (name !== undefined) known.target(name, [...path, key]);
  }
  for (const [k, id] of (rib['cluster-list'] ?? []).entries()) known.target(id, [...path, 'cluster-list', k]);
}

type Route = NonNullable<NonNullable<MergedLab['expect']>[number]['route']>;

function checkRoute(route: Route, path: Path, known: KnownNames, list: ProblemList): void {
  known.machine(route.on, [...path, 'on']);
  known.destination(route.to, [...path, 'to']);
  if (route.via !== undefined) known.target(route.via, [...path, 'via']);
  for (const [k, hop] of (route.nexthops ?? []).entries()) known.target(hop, [...path, 'nexthops', k]);
  const hasHops = route.via !== undefined || route.nexthops !== undefined;
  if (route.via !== undefined && route.nexthops !== undefined) {
    list.add(
      [...path, 'nexthops'],
      { code: 'LAB_EXPECT', message: '`via` and `nexthops` exclude each other' },
      { at: 'key' },
    );
  }
  if (route.blackhole === true && hasHops) {
    list.add([...path, 'blackhole'], { code: 'LAB_EXPECT', message: 'a blackhole has no next hop' });
  }
}

/** Names an expectation may use, and the problem when it uses another. */
class KnownNames {
  private readonly machines: ReadonlySet<string>;
  private readonly pods: readonly string[];
  private readonly routers: readonly string[];
  private readonly services: readonly string[];
  private readonly shown: readonly string[];
  private readonly owners: ReadonlySet<string>;
  private readonly list: ProblemList;

  constructor(names: Names, list: ProblemList) {
    const nodesOfPods = names.pods.map((pod) => `${pod}.node`);
    this.machines = new Set([...names.routers, ...names.nodeWords, ...names.pods, ...nodesOfPods, ...names.hosts]);
    this.pods = names.pods;
    this.routers = names.routers;
    this.services = names.services;
    this.shown = [...names.pods, ...names.nodes, ...names.routers, ...names.hosts];
    this.owners = new Set([...names.pods, ...names.nodeWords]);
    this.list = list;
  }

  /** A machine by name. */
  machine(name: string, path: Path): void {
    if (!this.machines.has(name)) this.list.addUnknown(path, 'machine', name, this.shown);
  }

  /** A pod by name. */
  pod(name: string, path: Path): void {
    if (!this.pods.includes(name)) this.list.addUnknown(path, 'pod', name, this.pods);
  }

  /** A router by name. */
  router(name: string, path: Path): void {
    if (!this.routers.includes(name)) this.list.addUnknown(path, 'router', name, this.routers);
  }

  /** A service by name. */
  service(name: string, path: Path): void {
    if (!this.services.includes(name)) this.list.addUnknown(path, 'service', name, this.services);
  }

  /** A machine, or an address. */
  target(name: string, path: Path): void {
    if (parseAddress(name) === undefined) this.machine(name, path);
  }

  /** A machine, or all whose names begin so: `spine*`. */
  hop(name: string, path: Path): void {
    if (!name.endsWith('*')) {
      this.target(name, path);
      return;
    }
    const start = name.slice(0, -1);
    if (this.shown.some((machine) => machine.startsWith(start))) return;
    this.list.add(path, { code: 'LAB_UNKNOWN_NAME', message: `no machine's name begins with \`${start}\`` });
  }

  /** A prefix, an address, `<pod>.address`, `<node>.address`, `<pod>.block` or `<node>.block`. */
  destination(name: string, path: Path): void {
    if (parsePrefix(name) !== undefined || parseAddress(name) !== undefined) return;
    const [owner = '', part] = name.split('.');
    const isPart = part === 'block' || part === 'address' ? this.owners : undefined;
    if (isPart === undefined || name.split('.').length !== 2) {
      const message = `\`${name}\` is no destination`;
      const hint = 'write a prefix, an address, <pod>.block, <pod>.address or the same of a node';
      this.list.add(path, { code: 'LAB_EXPECT', message, hint });
      return;
    }
    if (!isPart.has(owner)) this.list.addUnknown(path, 'pod or node', owner, isPart);
  }
}
