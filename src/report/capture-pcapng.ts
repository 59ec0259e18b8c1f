// Owns a capture as one pcapng file: an interface for each point, and on each packet that was followed what is known of it.

import type { CaptureEvidence, CaptureLine, PointEvidence } from '../evidence/capture.ts';
import { CaptureParser, type Pieces } from '../packet/capture-parser.ts';
import { frameTime } from '../packet/frame.ts';
import { linkType } from '../packet/link-type.ts';
import { interfaceBlock, packetBlock, sectionBlock, type WrittenPacket } from '../packet/pcapng-writer.ts';
import { timeText } from './analysis.ts';
import { pathSentence } from './capture-path.ts';
import { encapsulationText, packetsIn } from './capture-table.ts';

/** All points' packets in the order of time; Wireshark shows the comments in its packet details. */
export function capturePcapng(evidence: CaptureEvidence): Pieces {
  return mergedPcapng(evidence.points, commentsOf(evidence));
}

/** The same of any points; comments are found by the point's name and the number of its frame. */
export function* mergedPcapng(
  points: readonly Pick<PointEvidence, 'point' | 'pcap'>[],
  comments: ReadonlyMap<string, string>,
): Generator<Uint8Array> {
  const sources = points.map(({ point, pcap }, place) => packetsOf(point.name, place, pcap, comments));
  const heads = sources.map((source) => source.next().value);
  yield sectionBlock();
  for (const [place, { point }] of points.entries())
    yield interfaceBlock({ name: point.name, linkType: heads[place]?.linkType ?? linkType.ethernet });
  for (;;) {
    const first = earliest(heads);
    if (first === undefined) return;
    yield packetBlock(first);
    heads[first.interface] = sources[first.interface]!.next().value;
  }
}

/** Packets of one file that may stand out of order: two processors wrote it. */
const window = 256;

/** A point's packets in the order of time; no more than a piece of its file is held. */
function* packetsOf(
  name: string,
  place: number,
  pcap: Pieces,
  comments: ReadonlyMap<string, string>,
): Generator<WrittenPacket & { readonly linkType: number }, undefined> {
  let packets: (WrittenPacket & { readonly linkType: number })[] = [];
  const parser = new CaptureParser((frame) => {
    packets.push({
      interface: place,
      linkType: frame.interface.linkType,
      time: frameTime(frame),
      bytes: frame.bytes.slice(frame.start, frame.end),
      length: frame.length,
      comment: comments.get(`${name} ${frame.number}`),
    });
  });
  for (const piece of pcap) {
    parser.push(piece);
    if (packets.length < 2 * window) continue;
    packets.sort(byTime);
    yield* packets.slice(0, -window);
    packets = packets.slice(-window);
  }
  yield* packets.sort(byTime);
}

function byTime(a: WrittenPacket, b: WrittenPacket): number {
  return a.time < b.time ? -1 : a.time > b.time ? 1 : 0;
}

/** The one with the least time; undefined when none is left. */
function earliest(heads: readonly (WrittenPacket | undefined)[]): WrittenPacket | undefined {
  let first: WrittenPacket | undefined;
  for (const head of heads) if (head !== undefined && (first === undefined || head.time < first.time)) first = head;
  return first;
}

/** By point and number of the frame: `request echo 1, point 3 of 12: control-plane:net0 out, plain, after 38.9 us; path found: …`. */
function commentsOf(evidence: CaptureEvidence): ReadonlyMap<string, string> {
  const verdict = pathSentence(evidence);
  const comments = new Map<string, string>();
  for (const lines of packetsIn(evidence.lines)) {
    for (const [place, line] of lines.entries())
      comments.set(`${line.point.name} ${line.packet.frame}`, `${placeText(line, place, lines.length)}; ${verdict}`);
  }
  return comments;
}

function placeText({ point, direction, packet, sinceFirst }: CaptureLine, place: number, of: number): string {
  const wrapping = encapsulationText(packet.wrapping, packet.outer);
  const note = packet.note === undefined ? '' : `, ${packet.note}`;
  return `${packet.kind} ${packet.what}, point ${place + 1} of ${of}: ${point.name} ${direction}, ${wrapping}, after ${timeText(sinceFirst)}${note}`;
}
