// Owns how far the clocks of two points are apart, from packets that went both ways between them: never assumed.
// What a packet takes cannot be negative, so each way bounds the difference from one side (RFC 5905 section 8 has the
// same thought).

import type { Correlator } from './correlator.ts';
import type { Groups } from './groups.ts';

/** A point's clock beside the first point's. */
export interface PointClock {
  /**
   * `reference`: the clock the others are measured by; `both ways`: packets passed both ways; `one way`: only the
   * difference with what the packets took is known; `unknown`: no packet in common.
   */
  readonly basis: 'reference' | 'both ways' | 'one way' | 'unknown';
  /** Nanoseconds by which the point's clock is ahead; 0 is within the bounds when the clocks may be the same. */
  readonly ahead: number;
  /** Half of the distance between the bounds. */
  readonly uncertainty: number;
  /** What is taken off the point's times: 0 unless the difference is proven. */
  readonly correction: number;
  /** Packets that two points have in common and that were used. */
  readonly samples: number;
}

/** Times of packets at b less those at a, for each direction of their flows. */
interface Pair {
  readonly a: number;
  readonly b: number;
  readonly least: [number, number];
  readonly most: [number, number];
  readonly count: [number, number];
}

interface Bounds {
  readonly low: number;
  readonly high: number;
}

/** The clocks of all points, in their order. */
export function clocksOf(correlator: Correlator, groups: Groups): readonly PointClock[] {
  const pairs = [...pairsOf(correlator, groups).values()];
  const unknown: PointClock = { basis: 'unknown', ahead: 0, uncertainty: 0, correction: 0, samples: 0 };
  const clocks: PointClock[] = correlator.points.map(() => unknown);
  for (const { index } of correlator.points) {
    if (clocks[index] !== unknown) continue;
    if (!pairs.some(({ a, b }) => a === index || b === index)) continue;
    clocks[index] = { basis: 'reference', ahead: 0, uncertainty: 0, correction: 0, samples: 0 };
    spread(index, pairs, clocks);
  }
  return clocks;
}

/** Reaches every point that has packets in common, the surest way first. */
function spread(from: number, pairs: readonly Pair[], clocks: PointClock[]): void {
  const reached = new Set([from]);
  for (;;) {
    let best: { readonly point: number; readonly clock: PointClock } | undefined;
    for (const pair of pairs) {
      const isForward = reached.has(pair.a);
      if (isForward === reached.has(pair.b)) continue;
      const point = isForward ? pair.b : pair.a;
      const clock = stepTo(clocks[isForward ? pair.a : pair.b]!, pair, isForward);
      if (best === undefined || rank(clock) < rank(best.clock)) best = { point, clock };
    }
    if (best === undefined) return;
    clocks[best.point] = best.clock;
    reached.add(best.point);
  }
}

function rank(clock: PointClock): number {
  return clock.basis === 'both ways' ? clock.uncertainty : Number.MAX_VALUE;
}

function stepTo(known: PointClock, pair: Pair, isForward: boolean): PointClock {
  const bounds = boundsOf(pair);
  const samples = pair.count[0] + pair.count[1];
  const sign = isForward ? 1 : -1;
  if (bounds === undefined || known.basis === 'one way') {
    const way = pair.count[0] > 0 ? 0 : 1;
    const difference = sign * (pair.least[way] + pair.most[way]) * 0.5;
    return { basis: 'one way', ahead: known.ahead + difference, uncertainty: 0, correction: known.correction, samples };
  }
  const middle = (bounds.low + bounds.high) / 2;
  const uncertainty = known.uncertainty + (bounds.high - bounds.low) / 2;
  const ahead = known.ahead + sign * middle;
  // A difference smaller than what is not known about it is none that could be corrected.
  const isProven = Math.abs(ahead) > uncertainty + 1_000;
  return { basis: 'both ways', ahead, uncertainty, correction: isProven ? ahead : 0, samples };
}

/**
 * Between the slowest packet of one way and the fastest of the other lies the difference. Which way leads from a to b
 * need not be known: only one of the two makes the bounds cross the right way around.
 */
function boundsOf({ least, most, count }: Pair): Bounds | undefined {
  if (count[0] === 0 || count[1] === 0) return undefined;
  if (least[0] >= most[1]) return { low: most[1], high: least[0] };
  if (least[1] >= most[0]) return { low: most[0], high: least[1] };
  // Both ways overlap: the points see a packet at the same moment, and what remains is jitter.
  return { low: Math.max(least[0], least[1]), high: Math.min(most[0], most[1]) };
}

/** One sample of each packet that passed two points once each. */
function pairsOf({ sightings, flows }: Correlator, groups: Groups): Map<number, Pair> {
  const pairs = new Map<number, Pair>();
  const { point, time, flow } = sightings;
  const rows: number[] = [];
  for (const head of groups.heads) {
    if (groups.next[head] === -1) continue;
    rows.length = 0;
    for (let row = head; row >= 0; row = groups.next[row]!) rows.push(row);
    if (rows.length > 64 || new Set(rows.map((row) => point[row])).size !== rows.length) continue;
    const { index, reverse } = flows.all[flow[head]!]!;
    // A flow without its answer is one way; of two that answer each other the first one seen is way 0.
    const way = reverse >= 0 && reverse < index ? 1 : 0;
    for (const [place, one] of rows.entries()) {
      for (const other of rows.slice(place + 1)) {
        const [a, b] = point[one]! < point[other]! ? [one, other] : [other, one];
        addSample(pairs, point[a]!, point[b]!, way, time[b]! - time[a]!);
      }
    }
  }
  return pairs;
}

function addSample(pairs: Map<number, Pair>, a: number, b: number, way: 0 | 1, difference: number): void {
  const key = a * 65_536 + b;
  let pair = pairs.get(key);
  if (pair === undefined) {
    pair = { a, b, least: [Infinity, Infinity], most: [-Infinity, -Infinity], count: [0, 0] };
    pairs.set(key, pair);
  }
  pair.least[way] = Math.min(pair.least[way], difference);
  pair.most[way] = Math.max(pair.most[way], difference);
  pair.count[way]++;
}
