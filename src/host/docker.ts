// Owns the program `docker`: containers, networks and images as labctl needs them, and whether there is a daemon.

import { LabError } from '../base/errors.ts';
import type { Ran, Shell } from '../base/shell.ts';

/** A container as `docker inspect` shows it. */
export interface Container {
  readonly id: string;
  readonly name: string;
  /** 0 when it does not run. */
  readonly pid: number;
  readonly isRunning: boolean;
  readonly isPaused: boolean;
  readonly image: string;
  readonly labels: Readonly<Record<string, string>>;
  /** IPv4 address by network. */
  readonly addresses: Readonly<Record<string, string>>;
}

/** A network and its prefixes. */
export interface DockerNetwork {
  readonly name: string;
  readonly subnets: readonly string[];
}

/** What the daemon says of itself and its host. */
export interface DaemonInfo {
  readonly version: string;
  readonly cgroup: 1 | 2;
  /** Where it keeps images and containers. */
  readonly dataRoot: string;
}

interface InspectedContainer {
  readonly Id: string;
  readonly Name: string;
  readonly State: { readonly Pid: number; readonly Running: boolean; readonly Paused: boolean };
  readonly Config: { readonly Image: string; readonly Labels: Readonly<Record<string, string>> | null };
  readonly NetworkSettings: { readonly Networks: Readonly<Record<string, { readonly IPAddress?: string }>> | null };
}

/** The daemon's own words, or why it does not answer: `missing` is the message that `docker` gives. */
export async function daemonInfo(shell: Shell): Promise<DaemonInfo | { readonly missing: string }> {
  const argv = ['docker', 'info', '--format', '{{json .}}'];
  const ran = await shell.run(argv, { onFailure: 'return', timeoutMs: 10_000 }).catch(missingProgram);
  if ('missing' in ran) return ran;
  const info = readJson(ran) as { ServerVersion?: string; CgroupVersion?: string; DockerRootDir?: string } | undefined;
  if (ran.exitCode !== 0 || !info?.ServerVersion) return { missing: lastLine(ran) };
  const { ServerVersion: version, CgroupVersion, DockerRootDir: dataRoot = '/var/lib/docker' } = info;
  return { version, cgroup: CgroupVersion === '2' ? 2 : 1, dataRoot };
}

/** The containers of these names; absent ones are left out (docker exits 1 and prints the others). */
export async function inspectContainers(shell: Shell, names: readonly string[]): Promise<readonly Container[]> {
  if (names.length === 0) return [];
  const ran = await shell.run(['docker', 'inspect', ...names], { onFailure: 'return' });
  const found = readJson(ran) as readonly InspectedContainer[] | undefined;
  if (found === undefined) throw failed(ran);
  return found.map(({ Id, Name, State, Config, NetworkSettings }) => ({
    id: Id,
    name: Name.replace(/^\//, ''),
    pid: State.Pid,
    isRunning: State.Running,
    isPaused: State.Paused,
    image: Config.Image,
    labels: Config.Labels ?? {},
    addresses: Object.fromEntries(
      Object.entries(NetworkSettings.Networks ?? {}).flatMap(([name, { IPAddress }]) =>
        IPAddress === undefined || IPAddress === '' ? [] : [[name, IPAddress]],
      ),
    ),
  }));
}

/** Names of all containers, also stopped ones, that carry a label: `containerlab=bgp-rr`. */
export async function containersLabelled(shell: Shell, label: string): Promise<readonly string[]> {
  const { stdout } = await shell.run(['docker', 'ps', '--all', '--filter', `label=${label}`, '--format', '{{.Names}}']);
  return stdout.split('\n').filter((line) => line !== '');
}

/** Every network of the daemon with its prefixes. */
export async function dockerNetworks(shell: Shell): Promise<readonly DockerNetwork[]> {
  const { stdout } = await shell.run(['docker', 'network', 'ls', '--format', '{{.Name}}']);
  const names = stdout.split('\n').filter((line) => line !== '');
  if (names.length === 0) return [];
  const ran = await shell.run(['docker', 'network', 'inspect', ...names], { onFailure: 'return' });
  const found = (readJson(ran) ?? []) as readonly {
    Name: string;
    IPAM: { Config: readonly { Subnet?: string }[] | null };
  }[];
  return found.map(({ Name, IPAM }) => ({
    name: Name,
    subnets: (IPAM.Config ?? []).flatMap(({ Subnet }) => (Subnet === undefined ? [] : [Subnet])),
  }));
}

/** Those of the images that this Docker does not have. */
export async function missingImages(shell: Shell, images: readonly string[]): Promise<readonly string[]> {
  const inspected = images.map(async (image) => {
    const ran = await shell.run(['docker', 'image', 'inspect', '--format', '{{.Id}}', image], { onFailure: 'return' });
    return ran.exitCode === 0 ? [] : [image];
  });
  return (await Promise.all(inspected)).flat();
}

/** The argument list that makes a lab's network of its own, as kind makes its one. */
export function createNetworkArgv(
  name: string,
  networks: readonly { readonly prefix: string; readonly gateway: string }[],
): readonly string[] {
  const options = [
    '--driver',
    'bridge',
    '--opt',
    'com.docker.network.driver.mtu=1500',
    '--label',
    `labctl.lab=${name}`,
  ];
  const subnets = networks.flatMap(({ prefix, gateway }) => ['--subnet', prefix, '--gateway', gateway]);
  return ['docker', 'network', 'create', ...options, ...(networks.length > 1 ? ['--ipv6'] : []), ...subnets, name];
}

function readJson(ran: Ran): unknown {
  try {
    return JSON.parse(ran.stdout);
  } catch {
    return undefined;
  }
}

function lastLine({ stdout, stderr }: Ran): string {
  return `${stdout}\n${stderr}`.trim().split('\n').at(-1) ?? '';
}

function failed(ran: Ran): LabError {
  return new LabError('HOST_COMMAND_FAILED', `${ran.argv.slice(0, 2).join(' ')} exited with ${ran.exitCode}`, { ran });
}

function missingProgram(error: unknown): { readonly missing: string } {
  if (error instanceof LabError && error.code === 'HOST_PROGRAM_MISSING') return { missing: error.message };
  throw error;
}
