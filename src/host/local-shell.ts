// Owns running a program on this machine: argument lists only, output kept, failures as errors a user can act on.

import { constants } from 'node:os';
import { LabError } from '../base/errors.ts';
import type { Ran, RunOptions, Shell } from '../base/shell.ts';

/** The longest output kept of one command; more is a failure rather than a full memory. */
const maxOutput = 256 * 1024 * 1024;

/** Loads what running a program needs, ahead of the first use. */
export async function warmUp(): Promise<void> {
  await import('execa');
}

/** A command as one can paste it into a POSIX shell. */
export function pasteable(argv: readonly string[]): string {
  return argv.map(quoted).join(' ');
}

/** One word, quoted for a POSIX shell where it must be. */
export function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

async function runLocally(where: string, argv: readonly string[], options: RunOptions): Promise<Ran> {
  const { execa } = await import('execa');
  const [program = '', ...rest] = argv;
  const started = performance.now();
  const result = await execa(program, rest, {
    reject: false,
    stripFinalNewline: false,
    maxBuffer: maxOutput,
    forceKillAfterDelay: 2000,
    ...(options.input === undefined ? { stdin: 'ignore' as const } : { input: options.input }),
    ...(options.signal === undefined ? {} : { cancelSignal: options.signal }),
    ...(options.timeoutMs === undefined ? {} : { timeout: options.timeoutMs }),
  });
  const ms = performance.now() - started;
  if (result.code === 'ENOENT' || result.code === 'EACCES') {
    throw new LabError(
      'HOST_PROGRAM_MISSING',
      `cannot run ${program}: ${result.code === 'ENOENT' ? 'not found' : 'permission denied'}`,
      {
        hint: 'labctl doctor',
        exitCode: 4,
      },
    );
  }
  if (result.isCanceled) throw new LabError('INTERRUPTED', `interrupted: ${pasteable(argv)} (${where})`);
  const signalNumber = result.signal === undefined ? 0 : (constants.signals[result.signal] ?? 0);
  const exitCode = result.exitCode ?? 128 + signalNumber;
  const ran: Ran = { argv, where, exitCode, stdout: result.stdout, stderr: result.stderr, ms };
  if (options.onFailure === 'return' || (exitCode === 0 && !result.timedOut)) return ran;
  const what = result.timedOut ? `took longer than ${options.timeoutMs} ms` : `exited with ${exitCode}`;
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
