// Owns the raw state of a lab, as programs print it, and its collection from a running lab.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pasteable } from '../../../src/base/shell.ts';
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
    const keys = real.sysctls
      .split('\n')
      .map((line) => line.split(' = ')[0] ?? '')
      .filter((key) => key !== '');
    const commands = {
      routes: ['ip', '-j', 'route', 'show', 'table', 'all'],
      addresses: ['ip', '-j', 'addr'],
      neighbors: ['ip', '-j', 'neigh'],
      forwarding: ['bridge', '-j', 'fdb'],
      sysctls: ['grep', '-sH', '', ...keys.map(sysctlPath)],
      protocols: ['birdcl', 'show', 'protocols', 'all'],
      summary: ['vtysh', '-c', 'show bgp ipv4 unicast summary json'],
      table: ['vtysh', '-c', 'show bgp ipv4 unicast json'],
      summary6: ['vtysh', '-c', 'show bgp ipv6 unicast summary json'],
      table6: ['vtysh', '-c', 'show bgp ipv6 unicast json'],
    };
    const unasked = Object.entries(real).flatMap(([key, text]) => (text === '' ? [[key, ['true']] as const] : []));
    const printed = await ask(lab, name, { ...commands, ...Object.fromEntries(unasked) });
    machines.set(name, { ...printed, kind: real.kind, sysctls: sysctlLines(printed.sysctls) });
  }
  return { machines, probes: await collectProbes(lab, machines, truth.probes) };
}

/**
 * What commands print in a machine, one after the other in one call. A program that is missing or a key that is not there
 * shows as missing facts, all of them at once.
 */
async function ask<Name extends string>(
  lab: RunningLab,
  machine: string,
  commands: Readonly<Record<Name, readonly string[]>>,
): Promise<Readonly<Record<Name, string>>> {
  const names = Object.keys(commands) as Name[];
  const script = names.map((name) => pasteable(commands[name])).join("; printf '\\0'; ");
  const { stdout } = await lab.labctl(['exec', `${lab.lab}/${machine}`, '--', 'sh', '-c', script]);
  const texts = stdout.split('\0');
  return Object.fromEntries(names.map((name, index) => [name, texts[index] ?? ''])) as Record<Name, string>;
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

/** Pings and traces as the real cluster was probed. A hop that is silent only here (ICMP is rate limited) is asked again. */
async function collectProbes(
  lab: RunningLab,
  machines: ReadonlyMap<string, MachineDump>,
  real: ReadonlyMap<string, string>,
): Promise<ReadonlyMap<string, string>> {
  const found = new Map([...real.keys()].map((name) => [name, '']));
  const isSilentOnlyHere = (name: string): boolean => {
    const silent = silentHops(real.get(name) ?? '');
    return silentHops(found.get(name) ?? '').some((hop) => !silent.includes(hop));
  };
  const deadline = Date.now() + 30_000;
  for (let left = [...real.keys()]; left.length > 0 && Date.now() < deadline; left = left.filter(isSilentOnlyHere)) {
    const commands = new Map<string, Record<string, readonly string[]>>();
    for (const name of left) {
      const probe = parseProbe(name);
      if (probe === undefined) continue;
      const argv = commandOf(probe, machines, real.get(name) ?? '');
      commands.set(probe.from, { ...commands.get(probe.from), [name]: argv });
    }
    for (const [from, asked] of commands)
      for (const [name, text] of Object.entries(await ask(lab, from, asked))) found.set(name, text);
  }
  return found;
}

function commandOf(
  { program, family, to }: Probe,
  machines: ReadonlyMap<string, MachineDump>,
  real: string,
): readonly string[] {
  const target = addressOfPod(machines.get(to), family) ?? to;
  if (program === 'ping') return ['ping', '-n', '-c', '2', '-i', '0.3', '-W', '2', target];
  const hops = /(\d+) hops max/.exec(real)?.[1] ?? '12';
  return ['traceroute', '-n', '-q', '1', '-m', hops, '-w', '1', ...(program === 'icmp' ? ['-I'] : []), target];
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
