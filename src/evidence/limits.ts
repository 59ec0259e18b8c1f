// Owns when a capture stops: its probes are done, a time, a size, a number of packets, or nobody reads it any more.

import { setTimeout as sleep } from 'node:timers/promises';
import type { Listening } from './listen.ts';

/** When to stop, whatever the probes do. */
export interface CaptureLimits {
  /** Milliseconds to listen, probes or not. */
  readonly durationMs?: number | undefined;
  /** Bytes of all files together. */
  readonly maxSize?: number | undefined;
  /** Packets of all points together. */
  readonly maxPackets?: number | undefined;
  /** Aborted when nobody reads any more. */
  readonly unread?: AbortSignal | undefined;
}

/** How long a capture may go on. */
export interface Bounds {
  readonly limits: CaptureLimits | undefined;
  /** It goes on when the work is done, until a limit or an interrupt ends it. */
  readonly lasts: boolean;
  readonly signal: AbortSignal;
}

/**
 * Does the work, then waits for what is still on its way; a limit or an interrupt ends it early, and gives undefined. Without
 * limits an interrupt throws: only who set some, and so expects an early end, is given what there is.
 */
export async function withinLimits<T>(
  listening: Listening,
  { limits, lasts, signal }: Bounds,
  work: (ended: AbortSignal) => Promise<T>,
): Promise<T | undefined> {
  const full = new AbortController();
  const ended = AbortSignal.any([signal, full.signal, ...(limits?.unread === undefined ? [] : [limits.unread])]);
  const most = limits?.maxSize ?? Infinity;
  const watch = setInterval(() => {
    if (listening.size() >= most || listening.packets() >= (limits?.maxPackets ?? Infinity)) full.abort();
  }, 50);
  const timer = limits?.durationMs === undefined ? undefined : setTimeout(() => full.abort(), limits.durationMs);
  let result: T | undefined;
  try {
    result = await work(ended);
    if (lasts) await sleep(forever, undefined, { signal: ended });
    await listening.untilQuiet();
    return result;
  } catch (error) {
    if (!ended.aborted || limits === undefined) throw error;
    return result;
  } finally {
    clearInterval(watch);
    clearTimeout(timer);
  }
}

/** Milliseconds that no capture lasts: the longest a timer can wait. */
const forever = 2 ** 31 - 1;
