// Owns the sentence a capture ends with: the path that was found, or where the packet was last seen.

import type { CaptureEvidence, CaptureLine } from '../evidence/capture.ts';

/** What became of the echoes. */
export interface CapturedPath {
  /** `found`: there and back; `request-lost` and `reply-lost`: seen leaving, not arriving; `not-sent`: never seen. */
  readonly outcome: 'found' | 'request-lost' | 'reply-lost' | 'not-sent';
  /** Machines the request was seen on, in order, each once; the reply's likewise. */
  readonly there: readonly string[];
  readonly back: readonly string[];
  /** Where the lost packet was last seen. */
  readonly lastSeen: CaptureLine | undefined;
}

/** Follows the first echo through the lines of a capture. */
export function capturedPath(evidence: CaptureEvidence): CapturedPath {
  const sequence = evidence.lines[0]?.echo.sequence;
  const first = evidence.lines.filter((line) => line.echo.sequence === sequence);
  const [requests, replies] = (['request', 'reply'] as const).map((kind) =>
    first.filter((line) => line.echo.kind === kind),
  );
  const there = machinesOn(requests ?? []);
  const back = machinesOn(replies ?? []);
  const lastRequest = requests?.at(-1);
  const lastReply = replies?.at(-1);
  if (lastRequest === undefined) return { outcome: 'not-sent', there, back, lastSeen: undefined };
  if (lastReply === undefined && lastRequest.point.machine !== evidence.to.machine) {
    return { outcome: 'request-lost', there, back, lastSeen: lastRequest };
  }
  if (lastReply?.point.machine !== evidence.from.machine) {
    return { outcome: 'reply-lost', there, back, lastSeen: lastReply ?? lastRequest };
  }
  return { outcome: 'found', there, back, lastSeen: undefined };
}

/** The path as one sentence. */
export function pathSentence(evidence: CaptureEvidence): string {
  const path = capturedPath(evidence);
  const last = path.lastSeen;
  const seen = last === undefined ? '' : `last seen going ${last.direction} at ${last.point.name}`;
  switch (path.outcome) {
    case 'found': {
      const isSameWay = path.back.toReversed().join() === path.there.join();
      const back = isSameWay ? 'the reply took the same way back' : `back: ${path.back.join(' > ')}`;
      return `path found: ${path.there.join(' > ')}; ${back}`;
    }
    case 'request-lost':
      return `no path: the request was ${seen}, after ${path.there.join(' > ')}`;
    case 'reply-lost':
      return `no path back: the request arrived (${path.there.join(' > ')}), the reply was ${
        last?.echo.kind === 'reply' ? seen : 'never seen'
      }`;
    case 'not-sent':
      return `no path: no echo was seen anywhere${evidence.ping.errors.length === 0 ? '' : `: ${evidence.ping.errors.join('; ')}`}`;
  }
}

function machinesOn(lines: readonly CaptureLine[]): readonly string[] {
  const names: string[] = [];
  for (const { point } of lines) {
    const name = point.name.slice(0, point.name.indexOf(':'));
    if (names.at(-1) !== name) names.push(name);
  }
  return names;
}
