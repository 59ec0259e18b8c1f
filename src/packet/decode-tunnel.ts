// Owns decoding what carries another packet: VXLAN (RFC 7348), GENEVE (RFC 8926), GRE (RFC 2784, 2890), ERSPAN, MPLS (RFC 3032).

import { word } from './bytes.ts';
import { tunnelPort } from './decode-transport.ts';
import { ipVersion, nextOfEtherType } from './dispatch.ts';
import { ending, type Layers, layer } from './layers.ts';

/** VXLAN: eight bytes, then a whole Ethernet frame; on its own port GPE (draft-ietf-nvo3-vxlan-gpe) names what follows. */
export function decodeVxlan(layers: Layers, bytes: Uint8Array): number {
  const { at } = layers;
  if (!layers.has(8)) return layers.stop(ending.cut);
  layers.add(layer.vxlan, 8);
  if (word(bytes, at - 6) !== tunnelPort.vxlanGpe) return layer.ethernet;
  const next = bytes[at + 3]!;
  return [0, layer.ipv4, layer.ipv6, layer.ethernet, 0, layer.mpls][next] || layers.stop(ending.unknown, next);
}

/** GENEVE: eight bytes and options, then what its protocol type says. */
export function decodeGeneve(layers: Layers, bytes: Uint8Array): number {
  const { at } = layers;
  if (!layers.has(8)) return layers.stop(ending.cut);
  const length = 8 + (bytes[at]! & 0x3f) * 4;
  if (!layers.has(length)) return layers.stop(ending.cut);
  layers.add(layer.geneve, length);
  return nextOfEtherType(layers, word(bytes, at + 2));
}

/** GRE: checksum, key and sequence number follow when their flags are set; version 1 is PPTP's. */
export function decodeGre(layers: Layers, bytes: Uint8Array): number {
  const { at } = layers;
  if (!layers.has(4)) return layers.stop(ending.cut);
  const flags = word(bytes, at);
  const length =
    4 + ((flags & 0xc000) !== 0 ? 4 : 0) + ((flags & 0x2000) !== 0 ? 4 : 0) + ((flags & 0x1000) !== 0 ? 4 : 0);
  if (!layers.has(length)) return layers.stop(ending.cut);
  layers.add(layer.gre, length);
  const type = word(bytes, at + 2);
  // Bit 1 is RFC 1701's source routing, whose routing entries follow; nobody sends it.
  if ((flags & 0x4007) !== 0) return layers.stop(ending.unknown, type);
  if (type === 0x88be || type === 0x22eb) return decodeErspan(layers, bytes, type === 0x22eb ? 12 : 8, flags);
  return nextOfEtherType(layers, type);
}

/** ERSPAN (draft-foschiano-erspan): type I, without GRE's sequence number, is the bare frame; type III may have 8 bytes more. */
function decodeErspan(layers: Layers, bytes: Uint8Array, fixed: 8 | 12, flags: number): number {
  const { at } = layers;
  if (!layers.has(fixed)) return layers.stop(ending.cut);
  const isBare = fixed === 8 && (flags & 0x1000) === 0;
  const length = isBare ? 0 : fixed === 12 && (bytes[at + 11]! & 1) === 1 ? 20 : fixed;
  if (!layers.has(length)) return layers.stop(ending.cut);
  layers.add(layer.erspan, length);
  return layer.ethernet;
}

/** MPLS: labels up to the bottom of the stack; the first nibble below tells what it carries (RFC 4928). */
export function decodeMpls(layers: Layers, bytes: Uint8Array): number {
  let length = 4;
  while (layers.has(length) && (bytes[layers.at + length - 2]! & 1) === 0) length += 4;
  if (!layers.has(length)) return layers.stop(ending.cut);
  layers.add(layer.mpls, length);
  const version = layers.has(1) ? bytes[layers.at]! >> 4 : 0;
  if (version === 4 || version === 6) return ipVersion;
  return 0;
}

/** Flannel's udp backend has no header of its own: the datagram is an IPv4 packet. */
export function decodeFlannel(layers: Layers, _bytes: Uint8Array): number {
  layers.add(layer.flannel, 0);
  return layer.ipv4;
}
