// Owns what a line of `expect:` need not say: its defaults, and the node behind `pod-b.node`.

import type { Expectation } from './lab.ts';
import { millisecondsOf } from './netem.ts';
import type { MergedLab } from './schema.ts';

type MergedExpectation = NonNullable<MergedLab['expect']>[number];

/** `pod-b.node` becomes the node's short name, so that one line fits every variant. */
export function completeExpectation(item: MergedExpectation, nodeOfPod: ReadonlyMap<string, string>): Expectation {
  const machine = (name: string): string =>
    name.endsWith('.node') ? (nodeOfPod.get(name.slice(0, -'.node'.length)) ?? name) : name;
  if (item.route !== undefined) {
    const { on, to, via, nexthops, proto, dev, metric, blackhole, family } = item.route;
    const hop = via === undefined ? undefined : machine(via);
    return {
      kind: 'route',
      on: machine(on),
      to,
      via: hop,
      nexthops: nexthops?.map(machine),
      proto,
      dev,
      metric,
      blackhole,
      family,
    };
  }
  if (item.rib !== undefined) {
    const { on, to, from, originator } = item.rib;
    const named = (name: string | undefined): string | undefined => (name === undefined ? undefined : machine(name));
    return {
      kind: 'rib',
      on: machine(on),
      to,
      from: named(from),
      nextHop: named(item.rib['next-hop']),
      asPath: item.rib['as-path'],
      localPref: item.rib['local-pref'],
      originator: named(originator),
      clusterList: item.rib['cluster-list'],
      communities: item.rib.communities,
    };
  }
  if (item.neighbor !== undefined) {
    const { on, to, hold, bfd } = item.neighbor;
    return { kind: 'neighbor', on: machine(on), to: machine(to), hold, bfd };
  }
  if (item.mtu !== undefined) return { kind: 'mtu', ...item.mtu, on: machine(item.mtu.on) };
  if (item.ping !== undefined) {
    const { from, to, ttl, answered = true, 'min-rtt': minRtt, count, lost, family } = item.ping;
    const minRttMs = minRtt === undefined ? undefined : millisecondsOf(minRtt);
    return { kind: 'ping', from: machine(from), to: machine(to), ttl, answered, minRttMs, count, lost, family };
  }
  if (item.packet !== undefined) {
    const { from, to, size, passes, icmp, at } = item.packet;
    return { kind: 'packet', from: machine(from), to: machine(to), size, passes: passes ?? true, icmp, at };
  }
  if (item.request !== undefined) {
    const { from, service, by, node, pods, source } = item.request;
    return {
      kind: 'request',
      from: machine(from),
      service,
      by,
      node: node === undefined ? undefined : machine(node),
      pods,
      source,
    };
  }
  if (item.failover !== undefined) {
    const { fail, from, to, lost, within } = item.failover;
    const withinMs = within === undefined ? undefined : millisecondsOf(within);
    return { kind: 'failover', fail, from, to, lost, withinMs };
  }
  if (item.path !== undefined) {
    const { from, to, hops, encap, ttl, family } = item.path;
    const ends = { from: machine(from), to: machine(to) };
    return { kind: 'path', ...ends, hops: hops.map(machine), encapsulation: encap, ttl, family };
  }
  if (typeof item.sessions !== 'object') return { kind: 'sessions', which: 'all' };
  return { kind: 'session-count', on: machine(item.sessions.on), count: item.sessions.count };
}
