// Owns a capture as tables: one for each way that packets took, a line a point in the order of the way.

import type { CaptureEvidence, CaptureLine } from '../evidence/capture.ts';
import type { OuterHeader, PacketSighting, Wrapping } from '../evidence/follow.ts';
import { timeText } from './analysis.ts';

/** The way of one packet, and how many others took the same. */
export interface WayTable {
  /** `request 1: 10.244.0.2 > 10.244.2.2, echo 1`. */
  readonly title: string;
  readonly headings: readonly string[];
  readonly rows: readonly (readonly string[])[];
  readonly lines: readonly CaptureLine[];
}

/** The tables of a capture: a packet that took a way which an earlier one took is only told of in its title. */
export function wayTables(evidence: CaptureEvidence, isWide: boolean): readonly WayTable[] {
  const ways = new Map<string, { readonly lines: readonly CaptureLine[]; readonly others: PacketSighting[] }>();
  for (const lines of packetsIn(evidence.lines)) {
    const key = lines.map(wayKey).join('\n');
    const known = ways.get(key);
    if (known === undefined) ways.set(key, { lines, others: [] });
    else known.others.push(lines[0]!.packet);
  }
  return [...ways.values()].map(({ lines, others }) => tableOf(lines, others, isWide));
}

/** The lines of each packet. */
export function packetsIn(lines: readonly CaptureLine[]): readonly (readonly CaptureLine[])[] {
  const packets = new Map<number, CaptureLine[]>();
  for (const line of lines) packets.set(line.packet.packet, [...(packets.get(line.packet.packet) ?? []), line]);
  return [...packets.values()];
}

/** Ports and ids that a translation chose by chance make no other way, nor do the segments of a connection. */
function wayKey({ point, direction, packet }: CaptureLine): string {
  const { kind, ttl, wrapping, outer, length, note = '' } = packet;
  const type = isSegment(packet) ? 'TCP' : `${typeOf(packet)} ${length}`;
  const told = note.replace(/(?<=[\d\]]):\d+|ICMP id .*/g, '');
  return [kind, type, point.name, direction, ttl, wrapping, outer?.source, outer?.destination, told].join(' ');
}

function isSegment({ what }: PacketSighting): boolean {
  return what.startsWith('TCP');
}

/** What a packet is, without its number. */
function typeOf({ what }: PacketSighting): string {
  return what.replace(/ \d+$/, '');
}

/** `, and 3 more the same way (2 TCP ACK; TCP FIN ACK)`. */
function othersText(others: readonly PacketSighting[]): string {
  if (others.length === 0) return '';
  const more = `, and ${others.length} more the same way`;
  if (!others.every(isSegment)) return more;
  const counts = new Map<string, number>();
  for (const { what } of others) counts.set(what, (counts.get(what) ?? 0) + 1);
  return `${more} (${[...counts].map(([what, count]) => (count > 1 ? `${count} ${what}` : what)).join('; ')})`;
}

function tableOf(lines: readonly CaptureLine[], others: readonly PacketSighting[], isWide: boolean): WayTable {
  const { kind, source, destination, what } = lines[0]!.packet;
  const more = othersText(others);
  const hasNotes = lines.some(({ packet }) => packet.note !== undefined);
  const headings = ['POINT', 'DIRECTION', 'ENCAPSULATION', 'TTL', 'LENGTH', 'IP ID', 'DF', 'TIME'];
  if (isWide) headings.push('SOURCE MAC', 'DESTINATION MAC');
  if (hasNotes) headings.push('NOTE');
  const rows = lines.map(({ point, direction, packet, sinceFirst }) => {
    const row = [point.name, direction, encapsulationText(packet.wrapping, packet.outer), String(packet.ttl)];
    row.push(String(packet.length), idText(packet), packet.isUnfragmentable ? 'DF' : '-', timeText(sinceFirst));
    if (isWide) row.push(packet.sourceMac ?? '-', packet.destinationMac ?? '-');
    if (hasNotes) row.push(packet.note ?? '');
    return row;
  });
  return { title: `${kind}: ${source} > ${destination}, ${what}${more}`, headings, rows, lines };
}

/** IPv6 has an identification only in fragments (RFC 8200 section 4.5). */
function idText({ source, ipId }: PacketSighting): string {
  return source.includes(':') ? '-' : `0x${ipId.toString(16).padStart(4, '0')}`;
}

/** How a packet is wrapped, with the outer header where there is one. */
export function encapsulationText(wrapping: Wrapping, outer: Omit<OuterHeader, 'overhead'> | undefined): string {
  if (outer === undefined) return 'plain';
  const name = wrapping === 'vxlan' ? `VXLAN ${outer.vni ?? ''}`.trim() : 'IPIP';
  return `${name} ${outer.source} > ${outer.destination} ttl ${outer.ttl}`;
}
