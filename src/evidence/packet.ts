// Owns a probe with a packet of one size that must not be fragmented: does it pass, who says why not, and where it was last seen.

import { type Design, findMachine } from '../design/design.ts';
import { referencedAddress } from '../design/reference.ts';
import { forgetPathMtu } from '../host/ip.ts';
import { ping } from '../host/ping.ts';
import type { Engine } from '../plan/engine.ts';
import { captureProbe } from './capture.ts';
import { endsOf } from './ends.ts';
import { pointsBetween } from './points.ts';

/** What became of the packet. */
export interface PacketProbe {
  readonly passes: boolean;
  /** Ping's line about ICMP "fragmentation needed" (RFC 1191); undefined when none came. */
  readonly icmp: string | undefined;
  /** `spine0:eth2`: the last interface that saw the request; undefined when it passed, or nobody saw it. */
  readonly lastSeen: string | undefined;
}

/** What is sent where. */
export interface PacketRequest {
  readonly from: string;
  readonly to: string;
  /** Bytes of the IP packet. */
  readonly size: number;
}

/**
 * Sends one packet; where it does not pass, sends another while every point between the two machines listens. What an
 * ICMP has taught the sender is forgotten before: it would refuse the packet itself. So no two probes at one time.
 */
export async function probePacket(
  design: Design,
  engine: Pick<Engine, 'shell' | 'tap'>,
  request: PacketRequest,
  signal: AbortSignal,
): Promise<PacketProbe> {
  const [from, to] = [findMachine(design, request.from), findMachine(design, request.to)];
  const address = referencedAddress(design, request.to);
  if (from === undefined || to === undefined || address === undefined)
    return { passes: false, icmp: undefined, lastSeen: undefined };
  const { size } = request;
  const shell = engine.shell(from.name);
  await forgetPathMtu(shell, signal);
  const first = await ping(shell, { to: address, size, isUnfragmentable: true, waitSeconds: 1, signal });
  if (first.received > 0) return { passes: true, icmp: undefined, lastSeen: undefined };
  await forgetPathMtu(shell, signal);
  const points = pointsBetween(design, from, to);
  const seen = await captureProbe(engine, {
    ...endsOf(from, to),
    points,
    probe: { kind: 'echo', count: 1, size, isUnfragmentable: true },
    signal,
  });
  const requests = seen.lines.filter(({ packet }) => packet.kind === 'request');
  const icmp = [...first.errors, ...seen.result.errors].find((line) => /frag needed/i.test(line));
  return { passes: false, icmp, lastSeen: requests.at(-1)?.point.name };
}
