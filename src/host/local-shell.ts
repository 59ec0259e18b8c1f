// Owns running a program on this machine: argument lists only, output kept, failures as errors a user can act on.

import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { LabError } from '../base/errors.ts';
import { pasteable, type Ran, type RunOptions, type Shell } from '../base/shell.ts';

/** The longest output kept of one command; more ends the command rather than filling the memory. */
const maxOutput = 256 * 1024 * 1024;

/** How long a command that was told to end may take before it is killed. */
const killDelayMs = 2000;

/** Why a command was told to end by us; undefined when it ended by itself. */
type Stopped = 'aborted' | 'timeout' | 'too much output' | undefined;

interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stopped: Stopped;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Spawned without execa, whose loading alone takes as long as Node's own start (0.16 s of the 2.9 s of `up`).
 * Rejects with the system's error when the program cannot be started.
 */
function spawned(program: string, rest: readonly string[], options: RunOptions): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, rest, { stdio: [options.input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'] });
    let stopped: Stopped;
    let killTimer: NodeJS.Timeout | undefined;
    const stop = (why: Stopped): void => {
      stopped ??= why;
      child.kill('SIGTERM');
      killTimer ??= setTimeout(() => child.kill('SIGKILL'), killDelayMs);
    };
    const onAbort = (): void => stop('aborted');
    const timer =
      options.timeoutMs === undefined ? undefined : setTimeout(() => stop('timeout'), Math.max(1, options.timeoutMs));
    const settle = (): void => {
      clearTimeout(timer);
      clearTimeout(killTimer);
      options.signal?.removeEventListener('abort', onAbort);
    };
    const kept = { stdout: [] as Buffer[], stderr: [] as Buffer[] };
    let size = 0;
    for (const name of ['stdout', 'stderr'] as const) {
      const tell = lineTeller(options.onLine);
      child[name]?.on('data', (chunk: Buffer) => {
        size += chunk.length;
        if (size > maxOutput) stop('too much output');
        else kept[name].push(chunk);
        tell?.(chunk);
      });
    }
    child.on('error', (error) => {
      settle();
      reject(error);
    });
    child.on('close', (code, signal) => {
      settle();
      const [stdout, stderr] = [Buffer.concat(kept.stdout).toString(), Buffer.concat(kept.stderr).toString()];
      resolve({ code, signal, stopped, stdout, stderr });
    });
    if (options.signal?.aborted) onAbort();
    options.signal?.addEventListener('abort', onAbort, { once: true });
    child.stdin?.on('error', () => undefined); // a command may end without reading all of its input
    child.stdin?.end(options.input);
  });
}

/** Hands on whole lines of a stream that comes in pieces. */
function lineTeller(onLine: RunOptions['onLine']): ((chunk: Buffer) => void) | undefined {
  if (onLine === undefined) return undefined;
  let begun = '';
  return (chunk) => {
    const lines = (begun + chunk.toString()).split(/\r?\n/);
    begun = lines.pop() ?? '';
    for (const line of lines) onLine(line);
  };
}

async function runLocally(where: string, argv: readonly string[], options: RunOptions): Promise<Ran> {
  const [program = '', ...rest] = argv;
  const started = performance.now();
  const ended = await spawned(program, rest, options).catch((error: NodeJS.ErrnoException) => {
    const why = { ENOENT: 'not found', EACCES: 'permission denied' }[error.code ?? ''] ?? error.message;
    throw new LabError('HOST_PROGRAM_MISSING', `cannot run ${program}: ${why}`, {
      hint: 'labctl doctor',
      exitCode: 4,
      cause: error,
    });
  });
  if (ended.stopped === 'aborted') throw new LabError('INTERRUPTED', `interrupted: ${pasteable(argv)} (${where})`);
  const exitCode = ended.code ?? 128 + (ended.signal === null ? 0 : constants.signals[ended.signal]);
  const ms = performance.now() - started;
  const ran: Ran = { argv, where, exitCode, stdout: ended.stdout, stderr: ended.stderr, ms };
  if (options.onFailure === 'return' || (exitCode === 0 && ended.stopped === undefined)) return ran;
  const stopped = {
    timeout: `took longer than ${options.timeoutMs} ms`,
    'too much output': `said more than ${maxOutput} bytes`,
  };
  const what = ended.stopped === undefined ? `exited with ${exitCode}` : stopped[ended.stopped];
  throw new LabError('HOST_COMMAND_FAILED', `${program} ${what} (${where})`, { ran });
}

/** A shell that runs `prefix` followed by the command; `where` names the place in every error. */
export function localShell(where = 'host', prefix: readonly string[] = []): Shell {
  return {
    where,
    argv: (argv) => [...prefix, ...argv],
    run: (argv, options = {}) => runLocally(where, [...prefix, ...argv], options),
  };
}
