// Owns the way to a Docker daemon: where it is, whether it answers and is new enough, and a plain word where not.

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import type Dockerode from 'dockerode';
import { LabError } from '../../base/errors.ts';
import { addressEnvironment, addressText, type DockerAddress, dockerAddress } from './address.ts';
import type { Environment } from './config.ts';

/** A daemon that answered. `api` is dockerode's client: only files of this folder touch it. */
export interface Docker {
  /** As DOCKER_HOST has it: `unix:///var/run/docker.sock`. */
  readonly address: string;
  /** What `env` is told for a program that is to speak to the same daemon, and knows no contexts. */
  readonly environment: readonly string[];
  readonly daemon: DaemonInfo;
  readonly api: Dockerode & Untyped;
}

/** What dockerode has and its published types leave out. */
interface Untyped {
  version(options: { readonly abortSignal: AbortSignal }): Promise<Dockerode.DockerVersion>;
  info(options: { readonly abortSignal: AbortSignal }): Promise<object>;
  getImages(options: { readonly names: readonly string[]; readonly abortSignal?: AbortSignal }): Promise<Readable>;
}

/** What the daemon says of itself and its host. */
export interface DaemonInfo {
  readonly version: string;
  /** `linux/amd64`, as images name their platform. */
  readonly platform: string;
  readonly cgroup: 1 | 2;
  /** Where it keeps images and containers. */
  readonly dataRoot: string;
  /** The host's name and its kernel's release. */
  readonly machine: string | undefined;
  readonly kernel: string | undefined;
}

/** Docker 20.10: the first that says its cgroup version and refuses nothing that labctl asks for. */
const oldestApi: readonly [number, number] = [1, 41];

const answerMs = 10_000;

/**
 * The daemon that DOCKER_HOST or the context in use names, once it answered. Throws ENGINE_MISSING (exit status 4) when there is
 * none, when this user may not open its socket, when it is too old, or when what answers is not Docker.
 */
export async function connectDocker(env: Environment, signal?: AbortSignal): Promise<Docker> {
  const address = await dockerAddress(env);
  const text = addressText(address);
  const options = address.kind === 'unix' ? { socketPath: address.path } : await tcpOptions(address);
  const { default: Client } = await import('dockerode');
  // What is undefined here is so for the client too, which otherwise reads DOCKER_HOST by itself.
  const stated = { host: undefined, port: undefined, protocol: 'http', ...options } as Dockerode.DockerOptions;
  const api = new Client(stated) as Docker['api'];
  const limit = { signal, timeoutMs: answerMs };
  const version = await ask(text, 'version', limit, (abortSignal) => api.version({ abortSignal }));
  const [major, minor] = (version.ApiVersion ?? '').split('.').map(Number);
  if (major === undefined || minor === undefined || Number.isNaN(minor))
    throw new LabError('ENGINE_MISSING', `what answers at ${text} is not Docker`, { hint: 'check DOCKER_HOST' });
  if (major < oldestApi[0] || (major === oldestApi[0] && minor < oldestApi[1]))
    throw new LabError('ENGINE_MISSING', `Docker ${version.Version} (API ${version.ApiVersion}) is too old`, {
      facts: [`labctl speaks API ${oldestApi.join('.')} (Docker 20.10) and later`],
      hint: 'https://docs.docker.com/engine/install/',
    });
  const info = (await ask(text, 'info', limit, (abortSignal) => api.info({ abortSignal }))) as {
    readonly CgroupVersion?: string;
    readonly DockerRootDir?: string;
    readonly Name?: string;
    readonly KernelVersion?: string;
  };
  const daemon: DaemonInfo = {
    version: version.Version,
    platform: `${version.Os}/${version.Arch}`,
    cgroup: info.CgroupVersion === '2' ? 2 : 1,
    dataRoot: info.DockerRootDir ?? '/var/lib/docker',
    machine: info.Name,
    kernel: info.KernelVersion,
  };
  return { address: text, environment: addressEnvironment(address), daemon, api };
}

/** Finds the daemon when it is first needed. */
export type Connect = () => Promise<Docker>;

/** Connects once for all that ask; a failure is not kept, so who asks later may find the daemon up. */
export function connectOnce(env: Environment): Connect {
  let docker: Promise<Docker> | undefined;
  return () => {
    docker ??= connectDocker(env).catch((error: unknown) => {
      docker = undefined;
      throw error;
    });
    return docker;
  };
}

async function tcpOptions({ host, port, certificates }: DockerAddress & { kind: 'tcp' }): Promise<object> {
  if (certificates === undefined) return { host, port };
  const [ca, cert, key] = await Promise.all(
    ['ca.pem', 'cert.pem', 'key.pem'].map((name) =>
      readFile(join(certificates, name), 'utf8').catch((error: Error) => {
        throw new LabError('ENGINE_MISSING', `cannot read ${join(certificates, name)}: ${error.message}`, {
          hint: 'DOCKER_CERT_PATH, or else the Docker context, has the folder with ca.pem, cert.pem and key.pem',
        });
      }),
    ),
  );
  return { host, port, protocol: 'https', ca, cert, key };
}

/** How long one question may take, and what ends it before. */
export interface AskLimit {
  readonly signal?: AbortSignal | undefined;
  readonly timeoutMs?: number | undefined;
}

/** An answer of the daemon that is no success; `status` is HTTP's. */
interface DaemonRefusal extends Error {
  readonly statusCode?: number;
  readonly json?: { readonly message?: string };
  readonly code?: string;
}

/**
 * One question to the daemon, within a time (30 s unless told). Throws ENGINE_MISSING when nobody answers, INTERRUPTED when `signal`
 * ended it, and HOST_COMMAND_FAILED with the daemon's own words when it refuses.
 */
export async function ask<T>(
  docker: Docker | string,
  what: string,
  { signal, timeoutMs = 30_000 }: AskLimit,
  question: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const address = typeof docker === 'string' ? docker : docker.address;
  const late = AbortSignal.timeout(timeoutMs);
  const ending = signal === undefined ? late : AbortSignal.any([signal, late]);
  // Not every question of dockerode's can be taken back: then the answer is not waited for.
  const ended = new Promise<never>((_, reject) => {
    if (ending.aborted) reject(ending.reason);
    ending.addEventListener('abort', () => reject(ending.reason), { once: true });
  });
  try {
    return await Promise.race([question(ending), ended]);
  } catch (error) {
    if (error instanceof LabError) throw error;
    if (signal?.aborted) throw new LabError('INTERRUPTED', `interrupted: Docker's ${what}`, { cause: error });
    if (late.aborted) throw silence(address, what, timeoutMs, error);
    const refusal = error as DaemonRefusal;
    if (refusal.statusCode === undefined) throw noAnswer(address, unreachable(refusal), error);
    throw new DockerRefusal(what, refusal.statusCode, refusal.json?.message ?? refusal.message, error);
  }
}

/** The daemon answered, and said no. */
export class DockerRefusal extends LabError {
  /** HTTP's: 404 not there, 409 in the way of something. */
  readonly status: number;
  /** The daemon's own words. */
  readonly reason: string;

  constructor(what: string, status: number, reason: string, cause: unknown) {
    super('HOST_COMMAND_FAILED', `Docker refuses ${what}: ${reason.trim()}`, { cause });
    this.status = status;
    this.reason = reason.trim();
  }
}

/** The answer, or undefined where the daemon says that there is no such thing. */
export function unlessAbsent<T>(answer: Promise<T>): Promise<T | undefined> {
  return unless(404, answer);
}

/** The answer, or undefined where the daemon says that it is so already. */
export function unlessAlready<T>(answer: Promise<T>): Promise<T | undefined> {
  return unless(304, answer);
}

async function unless<T>(status: number, answer: Promise<T>): Promise<T | undefined> {
  return answer.catch((error: unknown) => {
    if (error instanceof DockerRefusal && error.status === status) return undefined;
    throw error;
  });
}

function noAnswer(address: string, why: string, cause: unknown): LabError {
  const { code } = cause as { readonly code?: string };
  const hint =
    code === 'EACCES'
      ? 'sudo usermod -aG docker "$USER", then log in again; or run labctl as root'
      : 'sudo systemctl start docker; DOCKER_HOST names another daemon';
  return new LabError('ENGINE_MISSING', `no Docker daemon answers at ${address}: ${why}`, { hint, cause });
}

/** A daemon that takes questions and does not get round to them. */
function silence(address: string, what: string, timeoutMs: number, cause: unknown): LabError {
  const seconds = Math.round(timeoutMs / 1000);
  return new LabError('ENGINE_MISSING', `Docker at ${address} gave no answer to ${what} within ${seconds} s`, {
    hint: 'docker info tells whether it still works; on a busy machine, the same command once more',
    cause,
  });
}

function unreachable({ code, message }: DaemonRefusal): string {
  const words: Readonly<Record<string, string>> = {
    ENOENT: 'there is no such socket',
    ECONNREFUSED: 'nobody listens there',
    EACCES: 'permission denied',
    ENOTFOUND: 'no such host',
    ECONNRESET: 'it closed the connection',
  };
  return words[code ?? ''] ?? message;
}
