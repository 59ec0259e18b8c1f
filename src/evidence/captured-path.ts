// Owns following the first echo of a capture from machine to machine: there, back, or to where it was lost.

import type { CaptureEvidence, CaptureLine } from './capture.ts';

/** What became of the probes. */
export interface CapturedPath {
  /** `found`: there and back, or answered as the sender says; `request-lost` and `reply-lost`: seen leaving, not arriving; `not-sent`: never seen. */
  readonly outcome: 'found' | 'request-lost' | 'reply-lost' | 'not-sent';
  /** Machines the request was seen on, in order, each once; the reply's likewise. */
  readonly there: readonly string[];
  readonly back: readonly string[];
  /** Where the lost packet was last seen. */
  readonly lastSeen: CaptureLine | undefined;
}

/** Follows the first packet of a capture, and the first that answers it, through the lines. */
export function capturedPath(evidence: CaptureEvidence): CapturedPath {
  const { probe, from, to } = evidence;
  const sequence = evidence.lines[0]?.packet.sequence;
  const [requests, replies] = (['request', 'reply'] as const).map((kind) => {
    const own = evidence.lines.filter(({ packet }) => packet.sequence === sequence && packet.kind === kind);
    return own.filter(({ packet }) => packet.packet === own[0]?.packet.packet);
  });
  const there = machinesOn(requests ?? []);
  const back = machinesOn(replies ?? []);
  const lastRequest = requests?.at(-1);
  const lastReply = replies?.at(-1);
  // Its last points may not have been listened at, or a filter may hide it there.
  const { transmitted, received } = evidence.result;
  if (received > 0 && received >= transmitted) return { outcome: 'found', there, back, lastSeen: undefined };
  if (lastRequest === undefined) return { outcome: 'not-sent', there, back, lastSeen: undefined };
  const hasArrived = [to.machine, ...(to.also ?? [])].includes(lastRequest.point.machine);
  if (lastReply === undefined && !hasArrived) return { outcome: 'request-lost', there, back, lastSeen: lastRequest };
  // A datagram need not be answered.
  if (lastReply === undefined && probe.kind === 'udp') return { outcome: 'found', there, back, lastSeen: undefined };
  if (lastReply?.point.machine !== from.machine) {
    return { outcome: 'reply-lost', there, back, lastSeen: lastReply ?? lastRequest };
  }
  return { outcome: 'found', there, back, lastSeen: undefined };
}

function machinesOn(lines: readonly CaptureLine[]): readonly string[] {
  const names: string[] = [];
  for (const { point } of lines) {
    const name = point.name.slice(0, point.name.indexOf(':'));
    if (names.at(-1) !== name) names.push(name);
  }
  return names;
}
