// Owns containers as labctl needs them: who they are, and how they go away whatever state they are in.

import { setTimeout as sleep } from 'node:timers/promises';
import { LabError } from '../../base/errors.ts';
import { type AskLimit, ask, type Docker, DockerRefusal, unlessAbsent, unlessAlready } from './connect.ts';

/** A container as Docker knows it. */
export interface Container {
  readonly id: string;
  readonly name: string;
  /** 0 when it does not run. */
  readonly pid: number;
  readonly isRunning: boolean;
  readonly isPaused: boolean;
  readonly image: string;
  /** Of its last end; 0 also while it runs. */
  readonly exitCode: number;
  /** When it was last started: another time means other namespaces. */
  readonly startedAt: string;
  readonly labels: Readonly<Record<string, string>>;
  /** IPv4 address by network. */
  readonly addresses: Readonly<Record<string, string>>;
  /** Volumes that nobody gave a name: Docker's is 64 hexadecimal digits. */
  readonly volumes: readonly string[];
}

/** The containers of these names or ids, in that order; absent ones are left out. */
export async function inspectContainers(
  docker: Docker,
  names: readonly string[],
  limit: AskLimit = {},
): Promise<readonly Container[]> {
  const found = await Promise.all(
    names.map((name) =>
      unlessAbsent(
        ask(docker, `container ${name}`, limit, (abortSignal) =>
          docker.api.getContainer(name).inspect({ abortSignal }),
        ),
      ),
    ),
  );
  return found.flatMap((container) => {
    if (container === undefined) return [];
    const { Id, Name, State, Config, NetworkSettings, Mounts } = container;
    const addresses = Object.entries(NetworkSettings.Networks ?? {}).flatMap(([network, { IPAddress = '' }]) =>
      IPAddress === '' ? [] : [[network, IPAddress] as const],
    );
    return {
      id: Id,
      name: Name.replace(/^\//, ''),
      pid: State.Pid,
      isRunning: State.Running,
      isPaused: State.Paused,
      image: Config.Image,
      exitCode: State.ExitCode,
      startedAt: State.StartedAt,
      labels: Config.Labels ?? {},
      addresses: Object.fromEntries(addresses),
      volumes: (Mounts ?? []).flatMap(({ Name: volume = '' }) => (/^[0-9a-f]{64}$/.test(volume) ? [volume] : [])),
    };
  });
}

/** Names of all containers, also stopped ones, that carry a label (`containerlab=bgp-rr`), in alphabetical order. */
export async function containersLabelled(
  docker: Docker,
  label: string,
  limit: AskLimit = {},
): Promise<readonly string[]> {
  const options = { all: true, filters: { label: [label] } };
  const found = await ask(docker, `containers with ${label}`, limit, (abortSignal) =>
    docker.api.listContainers({ ...options, abortSignal }),
  );
  return found.map(({ Id, Names }) => (Names[0] ?? Id).replace(/^\//, '')).toSorted();
}

/** A container to be made. */
export interface NewContainer {
  readonly name: string;
  readonly image: string;
  /** Instead of what the image runs. */
  readonly program: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
  readonly isPrivileged: boolean;
  readonly pids: 'own' | 'host';
  readonly network: string;
}

/** Makes a container that does not run yet. Throws HOST_COMMAND_FAILED with Docker's words: no such image, name in use. */
export async function createContainer(docker: Docker, made: NewContainer, limit: AskLimit = {}): Promise<void> {
  const { name, image, program, labels, isPrivileged, pids, network } = made;
  await ask(docker, `making ${name}`, limit, (abortSignal) =>
    docker.api.createContainer({
      name,
      Image: image,
      Entrypoint: [...program],
      Cmd: [],
      Labels: { ...labels },
      HostConfig: { Privileged: isPrivileged, PidMode: pids === 'host' ? 'host' : '', NetworkMode: network },
      abortSignal,
    }),
  );
}

/** The last lines that a container wrote. */
export async function lastLines(
  docker: Docker,
  name: string,
  count: number,
  limit: AskLimit = {},
): Promise<readonly string[]> {
  const options = { follow: false, stdout: true, stderr: true, tail: count } as const;
  const bytes = await ask(docker, `the log of ${name}`, limit, (abortSignal) =>
    docker.api.getContainer(name).logs({ ...options, abortSignal }),
  );
  const lines = unframed(bytes).split('\n');
  return lines.map((line) => line.trimEnd()).filter((line) => line !== '');
}

/** Without a terminal Docker writes frames: the stream's number, three zeros, the length in four bytes (Docker API, ContainerAttach). */
function unframed(bytes: Buffer): string {
  const parts: Buffer[] = [];
  for (let at = 0; at + 8 <= bytes.length; ) {
    if ((bytes[at] ?? 0) > 2 || bytes.readUIntBE(at + 1, 3) !== 0) return bytes.toString();
    const end = at + 8 + bytes.readUInt32BE(at + 4);
    parts.push(bytes.subarray(at + 8, end));
    at = end;
  }
  return Buffer.concat(parts).toString();
}

/** Starts a container; one that runs is no error. */
export async function startContainer(docker: Docker, name: string, limit: AskLimit = {}): Promise<void> {
  const container = docker.api.getContainer(name);
  await unlessAlready(ask(docker, `starting ${name}`, limit, (abortSignal) => container.start({ abortSignal })));
}

/** Stops a container, a paused one too; one that rests is no error. Docker kills a process that does not end within 10 s. */
export async function stopContainer(docker: Docker, name: string, limit: AskLimit = {}): Promise<void> {
  const container = docker.api.getContainer(name);
  const [found] = await inspectContainers(docker, [name], limit);
  if (found?.isPaused) await ask(docker, `unpausing ${name}`, limit, () => container.unpause());
  await unlessAlready(ask(docker, `stopping ${name}`, limit, (abortSignal) => container.stop({ abortSignal })));
}

/** How long a container may take to go: a node's some seconds, and minutes where a busy machine ends a whole cluster at once. */
const removalMs = 180_000;

/**
 * Removes a container and its anonymous volumes; an absent one is no error. A paused one is thawed first, and a removal that is
 * already under way is waited for. Throws UNDO_FAILED when it is still there after three minutes.
 */
export async function removeContainer(docker: Docker, name: string, signal?: AbortSignal): Promise<void> {
  const container = docker.api.getContainer(name);
  const deadline = Date.now() + removalMs;
  let said = 'it is still there';
  while (Date.now() < deadline) {
    const limit = { signal, timeoutMs: Math.max(1, deadline - Date.now()) };
    try {
      const [found] = await inspectContainers(docker, [name], limit);
      if (found === undefined) return;
      if (found.isPaused) await ask(docker, `unpausing ${name}`, limit, () => container.unpause());
      await ask(docker, `removing ${name}`, limit, () => container.remove({ force: true, v: true }));
    } catch (error) {
      if (error instanceof DockerRefusal) said = error.reason;
      else if (signal?.aborted || Date.now() < deadline) throw error;
      await sleep(200, undefined, { signal }).catch(() => undefined);
    }
  }
  throw new LabError('UNDO_FAILED', `container ${name} cannot be removed: ${said}`, {
    hint: `docker inspect ${name}`,
  });
}
