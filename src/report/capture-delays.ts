// Owns how long packets took from point to point: least, median and 95th percentile over all of the same kind.

import type { CaptureEvidence, CaptureLine } from '../evidence/capture.ts';
import { timeText } from './analysis.ts';
import { packetsIn } from './capture-table.ts';

/** Time from the point before to this one. */
export interface Delay {
  readonly kind: CaptureLine['packet']['kind'];
  readonly from: string;
  readonly to: string;
  /** Nanoseconds, sorted. */
  readonly samples: readonly number[];
}

const kinds = ['request', 'reply', 'error'] as const;

/** The delays of each step, in the order of the way, requests first; a step is told once for each kind of packet. */
export function delaysOf(lines: readonly CaptureLine[]): readonly Delay[] {
  const delays = new Map<string, Delay & { readonly samples: number[] }>();
  for (const own of packetsIn(lines)) {
    for (const [place, line] of own.entries()) {
      const before = own[place - 1];
      if (before === undefined) continue;
      const { kind } = line.packet;
      const key = `${kind} ${before.point.name} ${line.point.name}`;
      const known = delays.get(key) ?? { kind, from: before.point.name, to: line.point.name, samples: [] };
      known.samples.push(line.sinceFirst - before.sinceFirst);
      delays.set(key, known);
    }
  }
  return [...delays.values()]
    .map((delay) => ({ ...delay, samples: delay.samples.toSorted((a, b) => a - b) }))
    .sort((a, b) => kinds.indexOf(a.kind) - kinds.indexOf(b.kind));
}

/** The value below which a share of sorted samples lies (nearest rank). */
export function percentile(sorted: readonly number[], share: number): number {
  return sorted[Math.max(Math.ceil(sorted.length * share) - 1, 0)] ?? 0;
}

/** The delays as a table; undefined of one probe, whose own times are all there is. */
export function delayTable({
  lines,
}: Pick<CaptureEvidence, 'lines'>):
  | { readonly title: string; readonly headings: readonly string[]; readonly rows: readonly (readonly string[])[] }
  | undefined {
  if (new Set(lines.map(({ packet }) => packet.sequence)).size < 2) return undefined;
  const delays = delaysOf(lines).filter(({ samples }) => samples.length > 1);
  if (delays.length === 0) return undefined;
  const rows = delays.map(({ kind, from, to, samples }) => [
    kind,
    from,
    to,
    String(samples.length),
    ...[0, 0.5, 0.95].map((share) => timeText(percentile(samples, share))),
  ]);
  return {
    title: 'time from point to point',
    headings: ['KIND', 'FROM', 'TO', 'PACKETS', 'MIN', 'MEDIAN', 'P95'],
    rows,
  };
}
