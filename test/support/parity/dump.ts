// Owns the raw state of a lab, as programs print it, and its collection from a running lab.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { RunningLab } from '../scenario.ts';

/** What one machine printed; an empty text: nobody asked. */
export interface MachineDump {
  readonly kind: 'node' | 'router' | 'pod';
  /** `ip -j route show table all`. */
  readonly routes: string;
  /** `ip -j addr`. */
  readonly addresses: string;
  /** Lines `key = value`. */
  readonly sysctls: string;
  /** `ip -j neigh` and `bridge -j fdb` of a node with a VXLAN device: its VTEPs stand in both. */
  readonly neighbors: string;
  readonly forwarding: string;
  /** `birdcl show protocols all`, of both daemons where there are two. */
  readonly protocols: string;
  /** `show bgp ipv4 unicast summary json`. */
  readonly summary: string;
  /** `show bgp ipv4 unicast json`. */
  readonly table: string;
  /** The same of IPv6: `show bgp ipv6 unicast summary json`, `show bgp ipv6 unicast json`. */
  readonly summary6: string;
  readonly table6: string;
}

/** A whole lab: machines by short name, probes by file name without its end. */
export interface LabDump {
  readonly machines: ReadonlyMap<string, MachineDump>;
  /** `ping-pod-a-pod-b`, `traceroute-udp-pod-a-10.1.8.1`, `ping-node-control-plane-pod-b`: what was printed. */
  readonly probes: ReadonlyMap<string, string>;
}

/** The folder of real clusters; undefined (printed, or in CI thrown) when it is not there. */
export function truthFolder(): string | undefined {
  const stated = process.env['LABCTL_TRUTH'];
  const folder = stated ?? join(import.meta.dirname, '..', '..', '..', '..', 'shared', 'truth');
  if (existsSync(folder)) return folder;
  const reason = `parity: skipped: there is no folder ${folder} (LABCTL_TRUTH)`;
  if (stated !== undefined || process.env['CI'] === 'true') throw new Error(reason);
  console.log(reason);
  return undefined;
}

/** Where a probe starts and what it asks. */
export interface Probe {
  readonly program: 'ping' | 'icmp' | 'udp';
  /** Of a pod that is asked; an address tells its own. */
  readonly family: 4 | 6;
  readonly from: string;
  readonly to: string;
}

/** `ping-pod-a-pod-b`, `ping6-pod-a-pod-b`, `traceroute-udp-pod-a-10.1.8.1`; undefined for a name that is no probe. */
export function parseProbe(name: string): Probe | undefined {
  const parts =
    /^(ping|traceroute)(6?)(?:-(icmp|udp))?-(?:node-)?(.+?)-(pod-[a-z0-9]+|\d+\.[\d.]+|[\da-f]*:[\da-f:]+)$/.exec(name);
  if (parts === null) return undefined;
  const [, program = '', six = '', protocol, from = '', to = ''] = parts;
  if ((program === 'ping') !== (protocol === undefined)) return undefined;
  return {
    program: protocol === 'icmp' || protocol === 'udp' ? protocol : 'ping',
    family: six === '' ? 4 : 6,
    from,
    to,
  };
}

/** Collects from a running lab what `truth` has of the real one: the same machines, sysctls and probes. */
export async function collectLab(lab: RunningLab, truth: LabDump): Promise<LabDump> {
  const machines = new Map<string, MachineDump>();
  for (const [name, real] of truth.machines) {
    // A program that is missing or a key that is not there shows as missing facts, all of them at once.
    const ask = async (...argv: readonly string[]): Promise<string> =>
      (await lab.labctl(['exec', `${lab.lab}/${name}`, '--', ...argv])).stdout;
    const askLike = async (text: string, ...argv: readonly string[]): Promise<string> =>
      text === '' ? '' : ask(...argv);
    const keys = real.sysctls
      .split('\n')
      .map((line) => line.split(' = ')[0] ?? '')
      .filter((key) => key !== '');
    const [routes, addresses, neighbors, forwarding, sysctls, protocols, summary, table, summary6, table6] =
      await Promise.all([
        askLike(real.routes, 'ip', '-j', 'route', 'show', 'table', 'all'),
        askLike(real.addresses, 'ip', '-j', 'addr'),
        askLike(real.neighbors, 'ip', '-j', 'neigh'),
        askLike(real.forwarding, 'bridge', '-j', 'fdb'),
        keys.length === 0 ? '' : ask('grep', '-sH', '', ...keys.map(sysctlPath)),
        askLike(real.protocols, 'birdcl', 'show', 'protocols', 'all'),
        askLike(real.summary, 'vtysh', '-c', 'show bgp ipv4 unicast summary json'),
        askLike(real.table, 'vtysh', '-c', 'show bgp ipv4 unicast json'),
        askLike(real.summary6, 'vtysh', '-c', 'show bgp ipv6 unicast summary json'),
        askLike(real.table6, 'vtysh', '-c', 'show bgp ipv6 unicast json'),
      ]);
    machines.set(name, {
      kind: real.kind,
      routes,
      addresses,
      neighbors,
      forwarding,
      sysctls: sysctlLines(sysctls),
      protocols,
      summary,
      table,
      summary6,
      table6,
    });
  }
  const probes = new Map<string, string>();
  for (const [name, real] of truth.probes) probes.set(name, await probe(lab, machines, name, real));
  return { machines, probes };
}

/** Where a key stands; the names of Calico's tunnel devices have a dot of their own. */
function sysctlPath(key: string): string {
  return `/proc/sys/${key.replaceAll('.', '/').replace(/\/(vxlan(?:-v6)?)\/calico\//, '/$1.calico/')}`;
}

/** `/proc/sys/net/ipv4/ip_forward:1` to `net.ipv4.ip_forward = 1`. */
function sysctlLines(text: string): string {
  const lines = text.split('\n').map((line) => /^\/proc\/sys\/([^:]+):(.*)$/.exec(line));
  return lines.map((found) => (found === null ? '' : `${found[1]?.replaceAll('/', '.')} = ${found[2]}`)).join('\n');
}

/** Pings or traces as the real cluster was probed. A hop that is silent only here (ICMP is rate limited) is asked again. */
async function probe(
  lab: RunningLab,
  machines: ReadonlyMap<string, MachineDump>,
  name: string,
  real: string,
): Promise<string> {
  const asked = parseProbe(name);
  if (asked === undefined) return '';
  const target = addressOfPod(machines.get(asked.to), asked.family) ?? asked.to;
  const ask = async (...argv: readonly string[]): Promise<string> =>
    (await lab.labctl(['exec', `${lab.lab}/${asked.from}`, '--', ...argv])).stdout;
  if (asked.program === 'ping') return ask('ping', '-n', '-c', '2', '-i', '0.3', '-W', '2', target);
  const argv = [
    'traceroute',
    '-n',
    '-q',
    '1',
    '-m',
    /(\d+) hops max/.exec(real)?.[1] ?? '12',
    '-w',
    '1',
    ...(asked.program === 'icmp' ? ['-I'] : []),
    target,
  ];
  let text = await ask(...argv);
  const silent = silentHops(real);
  const deadline = Date.now() + 30_000;
  while (Date.now() < deadline && silentHops(text).some((hop) => !silent.includes(hop))) {
    await sleep(1000);
    text = await ask(...argv);
  }
  return text;
}

function silentHops(trace: string): readonly string[] {
  return [...trace.matchAll(/^ *(\d+) +\*/gm)].map(([, hop = '']) => hop);
}

/** The address of a pod's eth0. */
export function addressOfPod(pod: MachineDump | undefined, family: 4 | 6): string | undefined {
  if (pod?.kind !== 'pod') return undefined;
  const written =
    family === 4 ? /"local":"(\d+\.[\d.]+)","prefixlen":32/ : /"local":"([\da-f:]+)","prefixlen":128,"scope":"global"/;
  return written.exec(pod.addresses)?.[1];
}
