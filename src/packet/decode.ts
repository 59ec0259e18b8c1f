// Owns the way from a captured frame to its headers: link layers, and who is asked next. Allocates nothing.

import { long, word } from './bytes.ts';
import { decodeExtension, decodeIpv4, decodeIpv6, decodeVersion } from './decode-ip.ts';
import { decodeEsp, decodeIcmp, decodeTcp, decodeUdp } from './decode-transport.ts';
import { decodeFlannel, decodeGeneve, decodeGre, decodeMpls, decodeVxlan } from './decode-tunnel.ts';
import { ipVersion, nextOfEtherType } from './dispatch.ts';
import { ending, type Layers, layer, maxDepth } from './layers.ts';
import { linkType } from './link-type.ts';

/** Fills `layers` with the headers of the frame in `bytes` from `start` to `end`; `type` is a LINKTYPE_ number. */
export function decode(layers: Layers, bytes: Uint8Array, start: number, end: number, type: number): void {
  layers.begin(start, end);
  proceed(layers, bytes, firstOf(layers, bytes, type));
}

/**
 * Fills `layers` with the headers of the packet that an ICMP error at `icmpAt` quotes (RFC 792, RFC 4443 section 2.4):
 * it was not sent again, so it is no encapsulation and `decode` leaves it out.
 */
export function decodeQuoted(layers: Layers, bytes: Uint8Array, icmpAt: number, end: number): void {
  layers.begin(Math.min(icmpAt + 8, end), end);
  proceed(layers, bytes, ipVersion);
}

function proceed(layers: Layers, bytes: Uint8Array, first: number): void {
  let kind = first;
  while (kind !== 0) {
    if (layers.count === maxDepth) {
      layers.stop(ending.deep);
      return;
    }
    kind = step(kind, layers, bytes);
  }
}

function firstOf(layers: Layers, bytes: Uint8Array, type: number): number {
  switch (type) {
    case linkType.ethernet:
      return layer.ethernet;
    case linkType.rawBsd:
    case linkType.rawOpenBsd:
    case linkType.raw:
      return ipVersion;
    case linkType.ipv4:
      return layer.ipv4;
    case linkType.ipv6:
      return layer.ipv6;
    case linkType.cooked:
      return decodeCooked(layers, bytes, 16, 14);
    case linkType.cooked2:
      return decodeCooked(layers, bytes, 20, 0);
    case linkType.loopback:
    case linkType.openLoopback:
      return layer.loopback;
    default:
      return layers.stop(ending.unknown, type);
  }
}

/** Linux cooked v1 has its EtherType at the end of 16 bytes, v2 at the beginning of 20. */
function decodeCooked(layers: Layers, bytes: Uint8Array, length: 16 | 20, typeAt: 0 | 14): number {
  if (!layers.has(length)) return layers.stop(ending.cut);
  const type = word(bytes, layers.at + typeAt);
  layers.add(layer.cooked, length);
  return nextOfEtherType(layers, type);
}

function step(kind: number, layers: Layers, bytes: Uint8Array): number {
  switch (kind) {
    case layer.ethernet:
      return decodeEthernet(layers, bytes);
    case layer.ipv4:
      return decodeIpv4(layers, bytes);
    case layer.tcp:
      return decodeTcp(layers, bytes);
    case layer.udp:
      return decodeUdp(layers, bytes);
    case layer.ipv6:
      return decodeIpv6(layers, bytes);
    case layer.icmp:
    case layer.icmpv6:
      return decodeIcmp(layers, bytes, kind);
    case layer.vxlan:
      return decodeVxlan(layers, bytes);
    case layer.vlan:
      return decodeVlan(layers, bytes);
    case layer.geneve:
      return decodeGeneve(layers, bytes);
    case layer.gre:
      return decodeGre(layers, bytes);
    case layer.mpls:
      return decodeMpls(layers, bytes);
    case layer.flannel:
      return decodeFlannel(layers, bytes);
    case layer.esp:
      return decodeEsp(layers);
    case layer.hopByHop:
    case layer.routing:
    case layer.fragment:
    case layer.destinationOptions:
    case layer.authentication:
      return decodeExtension(layers, bytes, kind);
    case layer.arp:
      return decodeArp(layers, bytes);
    case layer.lldp:
      return decodeFixed(layers, kind, 0);
    case layer.bfd:
      return decodeFixed(layers, kind, 24);
    case layer.loopback:
      return decodeLoopback(layers, bytes);
    case ipVersion:
      return decodeVersion(layers, bytes);
    default:
      return layers.stop(ending.unknown, kind);
  }
}

function decodeEthernet(layers: Layers, bytes: Uint8Array): number {
  if (!layers.has(14)) return layers.stop(ending.cut);
  const type = word(bytes, layers.at + 12);
  layers.add(layer.ethernet, 14);
  return nextOfEtherType(layers, type);
}

/** IEEE 802.1Q: two bytes of tag, then the next EtherType. */
function decodeVlan(layers: Layers, bytes: Uint8Array): number {
  if (!layers.has(4)) return layers.stop(ending.cut);
  const type = word(bytes, layers.at + 2);
  layers.add(layer.vlan, 4);
  return nextOfEtherType(layers, type);
}

/** RFC 826, for Ethernet and IPv4, which is what every ARP is. */
function decodeArp(layers: Layers, bytes: Uint8Array): number {
  if (!layers.has(28)) return layers.stop(ending.cut);
  const protocol = word(bytes, layers.at + 2);
  if (protocol !== 0x0800) return layers.stop(ending.unknown, protocol);
  layers.add(layer.arp, 28);
  return 0;
}

/** A header whose rest is its own payload. */
function decodeFixed(layers: Layers, kind: typeof layer.lldp | typeof layer.bfd, length: number): number {
  if (!layers.has(length)) return layers.stop(ending.cut);
  layers.add(kind, length);
  return 0;
}

/** Four bytes of address family, in the writer's byte order: 2 is IPv4; IPv6 is 10 on Linux, 24, 28 or 30 on BSDs. */
function decodeLoopback(layers: Layers, bytes: Uint8Array): number {
  if (!layers.has(4)) return layers.stop(ending.cut);
  const read = long(bytes, layers.at);
  const family = read > 0xffff ? read >>> 24 : read;
  layers.add(layer.loopback, 4);
  if (family === 2) return layer.ipv4;
  return [10, 24, 28, 30].includes(family) ? layer.ipv6 : layers.stop(ending.unknown, family);
}
