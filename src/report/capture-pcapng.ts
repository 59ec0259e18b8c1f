// Owns a capture as one pcapng file: an interface for each point, and on each packet that was followed what is known of it.

import type { CaptureEvidence, CaptureLine, PointEvidence } from '../evidence/capture.ts';
import { CaptureParser } from '../packet/capture-parser.ts';
import { type WrittenPacket, writePcapng } from '../packet/pcapng-writer.ts';
import { timeText } from './analysis.ts';
import { pathSentence } from './capture-path.ts';
import { encapsulationText, packetsIn } from './capture-table.ts';

/** All points' packets in the order of time; Wireshark shows the comments in its packet details. */
export function capturePcapng(evidence: CaptureEvidence): Uint8Array<ArrayBuffer> {
  return mergedPcapng(evidence.points, commentsOf(evidence));
}

/** The same of any points; comments are found by the point's name and the number of its frame. */
export function mergedPcapng(
  points: readonly Pick<PointEvidence, 'point' | 'pcap'>[],
  comments: ReadonlyMap<string, string>,
): Uint8Array<ArrayBuffer> {
  const packets: WrittenPacket[] = [];
  const interfaces = points.map(({ point, pcap }, place) => {
    let linkType = 1;
    const parser = new CaptureParser((frame) => {
      linkType = frame.interface.linkType;
      packets.push({
        interface: place,
        time: BigInt(frame.seconds) * 1_000_000_000n + BigInt(frame.nanoseconds),
        bytes: frame.bytes.slice(frame.start, frame.end),
        length: frame.length,
        comment: comments.get(`${point.name} ${frame.number}`),
      });
    });
    parser.push(pcap);
    parser.end();
    return { name: point.name, linkType };
  });
  packets.sort((a, b) => (a.time < b.time ? -1 : a.time > b.time ? 1 : 0));
  return writePcapng(interfaces, packets);
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
