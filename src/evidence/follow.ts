// Owns following packets through the points of a capture: which sightings are one packet, and what each point saw of it.

import { Correlator } from '../flow/correlator.ts';
import { translationText } from '../flow/find-paths.ts';
import { errorName } from '../flow/find-tcp.ts';
import type { Flow } from '../flow/flow.ts';
import { groupsOf } from '../flow/groups.ts';
import { packetsOf } from '../flow/paths.ts';
import { mark } from '../flow/sightings.ts';
import { macText } from '../packet/bytes.ts';
import { type Pieces, readFrames } from '../packet/capture-parser.ts';
import { frameTime } from '../packet/frame.ts';
import { linkType } from '../packet/link-type.ts';

/** How a packet is wrapped: not at all, IP in IP (RFC 2003), or VXLAN (RFC 7348). */
export type Wrapping = 'none' | 'ipip' | 'vxlan';

/** The outermost header of a wrapped packet. */
export interface OuterHeader {
  readonly source: string;
  readonly destination: string;
  readonly ttl: number;
  /** VXLAN's network identifier. */
  readonly vni: number | undefined;
  /** Bytes from the outer IP header to the inner one. */
  readonly overhead: number;
}

/** One packet as one point saw it. */
export interface PacketSighting {
  /** Nanoseconds since 1970. */
  readonly time: bigint;
  /** `request`: from the end that asks; `reply`: to it; `error`: an ICMP error about one of them. */
  readonly kind: 'request' | 'reply' | 'error';
  /** From 0 in the order in which packets were first seen: sightings of one packet have the same. */
  readonly packet: number;
  /** From 0 among the sightings of its packet, in the order of its way. */
  readonly place: number;
  /** An echo's sequence number; from 1 the connection or datagram of TCP and UDP. */
  readonly sequence: number;
  /** `echo request 1`, `TCP SYN`, `fragmentation needed, MTU 1400`. */
  readonly what: string;
  readonly source: string;
  readonly destination: string;
  /** Of the packet's own IP header, not the wrapping's. */
  readonly ttl: number;
  readonly wrapping: Wrapping;
  readonly outer: OuterHeader | undefined;
  /** Of the outermost Ethernet header; undefined on a raw IP device. */
  readonly sourceMac: string | undefined;
  readonly destinationMac: string | undefined;
  /** Bytes of the outermost IP packet. */
  readonly length: number;
  /** Identification of the packet's own IP header; 0 in IPv6. */
  readonly ipId: number;
  readonly isUnfragmentable: boolean;
  /** `SNAT …`, `DNAT …` since the point before, of an answer `un-SNAT …`, `un-DNAT …`; `seen again` at a point it had passed; undefined when plain. */
  readonly note: string | undefined;
  /** The number of the frame in the point's file. */
  readonly frame: number;
}

/** A point's name and its capture file. */
export interface CapturedFile {
  readonly name: string;
  readonly pcap: Pieces;
}

/** What was read of all points. */
export interface Followed {
  /** Packets of any kind in each file. */
  readonly packets: readonly number[];
  /** Sightings at each point, in the order of the file. */
  readonly sightings: readonly (readonly PacketSighting[])[];
}

/** Which packets to follow: a flow that has one frame for which this is true, all that is made of it, and its answers. */
export type IsOurs = (flow: Flow, frame: Uint8Array) => boolean;

/** Takes the flows of packets that carry certain bytes. */
export function carries(nonce: Buffer): IsOurs {
  return (_, frame) => Buffer.from(frame.buffer, frame.byteOffset, frame.length).includes(nonce);
}

/** Bytes of an Ethernet header; a capture's lengths have them, an MTU has not. */
const ethernetHeader = 14;

/**
 * Follows packets through capture files, given in path order, whose times are of one clock. What came after `until`, in
 * nanoseconds since 1970, is only counted.
 */
export function followPackets(files: readonly CapturedFile[], isOurs: IsOurs, until?: bigint): Followed {
  const table = new Correlator();
  const macs = new Map<number, readonly [string, string]>();
  const ours = new Set<number>();
  const packets = files.map(({ name, pcap }) => {
    const point = table.addPoint(name);
    return readFrames(pcap, (frame) => {
      if (until !== undefined && frameTime(frame) > until) return;
      const row = table.sightings.count;
      table.see(point, frame);
      if (table.sightings.count === row) return;
      const { bytes, start, end } = frame;
      if (frame.interface.linkType === linkType.ethernet)
        macs.set(row, [macText(bytes, start + 6), macText(bytes, start)]);
      const flow = table.flowAt(row);
      if (flow.error === undefined && isOurs(flow, bytes.subarray(start, end))) ours.add(flow.index);
    }).frames;
  });
  return { packets, sightings: sightingsOf(table, ours, macs) };
}

function sightingsOf(
  table: Correlator,
  asked: ReadonlySet<number>,
  macs: ReadonlyMap<number, readonly [string, string]>,
): PacketSighting[][] {
  const groups = groupsOf(table);
  const all = packetsOf(table, groups);
  const flows = directionsOf(table, asked, all);
  const abouts = new Map(
    table.errors.map(({ row, keyLow, keyHigh, mtu }) => [
      `${table.sightings.keyLow[row]} ${table.sightings.keyHigh[row]}`,
      { head: groups.find(keyLow, keyHigh), mtu },
    ]),
  );
  const found: PacketSighting[][] = table.points.map(() => []);
  let packet = 0;
  for (const { rows } of all) {
    const first = rows[0]!;
    const flow = table.flowAt(first);
    const about =
      flow.error === undefined
        ? undefined
        : abouts.get(`${table.sightings.keyLow[first]} ${table.sightings.keyHigh[first]}`);
    const aboutFlow = about === undefined || about.head < 0 ? undefined : table.flowAt(about.head);
    const known = flows.get((aboutFlow ?? flow).index);
    const kind = known && (flow.error === undefined ? known.kind : 'error');
    if (known === undefined || kind === undefined) continue;
    const subject = aboutFlow ?? flow;
    const sequence =
      subject.protocol === 'icmp' || subject.protocol === 'icmpv6'
        ? table.sightings.sequence[about?.head ?? first]!
        : known.connection;
    for (const [place, row] of rows.entries()) {
      const before = rows[place - 1];
      const points = rows.slice(0, place).map((other) => table.sightings.point[other]);
      found[table.sightings.point[row]!]!.push({
        ...headersOf(table, row),
        kind,
        packet,
        place,
        sequence,
        what: whatOf(table, row, about?.mtu ?? 0),
        sourceMac: macs.get(row)?.[0],
        destinationMac: macs.get(row)?.[1],
        note: noteOf(table, kind, before, row, points.includes(table.sightings.point[row])),
      });
    }
    packet++;
  }
  return found;
}

/** The way of a flow, and from 1 the connection that it is of. */
interface Direction {
  readonly kind: 'request' | 'reply';
  readonly connection: number;
}

/** Every flow that is ours: asked for, made of those by translation, and what answers any of them. */
function directionsOf(
  table: Correlator,
  asked: ReadonlySet<number>,
  packets: readonly { readonly rows: readonly number[] }[],
): ReadonlyMap<number, Direction> {
  const translated = new Map<number, Set<number>>();
  for (const { rows } of packets) {
    const own = [...new Set(rows.map((row) => table.sightings.flow[row]!))];
    if (own.length === 1) continue;
    for (const index of own) translated.set(index, new Set([...(translated.get(index) ?? []), ...own]));
  }
  const known = new Map<number, Direction>();
  let connections = 0;
  for (const index of [...asked].sort((a, b) => a - b)) {
    if (known.has(index)) continue;
    const found: [number, Direction][] = [[index, { kind: 'request', connection: ++connections }]];
    for (const [flow, direction] of found) {
      if (known.has(flow)) continue;
      known.set(flow, direction);
      for (const other of translated.get(flow) ?? []) found.push([other, direction]);
      const { reverse } = table.flows.all[flow]!;
      if (reverse >= 0) found.push([reverse, answering(direction)]);
    }
  }
  return known;
}

function answering({ kind, connection }: Direction): Direction {
  return { kind: kind === 'request' ? 'reply' : 'request', connection };
}

type Headers = Omit<
  PacketSighting,
  'kind' | 'packet' | 'place' | 'sequence' | 'what' | 'sourceMac' | 'destinationMac' | 'note'
>;

function headersOf(table: Correlator, row: number): Headers {
  const { sightings } = table;
  const { source, destination } = table.flowAt(row);
  const wrap = table.wrapAt(row);
  const isPlain = wrap.source === undefined || wrap.destination === undefined;
  return {
    time: BigInt(table.firstSecond) * 1_000_000_000n + BigInt(Math.round(sightings.time[row]!)),
    source,
    destination,
    ttl: sightings.ttl[row]!,
    wrapping: isPlain ? 'none' : wrap.vni === undefined ? 'ipip' : 'vxlan',
    outer: isPlain
      ? undefined
      : {
          source: wrap.source,
          destination: wrap.destination,
          ttl: sightings.outerTtl[row]!,
          vni: wrap.vni,
          overhead: wrap.overhead,
        },
    length: sightings.length[row]! - (sightings.link[row] === 0 ? 0 : ethernetHeader),
    ipId: sightings.ipId[row]!,
    isUnfragmentable: (sightings.marks[row]! & mark.unfragmentable) !== 0,
    frame: sightings.frame[row]!,
  };
}

function whatOf(table: Correlator, row: number, mtu: number): string {
  const { sightings } = table;
  const { protocol, error, id } = table.flowAt(row);
  if (error !== undefined)
    return errorName(protocol, error.type, error.code) + (mtu > 0 ? `, next hop MTU ${mtu}` : '');
  const [marks, payload] = [sightings.marks[row]!, sightings.payload[row]!];
  if ((marks & mark.laterFragment) !== 0) return 'later fragment';
  const part = (marks & mark.moreFragments) === 0 ? '' : 'first fragment, ';
  if (protocol.startsWith('icmp') && id !== undefined) return `${part}echo ${sightings.sequence[row]}`;
  if (protocol !== 'tcp') return `${part}${protocol === 'icmpv6' ? 'ICMPv6' : protocol.toUpperCase()}`;
  const flags = [
    (marks & mark.syn) === 0 ? '' : ' SYN',
    (marks & mark.finish) === 0 ? '' : ' FIN',
    (marks & mark.reset) === 0 ? '' : ' RST',
    sightings.ack[row] === 0 ? '' : ' ACK',
  ];
  return `TCP${flags.join('')}${payload === 0 ? '' : `, ${payload} bytes`}`;
}

function noteOf(
  table: Correlator,
  kind: PacketSighting['kind'],
  before: number | undefined,
  row: number,
  isAgain: boolean,
): string | undefined {
  const notes: string[] = [];
  if (before !== undefined && table.sightings.flow[before] !== table.sightings.flow[row])
    notes.push(translationText(table.flowAt(before), table.flowAt(row), kind !== 'request'));
  if (isAgain) notes.push('seen again');
  return notes.length === 0 ? undefined : notes.join(', ');
}
