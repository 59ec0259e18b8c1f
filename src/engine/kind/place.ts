// Owns how a command gets into a machine of a kind lab: by the pids that Docker and the nodes' containerd know.

import { LabError } from '../../base/errors.ts';
import type { Shell } from '../../base/shell.ts';
import type { Design, Machine } from '../../design/design.ts';
import { inspectContainers } from '../../host/docker.ts';
import { containerOf } from './names.ts';

/** Where each machine is, found once; containers that restart have other pids, so a wait finds them anew. */
export interface Places {
  /** Every namespace of a node, router or switch; a pod's network namespace, with this machine's programs. */
  argvOf(machine: string): readonly string[];
  /** The same; undefined for a machine that does not run. */
  findArgv(machine: string): readonly string[] | undefined;
  /** A machine's network namespace alone: this machine's tcpdump listens there, nothing is installed. */
  networkOf(machine: string): readonly string[];
  /** The container of calico-node on a node; undefined while there is none. */
  calicoOf(node: string): string | undefined;
}

/** Finds every machine of a lab that runs. Machines that are not there are left out: entering them throws LAB_GONE. */
export async function locate(host: Shell, design: Design): Promise<Places> {
  const machines = [...design.routers, ...design.switches, ...design.hosts, ...design.nodes];
  const names = new Map(machines.map((machine) => [containerOf(design.lab, machine), machine.name]));
  const containers = await inspectContainers(host, [...names.keys()]);
  const pids = new Map<string, number>();
  for (const { name, pid } of containers) if (pid > 0) pids.set(names.get(name) ?? name, pid);

  const pods = new Map<string, string>();
  const calico = new Map<string, string>();
  await Promise.all(
    design.nodes.map(async (node) => {
      const pid = pids.get(node.name);
      if (pid === undefined) return;
      const inNode = (argv: readonly string[]): Promise<string> => crictl(host, pid, argv);
      const id = await inNode(['ps', '--quiet', '--name', '^calico-node$']);
      if (id !== '') calico.set(node.name, id);
      for (const pod of design.pods.filter((candidate) => candidate.node === node.name)) {
        const sandbox = await inNode([
          'pods',
          '--quiet',
          '--state',
          'ready',
          '--namespace',
          `^${pod.namespace}$`,
          '--name',
          `^${pod.name}$`,
        ]);
        if (sandbox === '') continue;
        const inner = await inNode(['inspectp', '--output', 'go-template', '--template', '{{.info.pid}}', sandbox]);
        if (/^\d+$/.test(inner)) pods.set(pod.name, `/proc/${pid}/root/proc/${inner}/ns/net`);
      }
    }),
  );

  const gone = (machine: string): LabError =>
    new LabError('LAB_GONE', `${machine} does not run in lab ${design.lab}`, { hint: `labctl status ${design.lab}` });
  const findArgv = (machine: string): readonly string[] | undefined => {
    const pid = pids.get(machine);
    if (pid !== undefined) return ['nsenter', '-t', String(pid), '-m', '-u', '-i', '-n', '-p', '--'];
    const file = pods.get(machine);
    return file === undefined ? undefined : ['nsenter', `--net=${file}`, '--'];
  };
  return {
    findArgv,
    argvOf: (machine) => {
      const argv = findArgv(machine);
      if (argv === undefined) throw gone(machine);
      return argv;
    },
    networkOf: (machine) => {
      const pid = pids.get(machine);
      const file = pid === undefined ? pods.get(machine) : `/proc/${pid}/ns/net`;
      if (file === undefined) throw gone(machine);
      return ['nsenter', `--net=${file}`, '--'];
    },
    calicoOf: (node) => calico.get(node),
  };
}

/** The first line of crictl's answer in a node; '' when it has none or fails (containerd not up yet). */
async function crictl(host: Shell, pid: number, argv: readonly string[]): Promise<string> {
  const enter = ['nsenter', '-t', String(pid), '-m', '-n', '-p', '--'];
  const ran = await host.run([...enter, 'crictl', ...argv], { onFailure: 'return', timeoutMs: 10_000 });
  return ran.exitCode === 0 ? (ran.stdout.split('\n')[0]?.trim() ?? '') : '';
}

/** Machines whose kernel tables are read. */
export function machinesRead(design: Design): readonly Machine[] {
  return [...design.routers, ...design.hosts, ...design.nodes, ...design.pods];
}
