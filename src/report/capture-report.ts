// Owns all that is told of a capture, whatever the form.

import type { CaptureEvidence } from '../evidence/capture.ts';
import type { SavedCaptures } from '../evidence/save-captures.ts';
import type { ExpectedWay } from '../verify/expected-way.ts';

/** A capture with what is made of it. */
export interface CaptureReport {
  readonly lab: string;
  readonly evidence: CaptureEvidence;
  /** Undefined where the design says nothing of the destination. */
  readonly expected: ExpectedWay | undefined;
  /** Why the packet was lost, from the live state; undefined when it was not, or nothing tells. */
  readonly cause: string | undefined;
  readonly saved: SavedCaptures | undefined;
  /** The page that was written. */
  readonly page?: string | undefined;
}
