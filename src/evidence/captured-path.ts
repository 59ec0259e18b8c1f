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

/** Follows a probe, the first unless told, and the first packet that answers it, through the lines. */
export function capturedPath(
  evidence: CaptureEvidence,
  sequence: number | undefined = evidence.lines[0]?.packet.sequence,
): CapturedPath {
  return follow(
    evidence,
    sequence,
    evidence.lines.filter(({ packet }) => packet.sequence === sequence),
  );
}

/** The path of every probe, by its sequence number. */
export function capturedPaths(evidence: CaptureEvidence): ReadonlyMap<number | undefined, CapturedPath> {
  const lines = new Map<number | undefined, CaptureLine[]>();
  for (const line of evidence.lines) {
    const { sequence } = line.packet;
    const known = lines.get(sequence);
    if (known === undefined) lines.set(sequence, [line]);
    else known.push(line);
  }
  return new Map([...lines].map(([sequence, own]) => [sequence, follow(evidence, sequence, own)]));
}

/** `lines`: those of this probe alone. */
function follow(evidence: CaptureEvidence, sequence: number | undefined, lines: readonly CaptureLine[]): CapturedPath {
  const { probe, from, to } = evidence;
  const [requests, replies] = (['request', 'reply'] as const).map((kind) => {
    const own = lines.filter(({ packet }) => packet.kind === kind);
    return own.filter(({ packet }) => packet.packet === own[0]?.packet.packet);
  });
  const there = machinesOn(requests ?? []);
  const back = machinesOn(replies ?? []);
  const lastRequest = requests?.at(-1);
  const lastReply = replies?.at(-1);
  // Its last points may not have been listened at, or a filter may hide it there.
  const { transmitted, received, replies: answers } = evidence.result;
  const isAnswered = (received > 0 && received >= transmitted) || answers.some((one) => one.sequence === sequence);
  if (isAnswered) return { outcome: 'found', there, back, lastSeen: undefined };
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

/** Probes that were lost at the same place. */
export interface Loss {
  readonly outcome: 'request-lost' | 'reply-lost';
  readonly sequences: readonly number[];
  /** Where each of them was last seen. */
  readonly last: readonly CaptureLine[];
}

/** What was lost, of a capture of many probes: a cable cut in the midst takes some of them. */
export function lossesOf(evidence: CaptureEvidence): readonly Loss[] {
  if (evidence.probe.kind === 'none') return [];
  const losses = new Map<string, Loss & { readonly sequences: number[]; readonly last: CaptureLine[] }>();
  const paths = capturedPaths(evidence);
  const requests = evidence.lines.filter(({ packet }) => packet.kind === 'request');
  for (const sequence of new Set(requests.map(({ packet }) => packet.sequence))) {
    const { outcome, lastSeen } = paths.get(sequence)!;
    if (lastSeen === undefined || (outcome !== 'request-lost' && outcome !== 'reply-lost')) continue;
    const key = `${outcome} ${lastSeen.point.name} ${lastSeen.direction}`;
    const known = losses.get(key) ?? { outcome, sequences: [], last: [] };
    known.sequences.push(sequence);
    known.last.push(lastSeen);
    losses.set(key, known);
  }
  return [...losses.values()];
}

function machinesOn(lines: readonly CaptureLine[]): readonly string[] {
  const names: string[] = [];
  for (const { point } of lines) {
    const name = point.name.slice(0, point.name.indexOf(':'));
    if (names.at(-1) !== name) names.push(name);
  }
  return names;
}
