// Owns the sentence a capture ends with: the path that was found, or where the packet was last seen.

import type { CaptureEvidence } from '../evidence/capture.ts';
import { capturedPath } from '../evidence/captured-path.ts';

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
