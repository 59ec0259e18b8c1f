// Owns what is counted and written down of each point beside its flows: kinds of packets, BGP messages, ARP.

import { type BgpMessage, bgpHeaderLength, isBgpMarker } from '../packet/bgp-message.ts';
import { BgpStream, bgpPort } from '../packet/bgp-stream.ts';
import { ipv4Text, long, macText, word } from '../packet/bytes.ts';
import { destinationOf, sourceOf, tcpFlags, ttlOf } from '../packet/fields.ts';
import type { Frame } from '../packet/frame.ts';
import { ending, type Layers, layer, layerNames } from '../packet/layers.ts';

/** What a point saw, in numbers. */
export interface PointCounts {
  packets: number;
  bytes: number;
  /** Nanoseconds, on the point's clock; undefined without packets. */
  first: number | undefined;
  last: number | undefined;
  /** Packets by `ending`, at its numbers. */
  readonly endings: number[];
  /** Packets by the name of their last known header; TCP, ICMP, ARP. */
  readonly protocols: number[];
  /** Packets without any link-layer header. */
  bare: number;
  /** Frames from or to ee:ee:ee:ee:ee:ee, the host end of every Calico veth. */
  calico: number;
}

/** A BGP message, with the packet in which it ends. */
export interface SeenBgp {
  readonly point: number;
  readonly frame: number;
  readonly time: number;
  readonly source: string;
  readonly destination: string;
  readonly sourcePort: number;
  readonly destinationPort: number;
  readonly message: BgpMessage;
}

/** What a BFD speaker (RFC 5880) told at a point: every state once, until it changes. */
export interface SeenBfd {
  /** The first of its packets, in the table of sightings. */
  readonly row: number;
  readonly states: { readonly state: number; readonly diagnostic: number }[];
}

/** An ARP packet (RFC 826). */
export interface SeenArp {
  readonly point: number;
  readonly frame: number;
  readonly operation: number;
  readonly sender: string;
  readonly senderMac: string;
  readonly target: string;
}

const mostBgp = 10_000;
const mostArp = 10_000;
const mostStreams = 1_000;
const mostSenders = 8;
const mostStates = 20;

/** The books of all points. */
export class Ledger {
  readonly points: PointCounts[] = [];
  readonly bgp: SeenBgp[] = [];
  readonly arp: SeenArp[] = [];
  /** By point and flow. */
  readonly bfd = new Map<string, SeenBfd>();
  /** Source addresses of IP packets by the Ethernet address they came from: one entry for each flow's first packet. */
  readonly addressesOf = new Map<string, Set<string>>();
  private readonly streams = new Map<string, BgpStream>();
  private hasOtherPorts = false;

  /** Writes one decoded frame down. */
  count(point: number, layers: Layers, bytes: Uint8Array, frame: Frame, time: number): void {
    this.points[point] ??= newCounts();
    const counts = this.points[point];
    const last = layers.lastKind();
    if (layers.kinds[0] === layer.ethernet && isCalicoMac(bytes, layers.starts[0]!)) counts.calico++;
    if (layers.outerIp === 0) counts.bare++;
    counts.packets++;
    counts.bytes += frame.length;
    // Frames of a file need not stand in the order of their times.
    counts.first = Math.min(counts.first ?? time, time);
    counts.last = Math.max(counts.last ?? time, time);
    counts.endings[layers.ending]!++;
    counts.protocols[last]!++;
    if (last === layer.tcp) {
      const at = layers.starts[layers.count - 1]!;
      // Calico may listen on another port (listenPort): then a message's marker tells, and all that follows it is BGP.
      const isBgp = word(bytes, at) === bgpPort || word(bytes, at + 2) === bgpPort;
      if (isBgp || this.isBgpStream(point, layers, bytes, at)) this.readBgp(point, layers, bytes, at, frame, time);
    } else if (last === layer.arp && this.arp.length < mostArp) {
      const at = layers.starts[layers.count - 1]!;
      const [sender, senderMac] = [ipv4Text(bytes, at + 14), macText(bytes, at + 8)];
      const target = ipv4Text(bytes, at + 24);
      this.arp.push({ point, frame: frame.number, operation: word(bytes, at + 6), sender, senderMac, target });
    }
  }

  /** Notes a BFD packet's state; `row` is its own. */
  noteBfd(point: number, flow: number, row: number, layers: Layers, bytes: Uint8Array): void {
    const at = layers.starts[layers.count - 1]!;
    const [diagnostic, state] = [bytes[at]! & 0x1f, bytes[at + 1]! >> 6];
    const key = `${point} ${flow}`;
    const known = this.bfd.get(key);
    const before = known?.states.at(-1);
    if (before?.state === state && before.diagnostic === diagnostic) return;
    if (known === undefined && this.bfd.size < mostStreams) this.bfd.set(key, { row, states: [{ state, diagnostic }] });
    else if (known !== undefined && known.states.length < mostStates) known.states.push({ state, diagnostic });
  }

  /** Notes whose Ethernet address a packet's outermost source address came from. */
  noteSender(layers: Layers, bytes: Uint8Array): void {
    if (layers.kinds[0] !== layer.ethernet || this.addressesOf.size === mostArp) return;
    // A router sends on what others sent: its own packets still have the TTL that systems begin with.
    if (![64, 128, 255].includes(ttlOf(layers, bytes, layers.outerIp))) return;
    // Whoever has an address has a link-local one too, and asks for it from ::.
    if (layers.kinds[layers.outerIp] === layer.ipv6) return;
    const mac = macText(bytes, layers.starts[0]! + 6);
    const known = this.addressesOf.get(mac) ?? new Set();
    if (known.size < mostSenders) this.addressesOf.set(mac, known.add(sourceOf(layers, bytes, layers.outerIp)));
  }

  private isBgpStream(point: number, layers: Layers, bytes: Uint8Array, at: number): boolean {
    if (layers.end - layers.at >= bgpHeaderLength && isBgpMarker(bytes, layers.at)) return true;
    return this.hasOtherPorts && this.streams.has(streamOf(point, layers, bytes, at).key);
  }

  private readBgp(point: number, layers: Layers, bytes: Uint8Array, at: number, frame: Frame, time: number): void {
    const { key, source, destination, sourcePort, destinationPort } = streamOf(point, layers, bytes, at);
    let stream = this.streams.get(key);
    if (stream === undefined) {
      // The oldest is forgotten: a Map keeps the order in which keys came.
      if (this.streams.size === mostStreams) this.streams.delete(this.streams.keys().next().value ?? '');
      stream = new BgpStream();
      if (sourcePort !== bgpPort && destinationPort !== bgpPort) this.hasOtherPorts = true;
      this.streams.set(key, stream);
    }
    const isSyn = (tcpFlags(bytes, at) & 2) !== 0;
    for (const message of stream.take(long(bytes, at + 4), isSyn, bytes, layers.at, layers.end)) {
      if (this.bgp.length === mostBgp) return;
      this.bgp.push({ point, frame: frame.number, time, source, destination, sourcePort, destinationPort, message });
    }
  }
}

/** One direction of a TCP connection as one point saw it. */
function streamOf(point: number, layers: Layers, bytes: Uint8Array, at: number) {
  const source = sourceOf(layers, bytes, layers.innerIp);
  const destination = destinationOf(layers, bytes, layers.innerIp);
  const [sourcePort, destinationPort] = [word(bytes, at), word(bytes, at + 2)];
  const key = `${point} ${source} ${sourcePort} ${destination} ${destinationPort}`;
  return { key, source, destination, sourcePort, destinationPort };
}

function isCalicoMac(bytes: Uint8Array, at: number): boolean {
  return bytes[at] === 0xee ? isAllEe(bytes, at) : bytes[at + 6] === 0xee && isAllEe(bytes, at + 6);
}

function isAllEe(bytes: Uint8Array, at: number): boolean {
  for (let place = at; place < at + 6; place++) if (bytes[place] !== 0xee) return false;
  return true;
}

function newCounts(): PointCounts {
  const endings = Array<number>(Object.keys(ending).length).fill(0);
  return {
    packets: 0,
    bytes: 0,
    first: undefined,
    last: undefined,
    endings,
    protocols: Array<number>(layerNames.length).fill(0),
    bare: 0,
    calico: 0,
  };
}
