// Owns the ways that a picture draws: each a table, and for each of its lines a place in the topology and the headers there.

import type { CaptureEvidence, CaptureLine } from '../../evidence/capture.ts';
import { wayTables } from '../capture-table.ts';
import type { PictureEnd } from './topology.ts';

/** A header of a packet, the outermost first. */
export interface PictureHeader {
  readonly layer: 'ethernet' | 'tunnel' | 'ip' | 'payload';
  readonly name: string;
  readonly text: string;
}

/** A packet at one point. */
export interface PictureStop {
  readonly at: PictureEnd;
  readonly headers: readonly PictureHeader[];
}

/** One way; `stops` has an entry for each of `rows`. */
export interface PictureWay {
  readonly kind: 'request' | 'reply' | 'error';
  readonly title: string;
  readonly headings: readonly string[];
  readonly rows: readonly (readonly string[])[];
  readonly stops: readonly PictureStop[];
  /** It was lost after the last stop: on the cable when it was going out there. */
  readonly lost: 'wire' | 'machine' | undefined;
}

/** The ways of a capture, as its tables tell them; `lost` has the lines at which packets were seen last. */
export function waysOf(evidence: CaptureEvidence, lost: ReadonlySet<CaptureLine>): readonly PictureWay[] {
  return wayTables(evidence, false).map(({ title, headings, rows, lines }) => ({
    kind: lines[0]!.packet.kind,
    title,
    headings,
    rows,
    stops: lines.map((line) => ({
      at: { box: line.point.machine, port: line.point.interface },
      headers: headersOf(line),
    })),
    lost: lossAt(lines.at(-1), lost),
  }));
}

function lossAt(last: CaptureLine | undefined, lost: ReadonlySet<CaptureLine>): PictureWay['lost'] {
  if (last === undefined || !lost.has(last)) return undefined;
  return last.direction === 'out' ? 'wire' : 'machine';
}

function headersOf({ packet }: CaptureLine): readonly PictureHeader[] {
  const headers: PictureHeader[] = [];
  const { source, destination, ttl, outer, what, sourceMac, destinationMac } = packet;
  if (sourceMac !== undefined)
    headers.push({ layer: 'ethernet', name: 'Ethernet', text: `${sourceMac} > ${destinationMac}` });
  if (outer !== undefined) {
    headers.push(ipHeader('tunnel', 'outer ', outer.source, outer.destination, outer.ttl));
    if (outer.vni !== undefined) headers.push({ layer: 'tunnel', name: 'VXLAN', text: `VNI ${outer.vni}` });
  }
  headers.push(ipHeader('ip', '', source, destination, ttl));
  headers.push({ layer: 'payload', name: what, text: `${packet.length} bytes` });
  return headers;
}

function ipHeader(
  layer: PictureHeader['layer'],
  outer: string,
  source: string,
  destination: string,
  ttl: number,
): PictureHeader {
  const [name, limit] = source.includes(':') ? ['IPv6', 'hop limit'] : ['IPv4', 'TTL'];
  return { layer, name: `${outer}${name}`, text: `${source} > ${destination}, ${limit} ${ttl}` };
}
