// Owns noticing that nobody reads standard output any more, also while nothing is written to it.

import { spawn } from 'node:child_process';
import { pid } from 'node:process';

/** A watch that is on. */
export interface ReaderWatch {
  /** Ends it; it must not hold the pipe open when labctl has ended. Idempotent. */
  stop(): void;
}

/**
 * Calls `onGone` as soon as the reader of the pipe is gone. Node cannot poll a pipe that it only writes to; GNU tail following
 * nothing does, and dies by SIGPIPE. Without such a tail, or where standard output is no pipe, it never calls.
 */
export function watchReader(onGone: () => void): ReaderWatch {
  const child = spawn('tail', ['-f', `--pid=${pid}`, '/dev/null'], { stdio: ['ignore', 'inherit', 'ignore'] });
  child.once('error', () => undefined);
  child.once('close', (_, signal) => {
    if (signal === 'SIGPIPE') onGone();
  });
  return { stop: () => void child.kill() };
}
