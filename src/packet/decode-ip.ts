// Owns decoding IPv4 (RFC 791), IPv6 (RFC 8200) and IPv6's extension headers.

import { word } from './bytes.ts';
import { nextOfProtocol } from './dispatch.ts';
import { ending, type Layers, layer } from './layers.ts';

/** Which IP header the next byte's version says it is. */
export function decodeVersion(layers: Layers, bytes: Uint8Array): number {
  if (!layers.has(1)) return layers.stop(ending.cut);
  const version = bytes[layers.at]! >> 4;
  if (version === 4) return layer.ipv4;
  return version === 6 ? layer.ipv6 : layers.stop(ending.malformed);
}

/** The total length cuts Ethernet's padding off; 0 is what segmentation offload leaves there. */
export function decodeIpv4(layers: Layers, bytes: Uint8Array): number {
  const { at } = layers;
  if (!layers.has(20)) return layers.stop(ending.cut);
  const first = bytes[at]!;
  const length = (first & 0xf) * 4;
  const total = word(bytes, at + 2);
  if (first >> 4 !== 4 || length < 20 || (total !== 0 && total < length)) return layers.stop(ending.malformed);
  if (!layers.has(length)) return layers.stop(ending.cut);
  if (total !== 0 && at + total < layers.end) layers.end = at + total;
  enterIp(layers, layer.ipv4, length);
  if ((word(bytes, at + 6) & 0x1fff) !== 0) return layers.stop(ending.fragment);
  return nextOfProtocol(layers, bytes[at + 9]!);
}

/** A payload length of 0 is a jumbogram (RFC 2675) or offload: the packet reaches to the frame's end. */
export function decodeIpv6(layers: Layers, bytes: Uint8Array): number {
  const { at } = layers;
  if (!layers.has(40)) return layers.stop(ending.cut);
  if (bytes[at]! >> 4 !== 6) return layers.stop(ending.malformed);
  const payload = word(bytes, at + 4);
  if (payload !== 0 && at + 40 + payload < layers.end) layers.end = at + 40 + payload;
  enterIp(layers, layer.ipv6, 40);
  return nextOfProtocol(layers, bytes[at + 6]!);
}

function enterIp(layers: Layers, kind: typeof layer.ipv4 | typeof layer.ipv6, length: number): void {
  if (layers.outerIp < 0) layers.outerIp = layers.count;
  layers.innerIp = layers.count;
  layers.add(kind, length);
}

/** Hop-by-hop, routing, fragment, destination options (RFC 8200 section 4) and AH (RFC 4302). */
export function decodeExtension(
  layers: Layers,
  bytes: Uint8Array,
  kind:
    | typeof layer.hopByHop
    | typeof layer.routing
    | typeof layer.fragment
    | typeof layer.destinationOptions
    | typeof layer.authentication,
): number {
  const { at } = layers;
  if (!layers.has(8)) return layers.stop(ending.cut);
  const length = extensionLength(bytes, at, kind);
  if (!layers.has(length)) return layers.stop(ending.cut);
  layers.add(kind, length);
  if (kind === layer.fragment && (word(bytes, at + 2) & 0xfff8) !== 0) return layers.stop(ending.fragment);
  return nextOfProtocol(layers, bytes[at]!);
}

/** AH counts 4-byte words less 2, the others 8-byte words less 1; a fragment header always has 8 bytes. */
function extensionLength(bytes: Uint8Array, at: number, kind: number): number {
  if (kind === layer.fragment) return 8;
  return kind === layer.authentication ? (bytes[at + 1]! + 2) * 4 : (bytes[at + 1]! + 1) * 8;
}
