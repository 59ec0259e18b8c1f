// Owns running a program with the caller's own streams and terminal, for `exec` and `shell`.

import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { LabError } from '../base/errors.ts';

/** How a program is attached. */
export interface AttachOptions {
  /** `ignore`: its standard input is empty. */
  readonly stdin: 'inherit' | 'ignore';
  /** Aborted when labctl is asked to stop; `reason` is the signal's name. */
  readonly signal: AbortSignal;
  /** Whether labctl's standard input is a terminal: then Ctrl-C reaches the program by itself. */
  readonly isTerminal: boolean;
}

/** Signals that are handed on by name. */
const passed = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Runs a program with inherited streams and waits for it; labctl outlives it, so that a signal ends the program first.
 * Returns its exit status, or 128 + signal number. Throws LabError with exit status 127 (not found) or 126.
 */
export function spawnAttached(argv: readonly string[], options: AttachOptions): Promise<number> {
  const [program = '', ...rest] = argv;
  return new Promise((resolve, reject) => {
    const child = spawn(program, rest, { stdio: [options.stdin, 'inherit', 'inherit'] });
    const pass = () => {
      const name = passed.find((signal) => signal === options.signal.reason) ?? 'SIGTERM';
      if (name !== 'SIGINT' || !options.isTerminal) child.kill(name);
    };
    options.signal.addEventListener('abort', pass, { once: true });
    const settle = () => options.signal.removeEventListener('abort', pass);
    child.on('error', (error: NodeJS.ErrnoException) => {
      settle();
      const isAbsent = error.code === 'ENOENT';
      const message = `cannot run ${program}: ${isAbsent ? 'not found' : error.message}`;
      reject(
        new LabError('HOST_PROGRAM_MISSING', message, {
          hint: 'labctl doctor',
          exitCode: isAbsent ? 127 : 126,
          cause: error,
        }),
      );
    });
    child.on('exit', (code, signal) => {
      settle();
      resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal]));
    });
  });
}
