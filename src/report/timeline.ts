// Owns the time line at the end of `up`: when each phase ended.

import { textTable } from './text-table.ts';

/** One phase, and how long after labctl's start it ended. */
export interface TimelineEntry {
  readonly phase: string;
  readonly ms: number;
}

/** The time line as text, one phase a line, in the order given; the last column is the step from the line above. */
export function timelineText(timeline: readonly TimelineEntry[]): string {
  let before = 0;
  const rows = timeline.map(({ phase, ms }) => {
    const step = phase === 'total' ? '' : `+${duration(Math.max(0, ms - before))}`;
    before = ms;
    return [phase, duration(ms), step];
  });
  return textTable(['PHASE', 'DONE AFTER', ''], rows);
}

/** `35 ms`, `2.31 s`, `1 min 05 s`. */
export function duration(ms: number): string {
  if (ms < 999.5) return `${Math.round(ms)} ms`;
  if (ms < 59_995) return `${(ms / 1000).toFixed(2)} s`;
  const seconds = Math.round(ms / 1000);
  return `${Math.floor(seconds / 60)} min ${String(seconds % 60).padStart(2, '0')} s`;
}
