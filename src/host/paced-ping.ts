// Owns a paced run of ping: what was lost, and for how long nothing came.

import type { Shell } from '../base/shell.ts';

/** Milliseconds between two echo requests. */
export const pace = 10;

/** What became of a paced run. */
export interface PacedPing {
  readonly transmitted: number;
  readonly lost: number;
  /** Milliseconds between two answers at most; the whole run when fewer than two came. */
  readonly longestGapMs: number;
}

/** Sends an echo request every 10 ms for some seconds. Ends by itself, and not before: an nsenter that is killed leaves its child alive. Unreachable addresses are a result. */
export async function pacedPing(shell: Shell, to: string, seconds: number): Promise<PacedPing> {
  const argv = ['ping', '-n', '-D', '-i', String(pace / 1000), '-w', String(seconds), to];
  return readPacedPing((await shell.run(argv, { onFailure: 'return' })).stdout, seconds * 1000);
}

/** Reads the output of `ping -D`. */
export function readPacedPing(text: string, runMs: number): PacedPing {
  const times = new Map<number, number>();
  for (const [, time, sequence] of text.matchAll(/^\[(\d+\.\d+)\] \d+ bytes from .*icmp_seq=(\d+) .*time=/gm)) {
    if (!times.has(Number(sequence))) times.set(Number(sequence), Number(time) * 1000);
  }
  const transmitted = Number(/(\d+) packets transmitted/.exec(text)?.[1] ?? 0);
  const came = [...times.values()].sort((a, b) => a - b);
  const gaps = came.slice(1).map((time, index) => time - came[index]!);
  // The last request may still be on its way when ping ends.
  const lost = Math.max(0, transmitted - times.size - (times.has(transmitted) ? 0 : 1));
  return { transmitted, lost, longestGapMs: gaps.length === 0 ? runMs : Math.round(Math.max(...gaps)) };
}
