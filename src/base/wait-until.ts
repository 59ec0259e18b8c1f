// Owns waiting: ask again and again until it is true or the signal is aborted.

import { setTimeout as sleep } from 'node:timers/promises';

/** Between two questions: what is asked costs less than this. */
const pauseMs = 25;

/** Resolves true when `isTrue` does, false when the signal is aborted first. Errors of `isTrue` pass through. */
export async function waitUntil(signal: AbortSignal, isTrue: () => Promise<boolean>): Promise<boolean> {
  while (!signal.aborted) {
    if (await isTrue()) return true;
    try {
      await sleep(pauseMs, undefined, { signal });
    } catch {
      return false;
    }
  }
  return false;
}
