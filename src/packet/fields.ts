// Owns reading single fields out of a decoded packet's headers, without making objects of them.

import { ipv4Text, ipv6Text, long, threeBytes, word } from './bytes.ts';
import { type Layers, layer } from './layers.ts';

/** Source of the IP header at place `index` of the list, as text. */
export function sourceOf(layers: Layers, bytes: Uint8Array, index: number): string {
  const at = layers.starts[index]!;
  return layers.kinds[index] === layer.ipv6 ? ipv6Text(bytes, at + 8) : ipv4Text(bytes, at + 12);
}

/** Destination of the IP header at place `index` of the list, as text. */
export function destinationOf(layers: Layers, bytes: Uint8Array, index: number): string {
  const at = layers.starts[index]!;
  return layers.kinds[index] === layer.ipv6 ? ipv6Text(bytes, at + 24) : ipv4Text(bytes, at + 16);
}

/** TTL or hop limit. */
export function ttlOf(layers: Layers, bytes: Uint8Array, index: number): number {
  return bytes[layers.starts[index]! + (layers.kinds[index] === layer.ipv6 ? 7 : 8)]!;
}

/** What IPv4's flags and identification, or IPv6's fragment header, say of fragments. */
export interface Fragmentation {
  /** Identification: 16 bits, 32 in IPv6; 0 without a fragment header. */
  readonly id: number;
  /** Don't Fragment; false in IPv6, which nobody fragments on the way. */
  readonly isUnfragmentable: boolean;
  readonly hasMore: boolean;
  /** In bytes. */
  readonly offset: number;
}

/** Identification, DF, MF and offset of the IP header at `index`. */
export function fragmentationOf(layers: Layers, bytes: Uint8Array, index: number): Fragmentation {
  if (layers.kinds[index] === layer.ipv4) {
    const at = layers.starts[index]!;
    const flags = word(bytes, at + 6);
    return {
      id: word(bytes, at + 4),
      isUnfragmentable: (flags & 0x4000) !== 0,
      hasMore: (flags & 0x2000) !== 0,
      offset: (flags & 0x1fff) * 8,
    };
  }
  const header = fragmentHeaderOf(layers, index);
  if (header < 0) return { id: 0, isUnfragmentable: false, hasMore: false, offset: 0 };
  const flags = word(bytes, header + 2);
  return { id: long(bytes, header + 4), isUnfragmentable: false, hasMore: (flags & 1) !== 0, offset: flags & 0xfff8 };
}

/** Where the fragment header of the IPv6 header at `index` begins, -1 without one. */
function fragmentHeaderOf(layers: Layers, index: number): number {
  for (let place = index + 1; place < layers.count; place++) {
    const kind = layers.kinds[place]!;
    if (kind === layer.fragment) return layers.starts[place]!;
    if (kind < layer.hopByHop || kind > layer.authentication) return -1;
  }
  return -1;
}

/** Where the IP packet at `index` ends by its own length field, which may lie behind what was captured. */
export function statedEnd(layers: Layers, bytes: Uint8Array, index: number): number {
  const at = layers.starts[index]!;
  const length = layers.kinds[index] === layer.ipv6 ? 40 + word(bytes, at + 4) : word(bytes, at + 2);
  return length === 0 || length === 40 ? layers.ends[index]! : at + length;
}

/** TCP's payload in bytes as sent, by the lengths in the headers, for the TCP header at `index`. */
export function tcpPayloadLength(layers: Layers, bytes: Uint8Array, index: number): number {
  const at = layers.starts[index]!;
  return Math.max(statedEnd(layers, bytes, layers.innerIp) - at - tcpHeaderLength(bytes, at), 0);
}

/** Bytes of the TCP header at `at`, options included. */
export function tcpHeaderLength(bytes: Uint8Array, at: number): number {
  return (bytes[at + 12]! >> 4) * 4;
}

/** TCP's flags: 9 bits, FIN 1, SYN 2, RST 4, PSH 8, ACK 16. */
export function tcpFlags(bytes: Uint8Array, at: number): number {
  return word(bytes, at + 12) & 0x1ff;
}

/** The value of a TCP option (2 MSS, 8 timestamps: TSval) of the header at `at`; undefined without it. */
export function tcpOption(bytes: Uint8Array, at: number, kind: 2 | 8): number | undefined {
  const end = at + tcpHeaderLength(bytes, at);
  let option = at + 20;
  while (option < end) {
    const found = bytes[option]!;
    if (found === 0) return undefined;
    if (found === 1) {
      option++;
      continue;
    }
    const length = option + 1 < end ? bytes[option + 1]! : 0;
    if (length < 2 || option + length > end) return undefined;
    if (found === kind && length === (kind === 2 ? 4 : 10)) {
      return kind === 2 ? word(bytes, option + 2) : long(bytes, option + 2);
    }
    option += length;
  }
  return undefined;
}

/** The network identifier of a VXLAN or GENEVE header; both have it at the same place. */
export function vniOf(bytes: Uint8Array, at: number): number {
  return threeBytes(bytes, at + 4);
}

/** GRE's key (RFC 2890), which stands behind a checksum; undefined without one. */
export function greKeyOf(bytes: Uint8Array, at: number): number | undefined {
  const flags = word(bytes, at);
  if ((flags & 0x2000) === 0) return undefined;
  return long(bytes, at + ((flags & 0xc000) !== 0 ? 8 : 4));
}

/** The labels of an MPLS stack, outermost first. */
export function mplsLabels(bytes: Uint8Array, at: number): readonly number[] {
  const labels: number[] = [];
  for (let place = at; ; place += 4) {
    labels.push(threeBytes(bytes, place) >> 4);
    if ((bytes[place + 2]! & 1) !== 0) return labels;
  }
}

/** Whether an ICMP or ICMPv6 type is an error, which quotes the packet it is about. */
export function isIcmpError(kind: number, type: number): boolean {
  if (kind === layer.icmpv6) return type < 128;
  return type === 3 || type === 4 || type === 5 || type === 11 || type === 12;
}
