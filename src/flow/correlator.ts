// Owns taking packets in from every point: each frame is decoded once and becomes a row of the table of sightings.

import { long, word } from '../packet/bytes.ts';
import { decode, decodeQuoted } from '../packet/decode.ts';
import { fragmentationOf, isIcmpError, tcpFlags, tcpOption, tcpPayloadLength, ttlOf } from '../packet/fields.ts';
import type { Frame } from '../packet/frame.ts';
import { ending, Layers, layer } from '../packet/layers.ts';
import { Fingerprint } from './fingerprint.ts';
import { type Flow, Flows } from './flow.ts';
import { mixIdentity, mixUntranslated } from './identity.ts';
import { Ledger } from './ledger.ts';
import { Links } from './links.ts';
import { mark, type Sighting, Sightings } from './sightings.ts';
import { type Wrap, Wraps } from './wrapping.ts';

/** An ICMP error seen at a point, and the identity of the packet it quotes. */
export interface SeenError {
  readonly row: number;
  readonly keyLow: number;
  readonly keyHigh: number;
  /** What `fragmentation needed` or `packet too big` states. */
  readonly mtu: number;
}

/** A place where packets were captured. */
export interface Point {
  readonly index: number;
  readonly name: string;
}

/** ICMP errors that are kept. */
const mostErrors = 10_000;

/**
 * Takes frames from any number of points. Points may be read one after another or at the same time; their clocks may
 * differ. What comes of it is read from the public fields by `correlate`.
 */
export class Correlator {
  readonly points: Point[] = [];
  readonly sightings = new Sightings();
  readonly flows = new Flows();
  readonly wraps = new Wraps();
  readonly links = new Links();
  readonly errors: SeenError[] = [];
  readonly ledger = new Ledger();
  private readonly layers = new Layers();
  private readonly quoted = new Layers();
  private readonly print = new Fingerprint();
  private epoch: number | undefined;
  private readonly row: Sighting = {
    point: 0,
    frame: 0,
    time: 0,
    flow: 0,
    keyLow: 0,
    keyHigh: 0,
    natLow: 0,
    natHigh: 0,
    wrap: 0,
    ttl: 0,
    outerTtl: 0,
    length: 0,
    link: 0,
    sequence: 0,
    ack: 0,
    payload: 0,
    ipId: 0,
    marks: 0,
  };

  /** Adds a point; its packets are given to `see`. */
  addPoint(name: string): Point {
    const point = { index: this.points.length, name };
    this.points.push(point);
    return point;
  }

  /** Takes one frame that was captured at a point. */
  see(point: Point, frame: Frame): void {
    const { layers, row, print } = this;
    const { bytes } = frame;
    decode(layers, bytes, frame.start, frame.end, frame.interface.linkType);
    this.epoch ??= frame.seconds;
    row.time = (frame.seconds - this.epoch) * 1_000_000_000 + frame.nanoseconds;
    this.ledger.count(point.index, layers, bytes, frame, row.time);
    const ip = layers.innerIp;
    if (ip < 0) return;
    const known = this.flows.all.length;
    const flow = this.flows.find(print, layers, bytes);
    if (flow === known) this.ledger.noteSender(layers, bytes);
    if (flow < 0) {
      this.sightings.beyond++;
      return;
    }
    row.flow = flow;
    mixIdentity(print, layers, bytes);
    row.keyLow = print.low;
    row.keyHigh = print.high;
    const isTold = mixUntranslated(print, layers, bytes);
    row.natLow = isTold ? print.low : 0;
    row.natHigh = isTold ? print.high : 0;
    row.wrap = this.wraps.find(print, layers, bytes);
    row.point = point.index;
    row.frame = frame.number;
    row.ttl = ttlOf(layers, bytes, ip);
    row.outerTtl = ttlOf(layers, bytes, layers.outerIp);
    row.length = frame.length;
    row.link = this.links.find(print, layers, bytes);
    this.fillTransport(bytes, ip);
    this.sightings.add(row);
    if (layers.lastKind() === layer.bfd)
      this.ledger.noteBfd(point.index, flow, this.sightings.count - 1, layers, bytes);
    const last = layers.kinds[layers.transport]!;
    const at = layers.starts[layers.transport]!;
    if ((last === layer.icmp || last === layer.icmpv6) && isIcmpError(last, bytes[at]!)) this.seeError(bytes, at, last);
  }

  /** The flow of a row. */
  flowAt(row: number): Flow {
    return this.flows.all[this.sightings.flow[row]!]!;
  }

  /** The wrapping of a row. */
  wrapAt(row: number): Wrap {
    return this.wraps.all[this.sightings.wrap[row]!]!;
  }

  /** Seconds since 1970 of time 0 in the table. */
  get firstSecond(): number {
    return this.epoch ?? 0;
  }

  private fillTransport(bytes: Uint8Array, ip: number): void {
    const { layers, row } = this;
    const last = layers.transport;
    const at = layers.starts[last]!;
    const kind = layers.kinds[last]!;
    const { id, isUnfragmentable, hasMore, offset } = fragmentationOf(layers, bytes, ip);
    row.ipId = id & 0xffff;
    row.marks = (isUnfragmentable ? mark.unfragmentable : 0) | (hasMore ? mark.moreFragments : 0);
    if (fragmentationOf(layers, bytes, layers.outerIp).isUnfragmentable) row.marks |= mark.outerUnfragmentable;
    if (layers.ending === ending.fragment) row.marks |= mark.laterFragment;
    row.sequence = offset;
    row.ack = 0;
    row.payload = 0;
    if (kind === layer.tcp) {
      const flags = tcpFlags(bytes, at);
      row.marks |= (flags & 1 ? mark.finish : 0) | (flags & 2 ? mark.syn : 0) | (flags & 4 ? mark.reset : 0);
      row.sequence = long(bytes, at + 4);
      row.ack = long(bytes, at + 8);
      row.payload = tcpPayloadLength(layers, bytes, last);
      if ((flags & 2) !== 0) this.flows.all[row.flow]!.mss = tcpOption(bytes, at, 2);
    } else if (kind === layer.icmp || kind === layer.icmpv6) row.sequence = word(bytes, at + 6);
  }

  private seeError(bytes: Uint8Array, at: number, kind: number): void {
    const { quoted, print, layers } = this;
    if (this.errors.length === mostErrors) return;
    decodeQuoted(quoted, bytes, at, layers.end);
    if (quoted.innerIp < 0) return;
    this.flows.find(print, quoted, bytes);
    mixIdentity(print, quoted, bytes);
    const isTooBig = kind === layer.icmp ? bytes[at] === 3 && bytes[at + 1] === 4 : bytes[at] === 2;
    const mtu = isTooBig ? (kind === layer.icmp ? word(bytes, at + 6) : long(bytes, at + 4)) : 0;
    this.errors.push({ row: this.sightings.count - 1, keyLow: print.low, keyHigh: print.high, mtu });
  }
}
