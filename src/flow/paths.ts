// Owns the ways packets took: the hops of each packet in order, and packets that went the same way told as one path.

import { clocksOf, type PointClock } from './clocks.ts';
import type { Correlator } from './correlator.ts';
import { Fingerprint, FingerprintIndex } from './fingerprint.ts';
import { type Groups, groupsOf } from './groups.ts';

/** A packet at one place of its way. */
export interface Hop {
  /** Rows of the first packet that went this way; its frame, length and the rest are found there. */
  readonly row: number;
  readonly point: number;
  readonly flow: number;
  readonly wrap: number;
  readonly ttl: number;
  /** Nanoseconds since the first hop, clocks corrected, of up to `mostSamples` packets. */
  readonly delays: number[];
}

/** Packets that passed the same points with the same TTLs, wrapping and translation. */
export interface Path {
  readonly index: number;
  /** The first hop's flow. */
  readonly flow: number;
  readonly hops: readonly Hop[];
  count: number;
  /** The lowest and the highest sequence number of an echo, or of TCP. */
  readonly sequences: [number, number];
  /** Times that a packet came again with all its numbers: retransmitted or sent twice. */
  repeats: number;
}

/** What became of all packets. */
export interface Correlation {
  readonly correlator: Correlator;
  readonly groups: Groups;
  readonly clocks: readonly PointClock[];
  /** In the order in which the first packet of each was read. */
  readonly paths: readonly Path[];
}

const mostSamples = 100;

/** Nanoseconds within which nobody sends the same packet again: no timer of TCP (RFC 6298) or ping is as short. */
const copyLimit = 1_000_000;

/** Brings together what the points saw: identities, clocks, paths. */
export function correlate(correlator: Correlator): Correlation {
  const groups = groupsOf(correlator);
  const clocks = clocksOf(correlator, groups);
  const paths = new Paths(correlator, clocks);
  const rows: number[] = [];
  for (const head of groups.heads) {
    rowsOf(groups, head, rows);
    if (rows.length === 1) paths.add(rows, false);
    else paths.addAll(rows);
  }
  return { correlator, groups, clocks, paths: paths.all };
}

/** One packet on its way. */
export interface FollowedPacket {
  /** Rows of the table of sightings, in the order in which the packet passed. */
  readonly rows: readonly number[];
  /** The head of the group that the rows are of. */
  readonly head: number;
}

/** Every packet by itself, for points that share a clock (all machines of a lab that runs on one host). */
export function packetsOf(correlator: Correlator, groups: Groups): readonly FollowedPacket[] {
  const shared: PointClock = { basis: 'reference', ahead: 0, uncertainty: 0, correction: 0, samples: 0 };
  const paths = new Paths(
    correlator,
    correlator.points.map(() => shared),
  );
  const packets: FollowedPacket[] = [];
  const chain: number[] = [];
  for (const head of groups.heads) {
    for (const rows of paths.packetsIn(rowsOf(groups, head, chain))) packets.push({ rows, head });
  }
  const { time } = correlator.sightings;
  return packets.sort((a, b) => time[a.rows[0]!]! - time[b.rows[0]!]!);
}

/** Fills `rows` with a group's. */
function rowsOf(groups: Groups, head: number, rows: number[]): readonly number[] {
  rows.length = 0;
  for (let row = head; row >= 0; row = groups.next[row]!) rows.push(row);
  return rows;
}

class Paths {
  readonly all: Path[] = [];
  private readonly correlator: Correlator;
  private readonly clocks: readonly PointClock[];
  private readonly index = new FingerprintIndex();
  private readonly print = new Fingerprint();

  constructor(correlator: Correlator, clocks: readonly PointClock[]) {
    this.correlator = correlator;
    this.clocks = clocks;
  }

  /**
   * Rows with one identity: a packet that passes a point again with other Ethernet addresses or another TTL goes on
   * (a router's or a mirror's copy), and so does one that is there again at once; one that passes it again unchanged
   * and later is another packet.
   */
  packetsIn(rows: readonly number[]): readonly (readonly number[])[] {
    const { sightings } = this.correlator;
    const rounds: number[][] = [];
    const seen = new Map<string, { round: number; time: number }>();
    for (const row of rows) {
      const { point, ttl, wrap, link, flow } = sightings;
      const place = `${point[row]} ${flow[row]} ${ttl[row]} ${wrap[row]} ${link[row]} ${sightings.outerTtl[row]}`;
      const before = seen.get(place);
      const time = sightings.time[row]!;
      const isCopy = before !== undefined && Math.abs(time - before.time) < copyLimit;
      const round = before === undefined ? 0 : before.round + (isCopy ? 0 : 1);
      seen.set(place, { round, time });
      const own = rounds[round];
      if (own === undefined) rounds.push([row]);
      else own.push(row);
    }
    for (const own of rounds) if (own.length > 1) own.sort((a, b) => this.order(a, b));
    return rounds;
  }

  /** Counts every packet of a group. */
  addAll(rows: readonly number[]): void {
    for (const [round, own] of this.packetsIn(rows).entries()) this.add(own, round > 0);
  }

  /** Counts one packet whose rows are in the order of its way. */
  add(rows: readonly number[], isRepeat: boolean): void {
    const { sightings } = this.correlator;
    const { print } = this;
    print.begin();
    for (const row of rows) {
      print.add((sightings.point[row]! << 8) | sightings.ttl[row]!);
      print.add(sightings.flow[row]!);
      print.add(sightings.wrap[row]!);
    }
    const known = this.index.get(print.low, print.high);
    const path = known >= 0 ? this.all[known]! : this.make(rows);
    path.count++;
    if (isRepeat) path.repeats++;
    const sequence = sightings.sequence[rows[0]!]!;
    path.sequences[0] = Math.min(path.sequences[0], sequence);
    path.sequences[1] = Math.max(path.sequences[1], sequence);
    if (rows.length === 1 || path.count > mostSamples) return;
    const began = this.timeOf(rows[0]!);
    for (const [place, row] of rows.entries()) path.hops[place]!.delays.push(this.timeOf(row) - began);
  }

  private make(rows: readonly number[]): Path {
    const { sightings } = this.correlator;
    const hops = rows.map((row) => ({
      row,
      point: sightings.point[row]!,
      flow: sightings.flow[row]!,
      wrap: sightings.wrap[row]!,
      ttl: sightings.ttl[row]!,
      delays: [],
    }));
    const path: Path = {
      index: this.all.length,
      flow: hops[0]!.flow,
      hops,
      count: 0,
      sequences: [Infinity, 0],
      repeats: 0,
    };
    this.all.push(path);
    this.index.set(this.print.low, this.print.high, path.index);
    return path;
  }

  /**
   * A TTL only ever falls, whatever the clocks say; then the TTL of the wrapping; then time, where the clocks can be
   * compared; then the order in which the points were named, backwards for answers.
   */
  private order(a: number, b: number): number {
    const { sightings, flows } = this.correlator;
    const { ttl, outerTtl, wrap, point } = sightings;
    if (ttl[a] !== ttl[b]) return ttl[b]! - ttl[a]!;
    if (wrap[a] === wrap[b] && outerTtl[a] !== outerTtl[b]) return outerTtl[b]! - outerTtl[a]!;
    const isComparable = point[a] === point[b] || (this.isKnown(point[a]!) && this.isKnown(point[b]!));
    const between = isComparable ? this.timeOf(a) - this.timeOf(b) : 0;
    if (between !== 0) return between;
    const { index, reverse } = flows.all[sightings.flow[a]!]!;
    return (point[a]! - point[b]!) * (reverse >= 0 && reverse < index ? -1 : 1);
  }

  private isKnown(point: number): boolean {
    const { basis } = this.clocks[point]!;
    return basis === 'both ways' || basis === 'reference';
  }

  private timeOf(row: number): number {
    const { sightings } = this.correlator;
    return sightings.time[row]! - this.clocks[sightings.point[row]!]!.correction;
  }
}
