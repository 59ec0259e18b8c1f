// Owns one capture: every point listens before the first probe leaves, and what each of them saw of it.

import { randomBytes } from 'node:crypto';
import { type LinkState, readLinks } from '../host/link.ts';
import { ping } from '../host/ping.ts';
import type { Captured } from '../host/tcpdump.ts';
import type { Pieces } from '../packet/capture-parser.ts';
import { type Frame, frameTime } from '../packet/frame.ts';
import type { Engine } from '../plan/engine.ts';
import { followPackets, type PacketSighting } from './follow.ts';
import { type CaptureLimits, withinLimits } from './limits.ts';
import { type Listening, listenWhile, throwIfAborted } from './listen.ts';
import { LiveStream } from './live-stream.ts';
import type { PlannedPoint } from './points.ts';
import {
  filterFor,
  isOursOf,
  nothingSent,
  type Probe,
  type ProbeResult,
  sendProbe,
  type Translated,
} from './send-probe.ts';

/** One packet at one point: a line of the table. */
export interface CaptureLine {
  readonly point: PlannedPoint;
  readonly direction: 'in' | 'out';
  readonly packet: PacketSighting;
  /** Nanoseconds since the first sighting of anything with the same sequence number. */
  readonly sinceFirst: number;
}

/** What one point caught. */
export interface PointEvidence {
  readonly point: PlannedPoint;
  /** The whole pcap file, in pieces. */
  readonly pcap: Pieces;
  /** Packets in it, of any kind. */
  readonly packets: number;
  /** Packets that passed but are not in the file: dropped by the kernel or not read in time. */
  readonly missed: number;
  /** True when a packet of ours is among them. */
  readonly isSeen: boolean;
  /** Bytes an IP packet may have on this interface. */
  readonly mtu: number | undefined;
}

/** An end of a capture; a machine's full name where the address is one of the lab's. */
export interface CaptureEnd {
  readonly machine: string;
  readonly address: string;
  /** Other machines that may answer for the address: a service's endpoints. */
  readonly also?: readonly string[];
  /** The service that the address and port are of. */
  readonly service?: string;
}

/** What a capture found out. */
export interface CaptureEvidence {
  readonly from: CaptureEnd;
  readonly to: CaptureEnd;
  readonly probe: Probe;
  /** What the user asked to see, as typed: nothing else was recorded. */
  readonly filter?: string | undefined;
  readonly result: ProbeResult;
  /** In path order. */
  readonly points: readonly PointEvidence[];
  /** Interfaces on the way that are down: nothing passes there, and nobody can listen. */
  readonly down: readonly PlannedPoint[];
  /** Packets of all points that `lines` are about, when more were recorded than are followed; undefined: all. */
  readonly followed?: number | undefined;
  /** In the order in which packets were first seen; the sightings of one packet in the order of its way. */
  readonly lines: readonly CaptureLine[];
  /** Milliseconds until all points listened. */
  readonly readyMs: number;
  /** True when an interrupt ended it before its probes were done. */
  readonly isInterrupted: boolean;
}

/** What is to be captured. */
export interface CaptureRequest {
  readonly from: CaptureEnd;
  readonly to: CaptureEnd;
  readonly points: readonly PlannedPoint[];
  readonly probe: Probe;
  readonly translated?: Translated | undefined;
  /** As typed, and as tcpdump takes it in any wrapping. */
  readonly filter?: { readonly text: string; readonly written: string } | undefined;
  readonly limits?: CaptureLimits;
  /** Given a pcapng file of all points piece by piece, while it is captured. */
  readonly live?: ((piece: Uint8Array) => void) | undefined;
  /** Send a packet by every interface that saw none, to prove that it would have been seen. */
  readonly provesEmpty?: boolean;
  readonly signal: AbortSignal;
}

/** Frames of all points that are followed; what comes later is only recorded. The probes themselves are always followed. */
const mostFollowed = 20_000;

/** Bytes kept of a frame: the kernel has room for the more of them. Only segmentation offload makes longer ones. */
const longestKept = 16_384;

/**
 * Listens at every point, sends the probe once all listen, and reads what was caught. Every tcpdump is gone when this
 * returns or throws. Throws HOST_COMMAND_FAILED when a point cannot be listened on, INTERRUPTED when the signal is
 * aborted; with `limits` an interrupt while probes are sent ends the capture with what it has.
 */
export async function captureProbe(
  engine: Pick<Engine, 'tap' | 'shell'>,
  request: CaptureRequest,
): Promise<CaptureEvidence> {
  const { from, to, signal } = request;
  throwIfAborted(signal);
  const links = await linksOf(engine, request.points, signal);
  const linkOf = ({ machine, interface: port }: PlannedPoint) => links.get(machine)?.find(({ name }) => name === port);
  const points = request.points.filter((point) => linkOf(point)?.isUp !== false);
  const nonce = { bytes: randomBytes(8), port: 40_000 + (randomBytes(2).readUInt16BE() % 20_000) };
  const work = async (listening: Listening) => {
    const send = async (ended: AbortSignal) => {
      const answer = await sendProbe(engine.shell(from.machine), to.address, request.probe, nonce, ended);
      isSent = true;
      return answer;
    };
    const lasts = request.probe.kind === 'none' || request.limits?.durationMs !== undefined;
    const answer = (await withinLimits(listening, { limits: request.limits, lasts, signal }, send)) ?? nothingSent;
    if (!signal.aborted && request.provesEmpty === true) await proveEmpty(engine, points, listening, signal);
    return { answer, readyMs: listening.readyMs };
  };
  // Of what proves an empty point, too: the same program of the kernel's takes it, or nothing.
  const { filter: asked } = request;
  const filter = asked === undefined ? filterFor(request.probe) : `(${asked.written}) or (${proofFilter})`;
  const live = request.live === undefined ? undefined : new LiveStream(request.live);
  let [heard, isSent] = [0, request.probe.kind === 'none'];
  let until: bigint | undefined;
  const onFrame = (place: number, frame: Frame): void => {
    live?.see(points[place]!.name, frame);
    if (++heard >= mostFollowed && isSent) until ??= frameTime(frame);
  };
  const taps = points.map((point) => ({ ...point, snapLength: longestKept }));
  const { result, caught } = await listenWhile(engine, taps, signal, work, { filter, onFrame }).finally(() =>
    live?.end(),
  );
  const { packets, sightings } = followPackets(
    points.map(({ name }, place) => ({ name, pcap: caught[place]!.pcap })),
    isOursOf(request.probe, from.address, nonce, request.translated),
    until,
  );
  return {
    from,
    to,
    probe: request.probe,
    filter: request.filter?.text,
    result: result.answer,
    points: points.map((point, place) =>
      evidenceOf(point, caught[place]!, packets[place]!, sightings[place]!, linkOf(point)),
    ),
    lines: linesOf(points.map((point, place) => ({ point, mac: linkOf(point)?.mac, seen: sightings[place]! }))),
    down: request.points.filter((point) => !points.includes(point)),
    followed: until === undefined ? undefined : mostFollowed,
    readyMs: result.readyMs,
    isInterrupted: signal.aborted,
  };
}

/** The interfaces of every machine that has a point, by its name. */
async function linksOf(
  engine: Pick<Engine, 'shell'>,
  points: readonly PlannedPoint[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, readonly LinkState[]>> {
  const machines = [...new Set(points.map(({ machine }) => machine))];
  const read = async (machine: string) => [machine, await readLinks(engine.shell(machine), signal)] as const;
  return new Map(await Promise.all(machines.map(read)));
}

function evidenceOf(
  point: PlannedPoint,
  caught: Captured,
  packets: number,
  seen: readonly PacketSighting[],
  link: LinkState | undefined,
): PointEvidence {
  const missed = Math.max(caught.received - packets, caught.dropped);
  return { point, pcap: caught.pcap, packets, missed, isSeen: seen.length > 0, mtu: link?.mtu };
}

/** Takes the broadcasts of `proveEmpty`. */
const proofFilter = 'icmp and dst host 255.255.255.255';

/** A broadcast out of every interface that heard nothing; nobody answers it (icmp_echo_ignore_broadcasts). */
async function proveEmpty(
  engine: Pick<Engine, 'shell'>,
  points: readonly PlannedPoint[],
  listening: Listening,
  signal: AbortSignal,
): Promise<void> {
  const silent = points.filter((_, place) => !listening.hasHeard(place));
  if (silent.length === 0) return;
  await Promise.all(
    silent.map(async (point) =>
      ping(engine.shell(point.machine), {
        to: '255.255.255.255',
        interface: point.interface,
        waitSeconds: 0.1,
        signal,
      }),
    ),
  );
}

/** The lines of a table: packets in the order of their first sighting, each in the order of its way. */
export function linesOf(
  points: readonly {
    readonly point: PlannedPoint;
    readonly mac: string | undefined;
    readonly seen: readonly PacketSighting[];
  }[],
): readonly CaptureLine[] {
  const first = new Map<number, bigint>();
  for (const { seen } of points) {
    for (const { sequence, time } of seen) {
      const known = first.get(sequence);
      if (known === undefined || time < known) first.set(sequence, time);
    }
  }
  const lines = points.flatMap(({ point, mac, seen }) =>
    seen.map((packet): CaptureLine => {
      const sinceFirst = Number(packet.time - (first.get(packet.sequence) ?? packet.time));
      return { point, direction: directionOf(point, packet, mac), packet, sinceFirst };
    }),
  );
  return lines.sort((a, b) => a.packet.packet - b.packet.packet || a.packet.place - b.packet.place);
}

/** By the interface's own Ethernet address, which all has that leaves; on a device without one, by the request's way there. */
function directionOf(point: PlannedPoint, packet: PacketSighting, mac: string | undefined): 'in' | 'out' {
  if (mac !== undefined && packet.sourceMac !== undefined) return packet.sourceMac === mac ? 'out' : 'in';
  if (packet.kind === 'request') return point.requestGoes;
  return point.requestGoes === 'in' ? 'out' : 'in';
}
