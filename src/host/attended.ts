// Owns programs that run until they are told to end, inside a machine of a lab, and never outlive labctl.

import { spawn } from 'node:child_process';
import { LabError } from '../base/errors.ts';
import type { Shell } from '../base/shell.ts';

/** A program that runs. */
export interface Attended {
  /** Resolves once `isReady` was true of what it said; rejects with HOST_PROGRAM_MISSING or HOST_COMMAND_FAILED when it ended before. */
  readonly ready: Promise<void>;
  /** What it said on standard error so far. */
  said(): string;
  /** Ends it and waits until it is gone. Idempotent; never rejects. */
  stop(): Promise<void>;
}

/** How a program is attended. */
export interface AttendOptions {
  /** What it does, for the error: "listen on eth1". */
  readonly purpose: string;
  /** The signal that ends it in order. */
  readonly signal: 'TERM' | 'INT';
  /** Its standard output, piece by piece. */
  readonly onData: (piece: Buffer) => void;
  /** Whether what it said on standard error means that it is at work; ready from the start when left out. */
  readonly isReady?: ((said: string) => boolean) | undefined;
}

/**
 * A program under a shell that ends it as soon as standard input closes. Killing an nsenter leaves its child alive, and a
 * program whose reader is gone only notices when it next writes; a closed standard input is noticed always, also when
 * labctl was killed.
 */
const script = [
  'exec 3<&0',
  '"$@" 3<&- & program=$!',
  '{ read -r _ <&3; kill -s "$0" "$program"; } >/dev/null 2>&1 & watcher=$!',
  'wait "$program"; status=$?',
  'kill "$watcher" 2>/dev/null',
  'exit "$status"',
].join('\n');

/** The argument list inside the machine. */
export function attendedArgv(signal: AttendOptions['signal'], argv: readonly string[]): readonly string[] {
  return ['sh', '-c', script, signal, ...argv];
}

/** Starts a program in the shell's machine. */
export function attend(shell: Shell, inner: readonly string[], options: AttendOptions): Attended {
  const argv = shell.argv(attendedArgv(options.signal, inner));
  const [file = '', ...args] = argv;
  const begin = performance.now();
  const child = spawn(file, args, { stdio: ['pipe', 'pipe', 'pipe'] });
  let said = '';
  let spawnError: Error | undefined;
  child.stdin.on('error', () => undefined);
  child.stdout.on('data', options.onData);
  const ended = new Promise<number>((resolve) => {
    child.once('error', (error) => {
      spawnError = error;
      resolve(127);
    });
    child.once('close', (code, signal) => resolve(code ?? (signal === null ? 1 : 128)));
  });
  const { isReady = () => true } = options;
  const ready = new Promise<void>((resolve, reject) => {
    if (isReady('')) resolve();
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      said += text;
      if (isReady(said)) resolve();
    });
    void ended.then((exitCode) => {
      const stderr = spawnError === undefined ? said : `${spawnError.message}\n`;
      const ran = { argv, where: shell.where, exitCode, stdout: '', stderr, ms: performance.now() - begin };
      const isMissing = exitCode === 127;
      reject(
        new LabError(
          isMissing ? 'HOST_PROGRAM_MISSING' : 'HOST_COMMAND_FAILED',
          `could not ${options.purpose} of ${shell.where}`,
          { ran, hint: isMissing ? 'labctl doctor' : undefined },
        ),
      );
    });
  });
  ready.catch(() => undefined);
  return {
    ready,
    said: () => said,
    stop: async () => {
      child.stdin.end();
      await ended;
    },
  };
}
