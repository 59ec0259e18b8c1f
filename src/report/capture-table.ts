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

/** The tables of a capture: a packet that took a way which an earlier one took is only counted in its title. */
export function wayTables(evidence: CaptureEvidence, isWide: boolean): readonly WayTable[] {
  const ways = new Map<string, { readonly lines: readonly CaptureLine[]; count: number }>();
  for (const lines of packetsIn(evidence.lines)) {
    const key = lines.map(wayKey).join('\n');
    const known = ways.get(key);
    if (known === undefined) ways.set(key, { lines, count: 1 });
    else known.count++;
  }
  return [...ways.values()].map(({ lines, count }) => tableOf(lines, count, isWide));
}

/** The lines of each packet. */
export function packetsIn(lines: readonly CaptureLine[]): readonly (readonly CaptureLine[])[] {
  const packets = new Map<number, CaptureLine[]>();
  for (const line of lines) packets.set(line.packet.packet, [...(packets.get(line.packet.packet) ?? []), line]);
  return [...packets.values()];
}

function wayKey({ point, direction, packet }: CaptureLine): string {
  const { kind, ttl, wrapping, outer, length, note = '', what } = packet;
  const type = what.replace(/ \d+$/, '');
  return [kind, type, point.name, direction, ttl, wrapping, outer?.source, outer?.destination, length, note].join(' ');
}

function tableOf(lines: readonly CaptureLine[], count: number, isWide: boolean): WayTable {
  const { kind, source, destination, what } = lines[0]!.packet;
  const more = count > 1 ? `, and ${count - 1} more the same way` : '';
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
