// Owns waiting: ask again soon at first, then more calmly, until it is true or the signal is aborted.

import { setTimeout as sleep } from 'node:timers/promises';

const firstPauseMs = 20;
const longestPauseMs = 25;

/** Resolves true when `isTrue` does, false when the signal is aborted first. Errors of `isTrue` pass through. */
export async function waitUntil(signal: AbortSignal, isTrue: () => Promise<boolean>): Promise<boolean> {
  let pause = firstPauseMs;
  while (!signal.aborted) {
    if (await isTrue()) return true;
    try {
      await sleep(pause, undefined, { signal });
    } catch {
      return false;
    }
    pause = Math.min(longestPauseMs, pause * 1.3);
  }
  return false;
}
