// Owns the question what of a kind lab lives: after a restart of Docker its containers are back, and their wires are not.

import type { Shell } from '../../base/shell.ts';
import type { Design } from '../../design/design.ts';
import type { Docker } from '../../host/docker/connect.ts';
import { inspectContainers } from '../../host/docker/containers.ts';
import { parseLinks } from '../../host/link.ts';
import type { Observed } from '../../plan/observed.ts';
import { containerOf } from './names.ts';

/** What `observe` needs of a design. */
export type BuiltDesign = Pick<Design, 'lab' | 'nodes' | 'routers' | 'hosts' | 'links'>;

/**
 * `partial` where a node's container is gone: the cluster cannot be mended. `dead` names the cluster where a node does not run, and the
 * fabric, with the rules in its routers, where a router does not run or a port of a node is gone (containerlab issue 730): nodes are
 * started, and the fabric is plugged anew.
 */
export async function observeKind(
  host: Shell,
  docker: Docker,
  design: BuiltDesign,
  made: ReadonlyMap<string, string>,
  door: readonly string[] = [],
): Promise<Observed> {
  const machines = [...design.nodes, ...design.routers, ...design.hosts];
  const containers = await inspectContainers(
    docker,
    machines.map((machine) => containerOf(design.lab, machine)),
  );
  const pids = new Map(containers.filter(({ isRunning }) => isRunning).map(({ name, pid }) => [name, pid]));
  const runs = (machine: (typeof machines)[number]): boolean => pids.has(containerOf(design.lab, machine));
  const known = new Set(containers.map(({ name }) => name));
  if (!design.nodes.every(({ name }) => known.has(name))) return { state: 'partial', made, dead: new Set() };
  const isStopped = !design.nodes.every(runs);
  const plugged = await Promise.all(
    machines.map(async (machine) => {
      const pid = pids.get(containerOf(design.lab, machine));
      return pid !== undefined && hasPorts(host, [...door, ...networkArgv(pid)], portsOf(design, machine.name));
    }),
  );
  if (plugged.every(Boolean)) return { state: 'running', made, dead: new Set() };
  const dead = [...made.keys()].filter(
    (resource) => resource === 'fabric' || resource.startsWith('rules:') || (isStopped && resource === 'cluster'),
  );
  return { state: 'running', made, dead: new Set(dead) };
}

/** The ports that containerlab makes. */
function portsOf({ links }: BuiltDesign, machine: string): readonly string[] {
  return links
    .filter(({ role }) => role === 'fabric' || role === 'rack' || role === 'host')
    .flatMap(({ ends }) => ends.filter((end) => end.machine === machine).map((end) => end.interface));
}

function networkArgv(pid: number): readonly string[] {
  return ['nsenter', `--net=/proc/${pid}/ns/net`, '--'];
}

async function hasPorts(host: Shell, enter: readonly string[], ports: readonly string[]): Promise<boolean> {
  if (ports.length === 0) return true;
  const argv = [...enter, 'ip', '-j', 'link', 'show'];
  const ran = await host.run(argv, { onFailure: 'return', timeoutMs: 10_000 });
  const names = new Set(ran.exitCode === 0 ? parseLinks(ran.stdout).map(({ name }) => name) : []);
  return ports.every((port) => names.has(port));
}
