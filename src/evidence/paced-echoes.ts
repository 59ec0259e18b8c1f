// Owns what captures at two pods tell of paced echoes: how many were lost on the way there, how many on the way back.

import { word } from '../packet/bytes.ts';
import { type Pieces, readFrames } from '../packet/capture-parser.ts';
import { decode } from '../packet/decode.ts';
import { destinationOf, sourceOf } from '../packet/fields.ts';
import { Layers, layer } from '../packet/layers.ts';

/** An echo that passed a pod's interface. */
export interface EchoSighting {
  /** Milliseconds since 1970. */
  readonly time: number;
  readonly isRequest: boolean;
  readonly source: string;
  readonly destination: string;
  readonly sequence: number;
}

/** A span of time, in milliseconds since 1970. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** What became of packets in one direction. */
export interface OneWay {
  readonly sent: number;
  /** Those too that were held back until the span was over: a kernel queues what waits for a neighbor's address. */
  readonly lost: number;
  /** Milliseconds between two arrivals at most; the ends of the span count as arrivals. */
  readonly longestGapMs: number;
  /** True when nothing came any more until the span's end, so that the gap may be longer. */
  readonly isOpen: boolean;
}

/** What became of the echoes from one pod to another: requests on the way there, answers on the way back. */
export interface PairLoss {
  readonly from: string;
  readonly to: string;
  readonly requests: OneWay;
  readonly answers: OneWay;
}

/** One end of a pair: its name, its address and what was caught at its interface. */
export interface EchoEnd {
  readonly name: string;
  readonly address: string;
  readonly seen: readonly EchoSighting[];
}

const requestTypes: readonly number[] = [8, 128];
const replyTypes: readonly number[] = [0, 129];

/** The echoes in a capture file that carry `nonce`. */
export function echoesIn(pcap: Pieces, nonce: Buffer): readonly EchoSighting[] {
  const seen: EchoSighting[] = [];
  const layers = new Layers();
  readFrames(pcap, ({ bytes, start, end, seconds, nanoseconds, interface: { linkType } }) => {
    decode(layers, bytes, start, end, linkType);
    const last = layers.lastKind();
    if (last !== layer.icmp && last !== layer.icmpv6) return;
    const at = layers.starts[layers.count - 1]!;
    const isRequest = requestTypes.includes(bytes[at]!);
    if (!isRequest && !replyTypes.includes(bytes[at]!)) return;
    if (!Buffer.from(bytes.buffer, bytes.byteOffset + at, end - at).includes(nonce)) return;
    seen.push({
      time: seconds * 1000 + nanoseconds / 1e6,
      isRequest,
      source: sourceOf(layers, bytes, layers.innerIp),
      destination: destinationOf(layers, bytes, layers.innerIp),
      sequence: word(bytes, at + 6),
    });
  });
  return seen;
}

/**
 * What was lost in a span, both ways apart: a request that left and did not come, an answer that left and did not come.
 * A request that could not even leave is lost too: `made` is how many the sender made, one every `pace` milliseconds.
 */
export function pairLoss(from: EchoEnd, to: EchoEnd, made: number, pace: number, span: Span): PairLoss {
  const times = (end: EchoEnd, isRequest: boolean): ReadonlyMap<number, number> => {
    const [source, destination] = isRequest ? [from.address, to.address] : [to.address, from.address];
    const first = new Map<number, number>();
    for (const echo of end.seen) {
      if (echo.isRequest !== isRequest || echo.source !== source || echo.destination !== destination) continue;
      if (!first.has(echo.sequence)) first.set(echo.sequence, echo.time);
    }
    return first;
  };
  return {
    from: from.name,
    to: to.name,
    requests: oneWay(madeAt(times(from, true), made, pace), times(to, true), span),
    answers: oneWay(times(to, false), times(from, false), span),
  };
}

/** When each request was made; those that did not leave were made a pace after the one before. */
function madeAt(left: ReadonlyMap<number, number>, made: number, pace: number): ReadonlyMap<number, number> {
  const times = new Map<number, number>();
  const [first] = left;
  let time = first === undefined ? 0 : first[1] - first[0] * pace;
  for (let sequence = 1; sequence <= Math.max(made, ...left.keys()); sequence++) {
    time = left.get(sequence) ?? time + pace;
    times.set(sequence, time);
  }
  return times;
}

/** Milliseconds that a packet may be on its way when a span ends. */
const onItsWayMs = 100;

function oneWay(left: ReadonlyMap<number, number>, came: ReadonlyMap<number, number>, { from, to }: Span): OneWay {
  const sent = [...left].filter(([, time]) => time >= from && time < to);
  const isLost = ([sequence, time]: readonly [number, number]): boolean => {
    const arrival = came.get(sequence) ?? Infinity;
    return arrival >= to && arrival - time > onItsWayMs;
  };
  const lost = sent.filter(isLost).length;
  const arrivals = [...came.values()].filter((time) => time >= from && time < to).sort((a, b) => a - b);
  let longest = 0;
  let before = from;
  for (const time of arrivals) {
    longest = Math.max(longest, time - before);
    before = time;
  }
  const tail = to - before;
  const isOpen = lost > 0 && tail > longest;
  return { sent: sent.length, lost, longestGapMs: Math.round(Math.max(longest, tail)), isOpen };
}
