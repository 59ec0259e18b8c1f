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

/** Times of packets at b less those at a, for each direction between two hosts. */
interface Ways {
  readonly least: [number, number];
  readonly most: [number, number];
  readonly count: [number, number];
}

interface Pair {
  readonly a: number;
  readonly b: number;
  /** All packets. */
  readonly all: Ways;
  /** By the hosts at their ends: what is forward for one pair of hosts may be backward for another. */
  readonly byEnds: Map<number, Ways>;
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
  const { least, most, count } = pair.all;
  const samples = count[0] + count[1];
  const sign = isForward ? 1 : -1;
  if (bounds === undefined || known.basis === 'one way') {
    const [low, high] = [Math.min(...least), Math.max(...most)];
    const ahead = known.ahead + sign * ((low + high) / 2);
    const uncertainty = known.uncertainty + (high - low) / 2;
    return { basis: 'one way', ahead, uncertainty, correction: known.correction, samples };
  }
  const middle = (bounds.low + bounds.high) / 2;
  const uncertainty = known.uncertainty + (bounds.high - bounds.low) / 2;
  const ahead = known.ahead + sign * middle;
  // A difference smaller than what is not known about it is none that could be corrected.
  const isProven = Math.abs(ahead) > uncertainty + 1_000;
  return { basis: 'both ways', ahead, uncertainty, correction: isProven ? ahead : 0, samples };
}

/** What all pairs of hosts agree on; where they do not, clocks drift, and what lies between them is not known. */
function boundsOf({ byEnds }: Pair): Bounds | undefined {
  let [low, high] = [-Infinity, Infinity];
  for (const ways of byEnds.values()) {
    const bounds = boundsOfWays(ways);
    if (bounds === undefined) continue;
    low = Math.max(low, bounds.low);
    high = Math.min(high, bounds.high);
  }
  if (low === -Infinity) return undefined;
  return low <= high ? { low, high } : { low: high, high: low };
}

/**
 * Between the slowest packet of one way and the fastest of the other lies the difference. Which way leads from a to b
 * need not be known: only one of the two makes the bounds cross the right way around.
 */
function boundsOfWays({ least, most, count }: Ways): Bounds | undefined {
  if (count[0] === 0 || count[1] === 0) return undefined;
  if (least[0] >= most[1]) return { low: most[1], high: least[0] };
  if (least[1] >= most[0]) return { low: most[0], high: least[1] };
  // Both ways overlap: the points see a packet at the same moment, and what remains is jitter.
  return { low: Math.max(least[0], least[1]), high: Math.min(most[0], most[1]) };
}

/** A sample of each packet for every two points that it passed. */
function pairsOf(correlator: Correlator, groups: Groups): Map<number, Pair> {
  const { sightings, flows } = correlator;
  const pairs = new Map<number, Pair>();
  const { point, time, flow } = sightings;
  const hosts = new Map<string, number>();
  /** The hosts' number and the direction, by flow. */
  const ends: { readonly hosts: number; readonly way: 0 | 1 }[] = [];
  const endsOf = (index: number): { readonly hosts: number; readonly way: 0 | 1 } => {
    const { source, destination } = flows.all[index]!;
    const isForward = source < destination;
    const key = isForward ? `${source} ${destination}` : `${destination} ${source}`;
    const number = hosts.get(key) ?? hosts.size;
    hosts.set(key, number);
    return { hosts: number, way: isForward ? 0 : 1 };
  };
  const rows: number[] = [];
  for (const head of groups.heads) {
    if (groups.next[head] === -1) continue;
    rows.length = 0;
    for (let row = head; row >= 0; row = groups.next[row]!) rows.push(row);
    if (rows.length > 64) continue;
    for (const [a, b] of couplesOf(sightings, rows)) {
      ends[flow[a]!] ??= endsOf(flow[a]!);
      addSample(pairs, point[a]!, point[b]!, ends[flow[a]!]!, time[b]! - time[a]!);
    }
  }
  return pairs;
}

/**
 * For every two points the sightings that are nearest to each other on the way: a packet may pass a point twice, plain and wrapped.
 * None where two are equally near: one of them was sent again.
 */
function couplesOf(
  { point, ttl, wrap }: Correlator['sightings'],
  rows: readonly number[],
): readonly [number, number][] {
  const best = new Map<number, { couple: [number, number] | undefined; distance: number }>();
  for (const [place, one] of rows.entries()) {
    for (const other of rows.slice(place + 1)) {
      if (point[one] === point[other]) continue;
      const [a, b] = point[one]! < point[other]! ? [one, other] : [other, one];
      const distance = Math.abs(ttl[a]! - ttl[b]!) + (wrap[a] === wrap[b] ? 0 : 256);
      const key = point[a]! * 65_536 + point[b]!;
      const known = best.get(key);
      if (known === undefined || distance < known.distance) best.set(key, { couple: [a, b], distance });
      else if (distance === known.distance) known.couple = undefined;
    }
  }
  return [...best.values()].flatMap(({ couple }) => (couple === undefined ? [] : [couple]));
}

/** Pairs of hosts that are looked at; more tell nothing new. */
const mostEnds = 256;

function addSample(
  pairs: Map<number, Pair>,
  a: number,
  b: number,
  { hosts, way }: { readonly hosts: number; readonly way: 0 | 1 },
  difference: number,
): void {
  const key = a * 65_536 + b;
  const pair = pairs.get(key) ?? { a, b, all: noWays(), byEnds: new Map<number, Ways>() };
  pairs.set(key, pair);
  addTo(pair.all, way, difference);
  const ways = pair.byEnds.get(hosts) ?? noWays();
  if (pair.byEnds.size < mostEnds) pair.byEnds.set(hosts, ways);
  addTo(ways, way, difference);
}

function noWays(): Ways {
  return { least: [Infinity, Infinity], most: [-Infinity, -Infinity], count: [0, 0] };
}

function addTo({ least, most, count }: Ways, way: 0 | 1, difference: number): void {
  least[way] = Math.min(least[way], difference);
  most[way] = Math.max(most[way], difference);
  count[way]++;
}
