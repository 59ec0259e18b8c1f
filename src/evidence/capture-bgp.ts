// Owns the BGP messages of sessions as they pass: each told once, by whom it was sent, when, and where it arrived.

import { addressBookOf, type Whereabouts } from '../design/address-book.ts';
import type { Design } from '../design/design.ts';
import { Correlator } from '../flow/correlator.ts';
import type { SeenBgp } from '../flow/ledger.ts';
import type { Captured } from '../host/tcpdump.ts';
import type { BgpMessage } from '../packet/bgp-message.ts';
import { type Pieces, readFrames } from '../packet/capture-parser.ts';
import type { Frame } from '../packet/frame.ts';
import type { Engine } from '../plan/engine.ts';
import { bgpFilter } from './bgp-heard.ts';
import { type CaptureLimits, withinLimits } from './limits.ts';
import { listenWhile } from './listen.ts';
import { LiveStream } from './live-stream.ts';
import type { PlannedPoint } from './points.ts';

/** One end of a session; a machine's full name where the address is one of the lab's. */
export interface BgpEnd {
  readonly machine: string | undefined;
  readonly address: string;
}

/** One message on its way from speaker to speaker. */
export interface BgpSighting {
  /** Nanoseconds since the first message of the capture. */
  readonly time: number;
  /** Where it was first seen: with its sender listened at, the interface by which it left. */
  readonly point: string;
  readonly direction: 'out' | 'in' | 'through';
  readonly from: BgpEnd;
  readonly to: BgpEnd;
  readonly message: BgpMessage;
  /** Where the machine it is for saw it, and nanoseconds after `time`; undefined when that was not seen. */
  readonly arrived: { readonly point: string; readonly after: number } | undefined;
  /** The frame in which it ends, in its point's file. */
  readonly frame: number;
}

/** What was heard. */
export interface BgpEvidence {
  readonly points: readonly { readonly point: PlannedPoint; readonly pcap: Pieces }[];
  /** In the order of time. */
  readonly messages: readonly BgpSighting[];
  readonly isInterrupted: boolean;
}

/** Listens to the sessions' packets at every point until a limit or an interrupt ends it. Throws HOST_COMMAND_FAILED. */
export async function captureBgp(
  engine: Pick<Engine, 'tap'>,
  design: Design,
  {
    points,
    limits,
    live: write,
    onListening,
    signal,
  }: {
    readonly points: readonly PlannedPoint[];
    readonly limits: CaptureLimits;
    readonly live?: ((piece: Uint8Array) => void) | undefined;
    readonly onListening: () => void;
    readonly signal: AbortSignal;
  },
): Promise<BgpEvidence> {
  const live = write === undefined ? undefined : new LiveStream(write);
  const onFrame = live && ((place: number, frame: Frame) => live.see(points[place]!.name, frame));
  const { caught } = await listenWhile(
    engine,
    points,
    signal,
    (listening) => withinLimits(listening, { limits, lasts: true, signal }, async () => onListening()),
    { filter: bgpFilter(design), onFrame },
  ).finally(() => live?.end());
  return {
    points: points.map((point, place) => ({ point, pcap: caught[place]!.pcap })),
    messages: messagesOf(design, points, caught),
    isInterrupted: signal.aborted,
  };
}

/** Reads the messages of all points, and joins what was sent with what arrived. */
export function messagesOf(
  design: Design,
  points: readonly PlannedPoint[],
  caught: readonly Pick<Captured, 'pcap'>[],
): readonly BgpSighting[] {
  const table = new Correlator();
  for (const [place, { name }] of points.entries()) {
    const point = table.addPoint(name);
    readFrames(caught[place]!.pcap, (frame) => table.see(point, frame));
  }
  const book = addressBookOf(design);
  const flows = new Map<string, SeenBgp[]>();
  for (const seen of table.ledger.bgp) {
    const flow = `${seen.source} ${seen.sourcePort} ${seen.destination} ${seen.destinationPort}`;
    flows.set(flow, [...(flows.get(flow) ?? []), seen]);
  }
  const messages = [...flows.values()].flatMap((seen) => joined(seen, points, book)).sort((a, b) => a.time - b.time);
  const began = messages[0]?.time ?? 0;
  return messages.map((message) => ({ ...message, time: message.time - began }));
}

/** One direction of one connection: what the sender's interfaces saw, else the receiver's, else those between. */
function joined(
  seen: readonly SeenBgp[],
  points: readonly PlannedPoint[],
  book: ReadonlyMap<string, Whereabouts>,
): readonly BgpSighting[] {
  const [first] = seen;
  if (first === undefined) return [];
  const [sender, receiver] = [book.get(first.source)?.machine, book.get(first.destination)?.machine];
  const at = (machine: string | undefined) => seen.filter(({ point }) => points[point]?.machine === machine);
  const arriving = at(receiver);
  const ways = [
    ['out', at(sender)],
    ['in', arriving],
    ['through', seen.filter(({ point }) => point === first.point)],
  ] as const;
  const [direction, told] = ways.find(([, own]) => own.length > 0) ?? ways[2];
  const left = direction === 'out' ? [...arriving] : [];
  return told.map(({ point, time, frame, message }) => {
    const text = JSON.stringify(message);
    const place = left.findIndex((other) => JSON.stringify(other.message) === text);
    const [other] = place < 0 ? [] : left.splice(place, 1);
    return {
      time,
      point: points[point]?.name ?? '',
      direction,
      from: { machine: sender, address: first.source },
      to: { machine: receiver, address: first.destination },
      message,
      arrived: other && { point: points[other.point]?.name ?? '', after: other.time - time },
      frame,
    };
  });
}
