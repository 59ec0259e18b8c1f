// Owns a paced run of ping: an echo request every 10 ms until it is told to end.

import type { Shell } from '../base/shell.ts';
import { attend } from './attended.ts';

/** Milliseconds between two echo requests. */
export const pace = 10;

/** A ping that runs. */
export interface PacedPing {
  /** Ends it; how many requests it made, those included that could not leave for want of a route. Idempotent. */
  stop(): Promise<number>;
}

/** Sends echo requests whose payload is filled with `pattern` (hex digits, at most 16 bytes). Unreachable addresses do not end it. */
export function startPacedPing(shell: Shell, to: string, pattern: string): PacedPing {
  const said: Buffer[] = [];
  const argv = ['ping', '-n', '-q', '-i', String(pace / 1000), '-p', pattern, to];
  const options = { purpose: 'ping out', signal: 'INT', onData: (piece: Buffer) => said.push(piece) } as const;
  const program = attend(shell, argv, options);
  return {
    stop: async () => {
      await program.stop();
      return readTransmitted(Buffer.concat(said).toString());
    },
  };
}

/** Reads what ping says at its end; 0 where it never began. */
export function readTransmitted(text: string): number {
  return Number(/(\d+) packets transmitted/.exec(text)?.[1] ?? 0);
}
