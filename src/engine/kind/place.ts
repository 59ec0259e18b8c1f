// Owns how a command gets into a machine of a kind lab: by the pids that Docker and the nodes' containerd know.

import { fabricSwitches } from '../../artifact/clab-topology.ts';
import { LabError } from '../../base/errors.ts';
import type { Shell } from '../../base/shell.ts';
import type { Design, Machine } from '../../design/design.ts';
import type { Docker } from '../../host/docker/connect.ts';
import { inspectContainers } from '../../host/docker/containers.ts';
import { localShell } from '../../host/local-shell.ts';
import { containerOf } from './names.ts';

/** Where each machine is, found once; containers that restart have other pids, so a wait finds them anew. */
export interface Places {
  /** Every namespace of a node, router or switch; a pod's or host's network namespace, with this machine's programs. */
  argvOf(machine: string): readonly string[];
  /** The same; undefined for a machine that does not run. */
  findArgv(machine: string): readonly string[] | undefined;
  /** A machine's network namespace alone: this machine's tcpdump listens there, nothing is installed. */
  networkOf(machine: string): readonly string[];
  /** The container of calico-node on a node; undefined while there is none. */
  calicoOf(node: string): string | undefined;
}

/**
 * What images need not have: a kind node has no ping, an FRR image no tcpdump, busybox an `ip` without JSON. These run as this
 * machine's own, in the network namespace alone.
 */
const ownPrograms: ReadonlySet<string> = new Set([
  'bridge',
  'ip',
  'nft',
  'perl',
  'ping',
  'ss',
  'tcpdump',
  'traceroute',
]);

/** What a node keeps in calico-node's container, and its socket (calico.md B.1); `birdc` is what other BIRDs call theirs. */
const calicoPrograms: ReadonlyMap<string, readonly [client: string, socket: string]> = new Map([
  ['birdc', ['birdcl', '/var/run/calico/bird.ctl']],
  ['birdcl', ['birdcl', '/var/run/calico/bird.ctl']],
  ['birdcl6', ['birdcl6', '/var/run/calico/bird6.ctl']],
]);

/** The argument list that runs a program where the machine has it. Throws LAB_GONE. */
export function argvIn(places: Places, machine: string, argv: readonly string[]): readonly string[] {
  const [program = ''] = argv;
  if (ownPrograms.has(program)) return [...places.networkOf(machine), ...argv];
  const calico = places.calicoOf(machine);
  const known = calicoPrograms.get(program);
  if (calico === undefined || known === undefined) return [...places.argvOf(machine), ...argv];
  const [client, socket] = known;
  const words = argv.includes('-s') ? argv.slice(1) : ['-s', socket, ...argv.slice(1)];
  return [...places.argvOf(machine), 'crictl', 'exec', calico, client, ...words];
}

/** A shell in a machine. */
export function shellIn(places: Places, machine: string): Shell {
  const whole = localShell(machine);
  return {
    where: machine,
    argv: (argv) => argvIn(places, machine, argv),
    run: (argv, options) => whole.run(argvIn(places, machine, argv), options),
  };
}

/**
 * Finds every machine of a lab that runs. Machines that are not there are left out: entering them throws LAB_GONE. `door` is what comes
 * before every nsenter: nothing for root; `own` before each of this machine's programs: nothing where it has them installed.
 */
export async function locate(
  host: Shell,
  docker: Docker,
  design: Design,
  door: readonly string[] = [],
  own: readonly string[] = [],
): Promise<Places> {
  const machines = [...design.routers, ...design.switches, ...design.hosts, ...design.nodes];
  const names = new Map(machines.map((machine) => [containerOf(design.lab, machine), machine.name]));
  const containers = await inspectContainers(docker, [...names.keys()]);
  const pids = new Map<string, number>();
  for (const { name, pid } of containers) if (pid > 0) pids.set(names.get(name) ?? name, pid);

  const { pods, calico } = await findInNodes(host, design, pids, door);
  const plain = new Set(design.hosts.map(({ name }) => name));
  const dockers = dockerSwitches(design);
  const gone = (machine: string): LabError => {
    if (dockers.has(machine))
      return new LabError('LAB_GONE', `${machine} stands for Docker's own bridges: on kind nothing runs in it`, {
        hint: 'docker network inspect; labctl exec enters nodes, routers and pods',
      });
    return new LabError('LAB_GONE', `${machine} does not run in lab ${design.lab}`, {
      hint: `labctl start ${design.lab}`,
    });
  };
  const networkFile = (machine: string): string | undefined => {
    const pid = pids.get(machine);
    return pid === undefined ? pods.get(machine) : `/proc/${pid}/ns/net`;
  };
  const findArgv = (machine: string): readonly string[] | undefined => {
    const pid = pids.get(machine);
    if (pid !== undefined && !plain.has(machine))
      return [...door, 'nsenter', '-t', String(pid), '-m', '-u', '-i', '-n', '-p', '--'];
    const file = networkFile(machine);
    return file === undefined ? undefined : [...door, 'nsenter', `--net=${file}`, '--', ...own];
  };
  return {
    findArgv,
    argvOf: (machine) => {
      const argv = findArgv(machine);
      if (argv === undefined) throw gone(machine);
      return argv;
    },
    networkOf: (machine) => {
      const file = networkFile(machine);
      if (file === undefined) throw gone(machine);
      return [...door, 'nsenter', `--net=${file}`, '--', ...own];
    },
    calicoOf: (node) => calico.get(node),
  };
}

/** By the nodes' own container runtime: the network namespace of each pod, and the id of each calico-node. */
async function findInNodes(
  host: Shell,
  { nodes, pods }: Design,
  pids: ReadonlyMap<string, number>,
  door: readonly string[],
): Promise<{ readonly pods: ReadonlyMap<string, string>; readonly calico: ReadonlyMap<string, string> }> {
  const namespaces = new Map<string, string>();
  const calico = new Map<string, string>();
  await Promise.all(
    nodes.map(async (node) => {
      const pid = pids.get(node.name);
      if (pid === undefined) return;
      const inNode = (argv: readonly string[]): Promise<string> =>
        crictl(host, [...door, 'nsenter', '-t', String(pid), '-m', '-n', '-p', '--'], argv);
      const id = await inNode(['ps', '--quiet', '--name', '^calico-node$']);
      if (id !== '') calico.set(node.name, id);
      for (const pod of pods.filter((candidate) => candidate.node === node.name)) {
        const only = ['--state', 'ready', '--namespace', `^${pod.namespace}$`, '--name', `^${pod.name}$`];
        const sandbox = await inNode(['pods', '--quiet', ...only]);
        if (sandbox === '') continue;
        const inner = await inNode(['inspectp', '--output', 'go-template', '--template', '{{.info.pid}}', sandbox]);
        if (/^\d+$/.test(inner)) namespaces.set(pod.name, `/proc/${pid}/root/proc/${inner}/ns/net`);
      }
    }),
  );
  return { pods: namespaces, calico };
}

/** The first line of crictl's answer in a node; '' when it has none or fails (containerd not up yet). */
async function crictl(host: Shell, enter: readonly string[], argv: readonly string[]): Promise<string> {
  const ran = await host.run([...enter, 'crictl', ...argv], { onFailure: 'return', timeoutMs: 10_000 });
  return ran.exitCode === 0 ? (ran.stdout.split('\n')[0]?.trim() ?? '') : '';
}

/** Switches that stand for Docker's own bridges: no container has them. */
export function dockerSwitches(design: Design): ReadonlySet<string> {
  const inFabric = new Set(fabricSwitches(design).map(({ name }) => name));
  return new Set(design.switches.map(({ name }) => name).filter((name) => !inFabric.has(name)));
}

/** Machines whose kernel tables are read. */
export function machinesRead(design: Design): readonly Machine[] {
  return [...design.routers, ...design.hosts, ...design.nodes, ...design.pods];
}
