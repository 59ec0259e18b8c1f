// Owns the sentence a capture ends with: the path that was found, or where the packet was last seen.

import type { CaptureEvidence } from '../evidence/capture.ts';
import { type CapturedPath, capturedPath, capturedPaths, lossesOf } from '../evidence/captured-path.ts';

/** The path as one sentence. */
export function pathSentence(evidence: CaptureEvidence): string {
  if (evidence.probe.kind === 'none') return heardSentence(evidence);
  const path = capturedPath(evidence);
  const last = path.lastSeen;
  const seen = last === undefined ? '' : `last seen going ${last.direction} at ${last.point.name}`;
  switch (path.outcome) {
    case 'found': {
      if (path.there.length + path.back.length === 0) return 'answered, and no packet of it was seen here';
      const found = `path found: ${path.there.join(' > ')}`;
      if (path.back.length === 0) return `${found}; ${unansweredText(evidence)}`;
      const isSameWay = path.back.toReversed().join() === path.there.join();
      const back = isSameWay ? 'the reply took the same way back' : `back: ${path.back.join(' > ')}`;
      const { errors } = evidence.result;
      return `${found}; ${back}${errors.length === 0 ? '' : ` and said: ${errors.join('; ')}`}${othersText(evidence)}`;
    }
    case 'request-lost':
      return `no path: the request was ${seen}, after ${path.there.join(' > ')}`;
    case 'reply-lost':
      return `no path back: the request arrived (${path.there.join(' > ')}), the reply was ${
        last?.packet.kind === 'reply' ? seen : 'never seen'
      }`;
    case 'not-sent':
      if (evidence.filter !== undefined) return `no packet for the filter was seen: ${evidence.filter}`;
      return `no path: no packet was seen anywhere${evidence.result.errors.length === 0 ? '' : `: ${evidence.result.errors.join('; ')}`}`;
  }
}

/** How many probes took another way than the first, there or back: a hash chooses among equal paths. */
function othersText(evidence: CaptureEvidence): string {
  const ways = [...capturedPaths(evidence).values()];
  const wayOf = ({ there, back }: CapturedPath): string => [...there, '', ...back].join(' ');
  const others = ways.filter((one) => one.outcome === 'found' && wayOf(one) !== wayOf(ways[0]!)).length;
  return others === 0 ? '' : `; ${others} of ${ways.length} took another way there or back`;
}

/** What there was instead of a reply: an ICMP error is an answer, too. */
function unansweredText({ lines, result }: CaptureEvidence): string {
  const error = lines.find(({ packet }) => packet.kind === 'error')?.packet;
  if (error !== undefined) return `${error.source} answered ${error.what}`;
  return result.received > 0 ? 'the reply was not seen here' : 'nothing was answered';
}

/** Of many probes, how many were lost and where: `lost: 2 of 30 (number 5 to 6): the reply last seen going out at leaf0:eth1`. */
export function lossSentences(evidence: CaptureEvidence): readonly string[] {
  const losses = lossesOf(evidence);
  const sent = new Set(evidence.lines.map(({ packet }) => packet.sequence)).size;
  if (sent < 2) return [];
  return losses.map(({ outcome, sequences, last: [line] }) => {
    const isUnseen = outcome === 'reply-lost' && line?.packet.kind === 'request';
    const what = isUnseen ? 'arrived, and no reply was seen' : `the ${line?.packet.kind} last seen going`;
    const where = isUnseen ? '' : ` ${line?.direction} at ${line?.point.name}`;
    return `lost: ${sequences.length} of ${sent} (number ${rangesText(sequences)}): ${what}${where}`;
  });
}

/** `1 to 4, 7`. */
function rangesText(numbers: readonly number[]): string {
  const ranges: [number, number][] = [];
  for (const number of numbers.toSorted((a, b) => a - b)) {
    const last = ranges.at(-1);
    if (last !== undefined && last[1] === number - 1) last[1] = number;
    else ranges.push([number, number]);
  }
  return ranges.map(([from, to]) => (from === to ? `${from}` : `${from} to ${to}`)).join(', ');
}

/** What was listened to without a probe: nobody knows where those packets were to go. */
function heardSentence({ lines, points }: CaptureEvidence): string {
  const packets = new Set(lines.map(({ packet }) => packet.packet)).size;
  const where = points.filter(({ isSeen }) => isSeen).length;
  return `heard: ${packets} packets at ${where} of ${points.length} points`;
}
