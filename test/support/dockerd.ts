// Owns a real dockerd for tests: Debian's docker.io on its own socket, data folder and namespaces, with nothing left of it.

import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, openSync, readdirSync, readFileSync, rmdirSync, rmSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { pack } from 'tar-stream';
import { vi } from 'vitest';
import { connectDocker, type Docker } from '../../src/host/docker/connect.ts';
import { setFolder } from '../../src/host/programs.ts';

const cache = process.env['LABCTL_CACHE'] ?? join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'labctl');

/** Unpacked by scripts/setup --docker; programs that the machine has itself come after it. */
const unpacked = `${setFolder(cache)}-docker/usr`;
const path = `${unpacked}/sbin:${unpacked}/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin`;

/** A daemon that is up. */
export interface TestDocker {
  readonly docker: Docker;
  /** What a labctl needs to use it. */
  readonly env: Readonly<Record<string, string>>;
  /** A command line in the daemon's own network, where a registry on 127.0.0.1 can be reached by it. */
  enter(argv: readonly string[]): readonly string[];
  /** Ends the daemon as systemd would, and starts it again on the same data. */
  restart(): Promise<void>;
  /** Ends everything, and removes data and cgroups. */
  stop(): Promise<void>;
}

/** Why no daemon can be started here; in CI its absence throws. */
export function whyNoDockerd(): string | undefined {
  if (process.getuid?.() !== 0) return 'a dockerd of the tests needs root';
  if (findProgram('dockerd') !== undefined) return undefined;
  const reason = 'no dockerd for tests: scripts/setup --docker --yes';
  if (process.env['CI'] === 'true') throw new Error(reason);
  return reason;
}

function findProgram(name: string): string | undefined {
  return path
    .split(':')
    .map((folder) => join(folder, name))
    .find((file) => existsSync(file));
}

/** Starts a daemon; resolves when it answers. */
export async function startDockerd(): Promise<TestDocker> {
  const folder = mkdtempSync(join(tmpdir(), 'labctl-dockerd-'));
  const socket = join(folder, 'docker.sock');
  const cgroup = `labctl-test-${randomBytes(4).toString('hex')}`;
  // Its first process dies with this one, and all that is in the namespaces with it.
  const holder = await inNamespaces('mount -t tmpfs tmpfs /run && ip link set lo up && exec sleep infinity');
  const enter = (argv: readonly string[]): readonly string[] => [
    'nsenter',
    '-t',
    String(holder.pid),
    '-n',
    '--',
    ...argv,
  ];
  let daemon: ChildProcess | undefined;
  const start = async (): Promise<Docker> => {
    const log = openSync(join(folder, 'log'), 'a');
    const argv = ['-t', String(holder.pid), '-m', '-n', '-p', '--', 'dockerd', '--host', `unix://${socket}`];
    const places = ['--data-root', join(folder, 'data'), '--exec-root', join(folder, 'exec')];
    const settings = ['--pidfile', join(folder, 'pid'), '--iptables=false', '--cgroup-parent', `/${cgroup}`];
    const driver = ['--ip6tables=false', '--exec-opt', 'native.cgroupdriver=cgroupfs'];
    const env = { PATH: path, HOME: folder };
    daemon = spawn('nsenter', [...argv, ...places, ...settings, ...driver], { env, stdio: ['ignore', log, log] });
    return vi.waitFor(() => connectDocker({ DOCKER_HOST: `unix://${socket}` }), { timeout: 120_000, interval: 100 });
  };
  const end = async (): Promise<void> => {
    if (daemon?.pid === undefined) return;
    const ended = new Promise((resolve) => daemon?.once('exit', resolve));
    for (const pid of childrenOf(daemon.pid)) process.kill(pid, 'SIGTERM');
    await ended;
  };
  const stop = async (): Promise<void> => {
    const gone = new Promise((resolve) => holder.unshare.once('exit', resolve));
    holder.unshare.kill('SIGKILL');
    await gone;
    await vi.waitFor(() => removeCgroups(cgroup), { timeout: 60_000 });
    rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  };
  mkdirSync(join(folder, 'data'));
  try {
    const docker = await start();
    const env = { DOCKER_HOST: `unix://${socket}`, HOME: folder, DOCKER_CONFIG: folder };
    const restart = async (): Promise<void> => {
      await end();
      await start();
    };
    return { docker, env, enter, restart, stop };
  } catch (error) {
    const log = readFileSync(join(folder, 'log'), 'utf8').split('\n').slice(-15).join('\n');
    await stop();
    throw new Error(`dockerd does not start: ${(error as Error).message}\n${log}`);
  }
}

async function inNamespaces(script: string): Promise<{ readonly unshare: ChildProcess; readonly pid: number }> {
  const flags = ['--mount', '--net', '--pid', '--fork', '--kill-child=SIGKILL', '--mount-proc'];
  const unshare = spawn('unshare', [...flags, 'sh', '-c', script], { stdio: 'ignore' });
  const pid = await vi.waitFor(() => {
    const [child] = childrenOf(unshare.pid ?? 0);
    if (child === undefined || !readFileSync(`/proc/${child}/cmdline`, 'utf8').startsWith('sleep'))
      throw new Error('the namespaces are not ready');
    return child;
  }, 60_000);
  return { unshare, pid };
}

function childrenOf(pid: number): readonly number[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number);
}

/** In every hierarchy of cgroup v1, or the only one of v2. */
function removeCgroups(name: string): void {
  const root = '/sys/fs/cgroup';
  const places = ['', ...readdirSync(root)].map((hierarchy) => join(root, hierarchy, name));
  for (const place of places) if (existsSync(place)) removeTree(place);
}

function removeTree(folder: string): void {
  for (const entry of readdirSync(folder, { withFileTypes: true }))
    if (entry.isDirectory()) removeTree(join(folder, entry.name));
  rmdirSync(folder);
}

/** A root file system of Debian's busybox, as a tar: enough for a container that sleeps, pings and shows addresses. */
export function busyboxRootfs(): NodeJS.ReadableStream {
  const file = findProgram('busybox');
  if (file === undefined) throw new Error('no busybox: scripts/setup --docker --yes');
  const rootfs = pack();
  rootfs.entry({ name: 'bin/busybox', mode: 0o755 }, readFileSync(file));
  for (const name of ['sh', 'sleep', 'ip', 'ping', 'cat'])
    rootfs.entry({ name: `bin/${name}`, type: 'symlink', linkname: 'busybox' });
  rootfs.finalize();
  return rootfs as unknown as NodeJS.ReadableStream;
}
