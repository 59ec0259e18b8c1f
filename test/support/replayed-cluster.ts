// Owns a Docker that is not there: a real cluster's recorded state, answered through the kind engine's two seams (programs, Docker's API) under pids and ids of its own.

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Ran, Shell } from '../../src/base/shell.ts';
import type { Design } from '../../src/design/design.ts';
import { containerOf } from '../../src/engine/kind/names.ts';
import { type Connect, connectOnce } from '../../src/host/docker/connect.ts';
import { absent, recordingDocker } from './recording-docker.ts';
import type { Said } from './recording-shell.ts';
import { seeded } from './seeded.ts';

/** What a replayed cluster can be made to show. */
export interface Replay {
  /** Seeds pids and ids. */
  readonly seed: number;
  /** Machines whose containers do not run. */
  readonly stopped?: readonly string[];
  /** Machines whose containers are gone. */
  readonly removed?: readonly string[];
  /** Machines that lost their wires, as after a restart of Docker. */
  readonly unplugged?: readonly string[];
  /** Answers that win, by machine and command: `leaf0 vtysh -c show bgp summary json`; of kubectl by its words: `kubectl get IPAMBlock`. */
  readonly instead?: Readonly<Record<string, Said>>;
}

/** The two ways out of the engine, both answered. */
export interface ReplayedCluster {
  readonly host: Shell;
  readonly connect: Connect;
}

/** Answers what a real cluster of `folder` (truth/bgp-rr) said; any other command or question is an error. */
export async function replayedCluster(design: Design, folder: string, replay: Replay): Promise<ReplayedCluster> {
  const chance = seeded(replay.seed);
  const machines = [...design.routers, ...design.hosts, ...design.nodes];
  const pids = new Map(machines.map(({ name }, i) => [String(1000 + 100 * i + chance.below(90)), name]));
  const pidOf = new Map([...pids].map(([pid, name]) => [name, Number(pid)]));
  const podPids = new Map(design.pods.map(({ name }, i) => [String(50 + 10 * i + chance.below(9)), name]));
  const calico = `${chance.below(1e9).toString(16)}ca11c0`;

  const inspected = machines.map(({ name, kind }) => {
    const runs = !(replay.stopped ?? []).includes(name);
    const container = containerOf(design.lab, { name, kind });
    const body = {
      Id: chance.below(1e9).toString(16).padStart(64, '0'),
      Name: `/${container}`,
      State: { Pid: runs ? pidOf.get(name) : 0, Running: runs, Paused: false },
      Config: { Image: 'replayed', Labels: null },
      NetworkSettings: { Networks: {} },
    };
    const isGone = (replay.removed ?? []).includes(name);
    return [`GET /containers/${container}/json`, isGone ? absent : { body }] as const;
  });
  // The recorded labs have the switch of the racks on the host.
  const switches = design.switches.map(
    ({ name, kind }) => [`GET /containers/${containerOf(design.lab, { name, kind })}/json`, absent] as const,
  );
  const { env } = await recordingDocker(Object.fromEntries([...inspected, ...switches]));

  const inNode = (node: string, [verb = '', ...words]: readonly string[]): Said => {
    if (verb === 'ps') return { stdout: `${calico}\n` };
    if (verb === 'pods') {
      const pod = design.pods.find(({ name }) => words.at(-1) === `^${name}$`);
      return { stdout: pod?.node === node ? `sandbox-${pod.name}\n` : '' };
    }
    const name = words.at(-1)?.replace('sandbox-', '');
    if (verb === 'inspectp') return { stdout: `${[...podPids].find(([, pod]) => pod === name)?.[0]}\n` };
    if (verb === 'exec' && words[0] === calico) return recordedOf(folder, shortOf(design, node), words.slice(1));
    throw new Error(`unexpected: crictl ${verb} ${words.join(' ')}`);
  };

  const answer = (argv: readonly string[]): Said => {
    const kubectl = replay.instead?.[`kubectl ${argv.slice(5, 7).join(' ')}`];
    if (argv[0] === 'kubectl' && kubectl !== undefined) return kubectl;
    const at = argv.indexOf('--');
    if (argv[0] !== 'nsenter' || at < 0) throw new Error(`unexpected: ${argv.join(' ')}`);
    const command = argv.slice(at + 1);
    const where = argv.slice(1, at).join(' ');
    const pod = podPids.get(/\/root\/proc\/(\d+)\/ns\/net$/.exec(where)?.[1] ?? '');
    const machine = pod ?? pids.get(/(?:-t |\/proc\/)(\d+)/.exec(where)?.[1] ?? '');
    if (machine === undefined) throw new Error(`nothing has such a pid: ${argv.join(' ')}`);
    const short = shortOf(design, machine);
    const other = replay.instead?.[`${short} ${command.join(' ')}`];
    if (other !== undefined) return other;
    if (command[0] === 'crictl') return inNode(machine, command.slice(1));
    if ((replay.unplugged ?? []).includes(short) && command.join(' ') === 'ip -j link show')
      return { stdout: '[{"ifname":"lo","flags":[],"mtu":65536},{"ifname":"eth0","flags":[],"mtu":1500}]' };
    return recordedOf(folder, short, command);
  };

  const host: Shell = {
    where: 'host',
    argv: (argv) => argv,
    run: async (argv, options = {}) => {
      const { exitCode = 0, stdout = '', stderr = '' } = answer(argv);
      const ran: Ran = { argv, where: 'host', exitCode, stdout, stderr, ms: 1 };
      if (exitCode !== 0 && options.onFailure !== 'return')
        throw new Error(`${argv.join(' ')} exited with ${exitCode}`);
      return ran;
    },
  };
  return { host, connect: connectOnce(env) };
}

function shortOf({ nodes }: Design, machine: string): string {
  return nodes.find(({ name }) => name === machine)?.short ?? machine;
}

/** The dump of a program in a machine, by what was asked. */
function recordedOf(folder: string, machine: string, command: readonly string[]): Said {
  const file = (name: string): string => {
    const path = join(folder, machine, name);
    return existsSync(path) ? readFileSync(path, 'utf8') : '';
  };
  const asked = command.join(' ');
  const table = (name: string): Said => ({ stdout: file(name) || '[]' });
  switch (asked) {
    case 'vtysh -c show bgp summary json':
      return { stdout: `{"ipv4Unicast":${file('bgp-summary.json')}}` };
    case 'vtysh -c show bgp ipv4 unicast json':
      return table('bgp-ipv4.json');
    case 'birdcl -s /var/run/calico/bird.ctl show protocols all':
      return { stdout: file('bird-protocols.txt') };
    case 'birdcl -s /var/run/calico/bird.ctl show route all':
      return { stdout: file('bird-routes.txt') };
    case 'ip -j route show table all': {
      const rows = ['kernel-route.json', 'route.json', 'route6.json'].filter((name) => !isOfFrr(machine, name));
      return { stdout: JSON.stringify(rows.flatMap((name) => JSON.parse(file(name) || '[]') as unknown[])) };
    }
    case 'ip -j addr show':
      return table('addr.json');
    case 'ip -j link show':
      return table(existsSync(join(folder, machine, 'link.json')) ? 'link.json' : 'addr.json');
    case 'ip -j neigh show nud permanent': {
      const rows = JSON.parse(file('neigh.json') || '[]') as readonly { readonly state: readonly string[] }[];
      return { stdout: JSON.stringify(rows.filter(({ state }) => state.includes('PERMANENT'))) };
    }
    case 'bridge -j fdb show':
      return table('fdb.json');
    default:
      if (command[0] === 'ping')
        return { stdout: readFileSync(join(folder, 'probes', 'ping-pod-a-pod-b.txt'), 'utf8') };
      throw new Error(`nobody asked a real ${machine} for this: ${asked}`);
  }
}

/** A router's route.json is zebra's own table; the kernel's has a name of its own. */
function isOfFrr(machine: string, name: string): boolean {
  return name === 'route.json' && /^(leaf|spine)/.test(machine);
}
