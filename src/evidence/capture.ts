// Owns one capture: every point listens before the first echo leaves, and what each of them saw of it.

import { randomBytes } from 'node:crypto';
import type { Family } from '../base/address.ts';
import { primaryAddressOf } from '../design/address-book.ts';
import type { Design, Machine } from '../design/design.ts';
import { type LinkState, readLinks } from '../host/link.ts';
import { type PingResult, ping } from '../host/ping.ts';
import type { Captured } from '../host/tcpdump.ts';
import type { Engine } from '../plan/engine.ts';
import { type EchoSighting, echoesIn, hasPattern } from './echo.ts';
import { listenWhile } from './listen.ts';
import type { PlannedPoint } from './points.ts';

/** One echo at one point: a line of the table. */
export interface CaptureLine {
  readonly point: PlannedPoint;
  readonly direction: 'in' | 'out';
  readonly echo: EchoSighting;
  /** Nanoseconds since the same echo's first sighting anywhere. */
  readonly sinceFirst: number;
}

/** What one point caught. */
export interface PointEvidence {
  readonly point: PlannedPoint;
  /** The whole pcap file. */
  readonly pcap: Uint8Array;
  /** Packets in it, of any kind. */
  readonly packets: number;
  /** Packets that passed but are not in the file: dropped by the kernel or not read in time. */
  readonly missed: number;
  /** True when our echo is among them. */
  readonly isSeen: boolean;
}

/** What a capture found out. */
export interface CaptureEvidence {
  readonly from: { readonly machine: string; readonly address: string };
  readonly to: { readonly machine: string; readonly address: string };
  readonly ping: PingResult;
  /** In path order. */
  readonly points: readonly PointEvidence[];
  /** Request then reply of each sequence number, in the order in which they passed. */
  readonly lines: readonly CaptureLine[];
}

/** What is to be captured. */
export interface CaptureRequest {
  readonly design: Design;
  readonly from: Machine;
  readonly to: Machine;
  /** The family of the echoes; undefined: the first that the ends have. */
  readonly family?: Family | undefined;
  readonly points: readonly PlannedPoint[];
  /** Echo requests to send. */
  readonly count: number;
  /** Bytes of each packet, DF set; ping's own size, fragments allowed, when left out. */
  readonly size?: number;
  readonly signal: AbortSignal;
}

/**
 * Listens at every point, pings once all listen, and reads what was caught. Every tcpdump is gone when this returns or
 * throws. Throws HOST_COMMAND_FAILED when a point cannot be listened on, INTERRUPTED when the signal is aborted.
 */
export async function capturePing(
  engine: Pick<Engine, 'tap' | 'shell'>,
  request: CaptureRequest,
): Promise<CaptureEvidence> {
  const { from, to, points, signal } = request;
  const [fromAddress, toAddress] = [from, to].map((machine) => primaryAddressOf(machine, request.family));
  if (fromAddress === undefined || toAddress === undefined)
    throw new TypeError('an end of the capture has no such address');
  const links = Promise.all(points.map(async (point) => readLinks(engine.shell(point.machine), signal)));
  links.catch(() => undefined);
  const pattern = randomBytes(8).toString('hex');
  const { result, caught } = await listenWhile(engine, points, signal, async () => {
    const macs = macsOf(points, await links);
    const { count, size } = request;
    const options = { to: toAddress, count, size, pattern, signal };
    return { macs, ping: await ping(engine.shell(from.name), options) };
  });
  const seen = points.map((point, index) => seenAt(point, caught[index]!, pattern));
  return {
    from: { machine: from.name, address: fromAddress },
    to: { machine: to.name, address: toAddress },
    ping: result.ping,
    points: seen.map(({ evidence }) => evidence),
    lines: linesOf(seen, result.macs),
  };
}

interface Seen {
  readonly evidence: PointEvidence;
  readonly echoes: readonly EchoSighting[];
}

function seenAt(point: PlannedPoint, caught: Captured, pattern: string): Seen {
  const { packets, sightings } = echoesIn(caught.pcap, (payload) => hasPattern(payload, pattern));
  const missed = Math.max(caught.received - packets, 0);
  return { evidence: { point, pcap: caught.pcap, packets, missed, isSeen: sightings.length > 0 }, echoes: sightings };
}

/** The lines of a table: sorted by sequence number, request before reply, time, then the place on the path. */
export function linesOf(
  seen: readonly { readonly evidence: Pick<PointEvidence, 'point'>; readonly echoes: readonly EchoSighting[] }[],
  macs: ReadonlyMap<string, string>,
): readonly CaptureLine[] {
  const first = new Map<number, bigint>();
  for (const { echoes } of seen) {
    for (const { sequence, time } of echoes) {
      const known = first.get(sequence);
      if (known === undefined || time < known) first.set(sequence, time);
    }
  }
  const placed = seen.flatMap(({ evidence: { point }, echoes }, place) =>
    echoes.map((echo) => {
      const line: CaptureLine = {
        point,
        direction: directionOf(point, echo, macs.get(point.name)),
        echo,
        sinceFirst: Number(echo.time - (first.get(echo.sequence) ?? echo.time)),
      };
      return { line, place: echo.kind === 'request' ? place : -place };
    }),
  );
  placed.sort((a, b) => {
    const [x, y] = [a.line, b.line];
    if (x.echo.sequence !== y.echo.sequence) return x.echo.sequence - y.echo.sequence;
    if (x.echo.kind !== y.echo.kind) return x.echo.kind === 'request' ? -1 : 1;
    return x.sinceFirst - y.sinceFirst || a.place - b.place;
  });
  return placed.map(({ line }) => line);
}

/** By the interface's own Ethernet address; on a device without one, by the way the request takes there. */
function directionOf(point: PlannedPoint, echo: EchoSighting, mac: string | undefined): 'in' | 'out' {
  if (mac !== undefined && echo.sourceMac === mac) return 'out';
  if (mac !== undefined && echo.destinationMac === mac) return 'in';
  if (echo.kind === 'request') return point.requestGoes;
  return point.requestGoes === 'in' ? 'out' : 'in';
}

function macsOf(
  points: readonly PlannedPoint[],
  links: readonly (readonly LinkState[])[],
): ReadonlyMap<string, string> {
  const macs = new Map<string, string>();
  for (const [index, point] of points.entries()) {
    const mac = links[index]?.find((link) => link.name === point.interface)?.mac;
    if (mac !== undefined) macs.set(point.name, mac);
  }
  return macs;
}
