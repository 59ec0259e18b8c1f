// Owns unshare and nsenter: starting a process tree in namespaces of its own, and entering it later.

import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { LabError } from '../base/errors.ts';

/** A started tree that waits for permission to live on. */
export interface PendingTree {
  /** The pid, on the host, of the tree's pid 1. */
  readonly pid: number;
  /** Lets it live on by itself; its record must be on disk before. */
  release(): void;
  /** Ends it and everything in it. */
  abandon(): void;
}

/** How long a program may take to say that it is ready. */
const startTimeoutMs = 60_000;

/** Arguments of unshare for a lab of its own; without root a user namespace with the caller's subuid range comes first. */
export function unshareArguments(isRoot: boolean): readonly string[] {
  const user = isRoot ? [] : ['--user', '--map-root-user', '--map-auto'];
  return [...user, '--net', '--mount', '--propagation', 'private', '--pid', '--fork', '--kill-child=KILL'];
}

/**
 * Starts `program` (argument list) as pid 1 of new pid, mount and net namespaces, in a session of its own so that a
 * terminal's Ctrl-C does not reach it. Resolves when it prints `ready <pid>`. Throws HOST_COMMAND_FAILED with what it said.
 */
export async function startTree(
  isRoot: boolean,
  program: readonly string[],
  environment: Readonly<Record<string, string>>,
): Promise<PendingTree> {
  const argv = ['unshare', ...unshareArguments(isRoot), '--', ...program];
  const started = performance.now();
  const child = spawn('unshare', argv.slice(1), {
    stdio: ['pipe', 'pipe', 'pipe'],
    detached: true,
    env: { ...environment },
  });
  let stdout = '';
  let stderr = '';
  const pid = await new Promise<number | undefined>((resolve) => {
    const timer = setTimeout(() => resolve(undefined), startTimeoutMs);
    const finish = (value: number | undefined): void => {
      clearTimeout(timer);
      resolve(value);
    };
    child.stdout.on('data', (chunk: Buffer) => {
      stdout += chunk.toString();
      const ready = /^ready (\d+)$/m.exec(stdout);
      if (ready !== null) finish(Number(ready[1]));
    });
    child.stderr.on('data', (chunk: Buffer) => {
      stderr += chunk.toString();
    });
    child.on('error', (error) => {
      stderr += error.message;
      finish(undefined);
    });
    child.on('close', () => finish(undefined));
  });
  if (pid === undefined) {
    child.kill('SIGKILL');
    const ran = {
      argv: [...argv.slice(0, argv.indexOf('--')), '--', '…'],
      where: 'host',
      exitCode: child.exitCode ?? 1,
      stdout,
      stderr,
      ms: performance.now() - started,
    };
    throw new LabError('HOST_COMMAND_FAILED', 'the namespaces of the lab could not be made', {
      ran,
      hint: 'labctl doctor',
    });
  }
  return {
    pid,
    release: () => {
      child.stdin.end('go\n');
      child.stdout.destroy();
      child.stderr.destroy();
      child.unref();
    },
    abandon: () => {
      child.stdin.destroy();
      child.kill('SIGKILL');
    },
  };
}

/** The prefix that runs a command inside a living tree: its user (without root), mount, pid and net namespaces. */
export function enterTree(pid: number, isRoot: boolean): readonly string[] {
  const user = isRoot ? [] : ['-S', '0', '-G', '0', '-U'];
  return ['nsenter', '-t', String(pid), ...user, '-m', '-p', '-n', '--'];
}

/** Prefix of a command that must end when its parent does: nsenter forks, and killed, it would leave its child alive. */
export const endWithParent = ['setpriv', '--pdeathsig', 'KILL', '--'] as const;

/** A small text file as the tree sees it (through /proc/PID/root), or undefined. */
export function readInTree(pid: number, path: string): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/root${path}`, 'utf8');
  } catch {
    return undefined;
  }
}
