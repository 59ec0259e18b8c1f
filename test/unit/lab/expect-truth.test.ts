import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Expectation } from '../../../src/lab/lab.ts';
import { readLab } from '../../../src/lab/load.ts';
import { sharedFolder } from '../../support/shared.ts';
import { folders } from './read-text.ts';

const truth = sharedFolder('truth');

interface RouteRow {
  readonly dst: string;
  readonly type?: string;
  readonly table?: string;
  readonly protocol?: string;
  readonly gateway?: string;
  readonly dev?: string;
  readonly nexthops?: readonly { readonly gateway: string }[];
}

/** What a real cluster showed, as far as `expect:` lines ask. */
class Cluster {
  private readonly folder: string;
  private readonly machines = new Map<string, string>();
  private readonly podAddresses = new Map<string, string>();

  constructor(folder: string) {
    this.folder = folder;
    for (const name of readdirSync(folder)) {
      const file = join(folder, name, 'addr.json');
      if (!existsSync(file)) continue;
      for (const address of addressesIn(file)) {
        if (name.startsWith('pod-')) this.podAddresses.set(name, address);
        else this.machines.set(address, name);
      }
    }
  }

  /** Why an expectation is false here, or undefined. */
  faultOf(line: Expectation): string | undefined {
    switch (line.kind) {
      case 'route':
        return this.faultOfRoute(line);
      case 'mtu':
        return this.mtuOf(line.on, line.interface) === line.value ? undefined : `mtu of ${line.on}`;
      case 'ping': {
        const answer = this.probe(`ping-${line.from}-${line.to}.txt`);
        return answer.includes(`ttl=${line.ttl} `) ? undefined : `ping ${line.from} ${line.to}`;
      }
      case 'path': {
        const seen = [...this.probe(`traceroute-udp-${line.from}-${line.to}.txt`).matchAll(/^ *\d+ +(\S+)/gm)]
          .map((match) => this.machines.get(match[1] ?? '') ?? '')
          .filter((name) => name !== '');
        const isAsExpected =
          seen.length === line.hops.length &&
          line.hops.every((hop, i) => (hop.endsWith('*') ? seen[i]?.startsWith(hop.slice(0, -1)) : seen[i] === hop));
        return isAsExpected ? undefined : `path ${line.from} ${line.to}: ${seen.join(' ')}`;
      }
      default:
        return undefined;
    }
  }

  private faultOfRoute(line: Expectation & { kind: 'route' }): string | undefined {
    const block = this.blockOf(line.to);
    const route = this.routesOf(line.on).find((row) => row.dst === block && row.table !== 'local');
    if (route === undefined) return `${line.on} has no route to ${block}`;
    const hops = route.nexthops?.map((hop) => hop.gateway) ?? (route.gateway === undefined ? [] : [route.gateway]);
    const names = hops.map((hop) => this.machines.get(hop) ?? hop).toSorted();
    const expected = (line.nexthops ?? (line.via === undefined ? [] : [line.via])).toSorted();
    if (JSON.stringify(names) !== JSON.stringify(expected)) return `${line.on} to ${line.to}: ${names.join()}`;
    if (line.proto !== undefined && (route.protocol ?? 'boot') !== line.proto)
      return `${line.on} to ${line.to}: ${route.protocol}`;
    if (line.dev !== undefined && route.dev !== line.dev) return `${line.on} to ${line.to}: dev ${route.dev}`;
    const isBlackhole = route.type === 'blackhole';
    return isBlackhole === (line.blackhole ?? false) ? undefined : `${line.on} to ${line.to}: ${route.type}`;
  }

  private routesOf(machine: string): readonly RouteRow[] {
    const [kernel, plain] = ['kernel-route.json', 'route.json'].map((file) => join(this.folder, machine, file));
    return JSON.parse(readFileSync(existsSync(kernel ?? '') ? (kernel ?? '') : (plain ?? ''), 'utf8')) as RouteRow[];
  }

  private blockOf(to: string): string {
    const [a, b, c, d] = (this.podAddresses.get(to.replace('.block', '')) ?? '').split('.').map(Number);
    return `${a}.${b}.${c}.${(d ?? 0) & 0b11000000}/26`;
  }

  private mtuOf(machine: string, name: string): number | undefined {
    const text = readFileSync(join(this.folder, machine, 'link.json'), 'utf8');
    return (JSON.parse(text) as { ifname: string; mtu: number }[]).find((link) => link.ifname === name)?.mtu;
  }

  private probe(file: string): string {
    return readFileSync(join(this.folder, 'probes', file), 'utf8');
  }
}

function addressesIn(file: string): readonly string[] {
  const links = JSON.parse(readFileSync(file, 'utf8')) as {
    ifname: string;
    addr_info: { family: string; local: string }[];
  }[];
  return links
    .filter((link) => link.ifname !== 'lo')
    .flatMap((link) => link.addr_info.filter((info) => info.family === 'inet').map((info) => info.local));
}

describe.skipIf(truth === undefined)('what a lab expects was seen on a real cluster', () => {
  it.each(['bgp-rr', 'fullmesh', 'vxlan'])('%s', async (name) => {
    const cluster = new Cluster(join(truth ?? '', name));
    const { lab } = await readLab(name, folders);

    expect(lab.expect.length).toBeGreaterThan(5);
    expect(lab.expect.map((line) => cluster.faultOf(line)).filter((fault) => fault !== undefined)).toEqual([]);
  });

  it('and each line would be false with another next hop, protocol, mtu, ttl or hop', async () => {
    const cluster = new Cluster(join(truth ?? '', 'bgp-rr'));
    const { lab } = await readLab('bgp-rr', folders);
    const lines = lab.expect.filter((line) => line.kind !== 'sessions');

    for (const line of lines) {
      for (const changed of changesOf(line)) expect(cluster.faultOf(changed), JSON.stringify(changed)).toBeDefined();
    }
  });
});

function changesOf(line: Expectation): readonly Expectation[] {
  if (line.kind === 'mtu') return [{ ...line, value: 1450 }];
  if (line.kind === 'ping') return [{ ...line, ttl: 63 }];
  if (line.kind === 'path')
    return [
      { ...line, hops: line.hops.slice(1) },
      { ...line, hops: line.hops.with(1, 'spine9') },
    ];
  if (line.kind !== 'route') return [];
  const otherHop = line.nexthops === undefined ? { via: 'spine9' } : { nexthops: line.nexthops.slice(1) };
  return [
    { ...line, ...otherHop },
    { ...line, proto: 'static' },
    { ...line, blackhole: line.blackhole !== true },
  ];
}
