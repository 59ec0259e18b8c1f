// Owns decoding TCP (RFC 9293), UDP (RFC 768), ICMP (RFC 792), ICMPv6 (RFC 4443) and ESP (RFC 4303).

import { long, word } from './bytes.ts';
import { ending, type Layers, layer } from './layers.ts';

/** UDP ports that say what is inside. 8472 is VXLAN's on Linux before IANA's 4789, and Cilium's and Flannel's. */
export const tunnelPort = {
  vxlan: 4789,
  vxlanLinux: 8472,
  vxlanGpe: 4790,
  geneve: 6081,
  mpls: 6635,
  flannel: 8285,
  esp: 4500,
} as const;

/** TCP; its payload is nobody's header. */
export function decodeTcp(layers: Layers, bytes: Uint8Array): number {
  if (!layers.has(20)) return layers.stop(ending.cut);
  const length = (bytes[layers.at + 12]! >> 4) * 4;
  if (length < 20) return layers.stop(ending.malformed);
  if (!layers.has(length)) return layers.stop(ending.cut);
  layers.add(layer.tcp, length);
  return 0;
}

/** UDP; a tunnel's port is believed only when its header can be one. */
export function decodeUdp(layers: Layers, bytes: Uint8Array): number {
  const { at } = layers;
  if (!layers.has(8)) return layers.stop(ending.cut);
  const length = word(bytes, at + 4);
  if (length >= 8 && at + length < layers.end) layers.end = at + length;
  layers.add(layer.udp, 8);
  switch (word(bytes, at + 2)) {
    case tunnelPort.vxlan:
    case tunnelPort.vxlanLinux:
      return layers.has(8) && (bytes[at + 8]! & 0x08) !== 0 ? layer.vxlan : 0;
    case tunnelPort.vxlanGpe:
      return layers.has(8) && (bytes[at + 8]! & 0x0c) === 0x0c ? layer.vxlan : 0;
    case tunnelPort.mpls: // RFC 7510
      return layers.has(4) ? layer.mpls : 0;
    case tunnelPort.geneve:
      return layers.has(8) && bytes[at + 8]! >> 6 === 0 ? layer.geneve : 0;
    case tunnelPort.flannel:
      return layers.has(20) && bytes[at + 8]! >> 4 === 4 ? layer.flannel : 0;
    case tunnelPort.esp:
      return encrypted(layers, bytes, at + 8);
    case 3784: // BFD (RFC 5881), over several hops (RFC 5883), and of a LAG's members (RFC 7130)
    case 4784:
    case 6784:
      return layers.has(24) ? layer.bfd : 0;
    default:
      // Behind a translation the port of one side is another (RFC 3948 section 2.1).
      return word(bytes, at) === tunnelPort.esp ? encrypted(layers, bytes, at + 8) : 0;
  }
}

/** Four zero bytes mark IKE, not ESP (RFC 3948 section 2.2). */
function encrypted(layers: Layers, bytes: Uint8Array, at: number): number {
  return layers.has(8) && long(bytes, at) !== 0 ? layer.esp : 0;
}

/** ICMP and ICMPv6: eight bytes; what an error quotes is read by `decodeQuoted`. */
export function decodeIcmp(layers: Layers, _bytes: Uint8Array, kind: typeof layer.icmp | typeof layer.icmpv6): number {
  if (!layers.has(8)) return layers.stop(ending.cut);
  layers.add(kind, 8);
  return 0;
}

/** ESP: the SPI and a sequence number, the rest cannot be read. */
export function decodeEsp(layers: Layers): number {
  if (!layers.has(8)) return layers.stop(ending.cut);
  layers.add(layer.esp, 8);
  return layers.stop(ending.encrypted);
}
