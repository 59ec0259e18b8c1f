// Owns listening: a tcpdump at each of several points before anything is sent, until all is quiet again.

import { setTimeout as sleep } from 'node:timers/promises';
import { LabError } from '../base/errors.ts';
import { type Captured, type Listener, startTcpdump } from '../host/tcpdump.ts';
import { CaptureParser } from '../packet/capture-parser.ts';
import type { Frame } from '../packet/frame.ts';
import type { Engine } from '../plan/engine.ts';

/** An interface of a machine to listen on. */
export interface ListeningPoint {
  readonly machine: string;
  readonly interface: string;
  /** Bytes kept of a packet; all when left out. */
  readonly snapLength?: number | undefined;
}

/** Milliseconds the tcpdumps may take until all listen, on a busy machine. */
const startLimit = 60_000;
/** Milliseconds without a packet anywhere after which all have arrived, and the longest wait for that, where tcpdump starts quickly. */
const quiet = 100;
const quietLimit = 2_000;
/** Milliseconds in which a dozen tcpdumps listen, on a machine with time to spare. */
const usualStart = 500;
/** Bytes of the kernel's memory for the packets that wait to be read, of all points together, and of each at most. */
const room = { all: 64 * 2 ** 20, each: 4 * 2 ** 20 };

/** What stays the same in every capture: the echoes in any wrapping, ARP, and the ICMP errors that answer them. */
export const echoFilter = 'arp or icmp or icmp6 or ip proto 4 or ip proto 41 or udp port 4789 or udp port 8472';

/** What is caught, and who is told of it. */
export interface ListeningOptions {
  /** A pcap filter expression; `echoFilter` when left out. */
  readonly filter?: string;
  /** Told of every frame as it comes, with its point's place in the list. */
  readonly onFrame?: ((place: number, frame: Frame) => void) | undefined;
}

/** Points that listen. */
export interface Listening {
  /** Milliseconds from the first start until the last point listened. */
  readonly readyMs: number;
  /** Waits until no point has heard anything for a while: the kernel has handed over what it has. */
  untilQuiet(): Promise<void>;
  /** Bytes caught so far, all points together. */
  size(): number;
  /** Packets caught so far, all points together: of any kind. */
  packets(): number;
  /** Whether a point has caught any packet yet, by its place in the list. */
  hasHeard(place: number): boolean;
}

/**
 * Listens at every point, does `work` once all listen, and gives what each point caught, in the points' order. Every tcpdump is
 * gone when this returns or throws. Throws HOST_COMMAND_FAILED when a point cannot be listened on; INTERRUPTED, unless `work`
 * took the interrupt for its end and returned.
 */
export async function listenWhile<T>(
  engine: Pick<Engine, 'tap'>,
  points: readonly ListeningPoint[],
  signal: AbortSignal,
  work: (listening: Listening) => Promise<T>,
  { filter = echoFilter, onFrame }: ListeningOptions = {},
): Promise<{ readonly result: T; readonly caught: readonly Captured[] }> {
  throwIfAborted(signal);
  const begin = performance.now();
  let packets = 0;
  const share = Math.min(room.each, room.all / points.length);
  const buffer = share < room.each / 2 ? undefined : share;
  const listeners = points.map((point, place) => {
    const tap = engine.tap(point.machine, point.interface);
    const counter = new CaptureParser((frame) => {
      packets++;
      onFrame?.(place, frame);
    });
    const options = { filter, snapLength: point.snapLength, buffer };
    return startTcpdump(tap.shell, tap.interface, options, (piece) => counter.push(piece));
  });
  try {
    await withinLimit(Promise.all(listeners.map((listener) => listener.ready)), signal);
    const readyMs = performance.now() - begin;
    const result = await work({
      readyMs,
      untilQuiet: () => untilQuiet(listeners, readyMs, signal),
      size: () => sizeOf(listeners),
      packets: () => packets,
      hasHeard: (place) => (listeners[place]?.size() ?? 0) > pcapHeader,
    });
    if (!signal.aborted) await untilQuiet(listeners, readyMs, signal);
    return { result, caught: await Promise.all(listeners.map((listener) => listener.stop())) };
  } catch (error) {
    throwIfAborted(signal);
    throw error;
  } finally {
    await Promise.all(listeners.map((listener) => listener.stop()));
  }
}

/** Bytes of a pcap file without packets. */
const pcapHeader = 24;

function sizeOf(listeners: readonly Listener[]): number {
  let sum = 0;
  for (const listener of listeners) sum += listener.size();
  return sum;
}

/**
 * Waits until no point has heard anything for a while: the kernel has handed over what it has. A machine so busy that the tcpdumps
 * were long in starting is as long in reading: it is given more time.
 */
async function untilQuiet(listeners: readonly Listener[], readyMs: number, signal: AbortSignal): Promise<void> {
  const begin = performance.now();
  const slowness = Math.max(1, readyMs / usualStart);
  for (;;) {
    const last = Math.max(begin, ...listeners.map((listener) => listener.lastHeard() ?? 0));
    const now = performance.now();
    if (now - last >= quiet * slowness || now - begin >= quietLimit * slowness) return;
    await sleep(quiet / 4, undefined, { signal });
  }
}

async function withinLimit(ready: Promise<unknown>, signal: AbortSignal): Promise<void> {
  const ended = new AbortController();
  const options = { signal: AbortSignal.any([signal, ended.signal]) };
  const late = sleep(startLimit, 'late', options);
  late.catch(() => undefined);
  try {
    if ((await Promise.race([ready, late])) === 'late') {
      throw new LabError('HOST_COMMAND_FAILED', `tcpdump did not listen everywhere within ${startLimit / 1000} s`, {
        hint: 'labctl doctor',
      });
    }
  } finally {
    ended.abort();
  }
}

/** Throws INTERRUPTED, with the exit status of the signal that aborted, once it is aborted. */
export function throwIfAborted(signal: AbortSignal): void {
  if (!signal.aborted) return;
  const exitCode = signal.reason === 'SIGTERM' ? 143 : 130;
  throw new LabError('INTERRUPTED', 'interrupted', { exitCode });
}
