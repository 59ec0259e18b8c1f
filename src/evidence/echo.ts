// Owns finding echo requests and replies in a capture, through whatever they are wrapped in.

import { macText, word } from '../packet/bytes.ts';
import { CaptureParser } from '../packet/capture-parser.ts';
import { decode } from '../packet/decode.ts';
import { destinationOf, sourceOf, ttlOf, vniOf } from '../packet/fields.ts';
import type { Frame } from '../packet/frame.ts';
import { Layers, layer } from '../packet/layers.ts';

/** How a packet is wrapped: not at all, IP in IP (RFC 2003), or VXLAN (RFC 7348). */
export type Wrapping = 'none' | 'ipip' | 'vxlan';

/** The outermost header of a wrapped packet. */
export interface OuterHeader {
  readonly source: string;
  readonly destination: string;
  readonly ttl: number;
  /** VXLAN's network identifier. */
  readonly vni: number | undefined;
}

/** One echo request or reply as one capture point saw it. */
export interface EchoSighting {
  /** Nanoseconds since 1970. */
  readonly time: bigint;
  readonly kind: 'request' | 'reply';
  readonly sequence: number;
  readonly source: string;
  readonly destination: string;
  /** Of the echo's own IP header, not the wrapping's. */
  readonly ttl: number;
  readonly wrapping: Wrapping;
  readonly outer: OuterHeader | undefined;
  /** Of the outermost Ethernet header; undefined on a raw IP device. */
  readonly sourceMac: string | undefined;
  readonly destinationMac: string | undefined;
}

/** The echoes of a capture file, and how many packets of any kind it holds. */
export interface Echoes {
  readonly packets: number;
  /** In the order of the file. */
  readonly sightings: readonly EchoSighting[];
}

/** Every echo in a capture file whose payload is `isOurs`. */
export function echoesIn(file: Uint8Array, isOurs: (payload: Uint8Array) => boolean): Echoes {
  const sightings: EchoSighting[] = [];
  const layers = new Layers();
  const parser = new CaptureParser((frame) => {
    decode(layers, frame.bytes, frame.start, frame.end, frame.interface.linkType);
    const kind = kindOf(layers, frame.bytes);
    if (kind !== undefined && isOurs(frame.bytes.subarray(layers.at, layers.end))) {
      sightings.push(sightingOf(frame, layers, kind));
    }
  });
  parser.push(file);
  return { packets: parser.end().frames, sightings };
}

/** True when the payload has the pattern that `ping -p` filled it with. */
export function hasPattern(payload: Uint8Array, pattern: string): boolean {
  return Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength).includes(Buffer.from(pattern, 'hex'));
}

/** ICMP: 8 request, 0 reply (RFC 792); ICMPv6: 128 and 129 (RFC 4443). */
function kindOf(layers: Layers, bytes: Uint8Array): EchoSighting['kind'] | undefined {
  const last = layers.lastKind();
  if (last !== layer.icmp && last !== layer.icmpv6) return undefined;
  const type = bytes[layers.starts[layers.count - 1]!];
  const [request, reply] = last === layer.icmp ? [8, 0] : [128, 129];
  return type === request ? 'request' : type === reply ? 'reply' : undefined;
}

function sightingOf(frame: Frame, layers: Layers, kind: EchoSighting['kind']): EchoSighting {
  const { bytes, start } = frame;
  const inner = layers.innerIp;
  const hasMac = layers.kinds[0] === layer.ethernet;
  return {
    time: BigInt(frame.seconds) * 1_000_000_000n + BigInt(frame.nanoseconds),
    kind,
    sequence: word(bytes, layers.starts[layers.count - 1]! + 6),
    source: sourceOf(layers, bytes, inner),
    destination: destinationOf(layers, bytes, inner),
    ttl: ttlOf(layers, bytes, inner),
    ...wrappingOf(layers, bytes),
    sourceMac: hasMac ? macText(bytes, start + 6) : undefined,
    destinationMac: hasMac ? macText(bytes, start) : undefined,
  };
}

function wrappingOf(layers: Layers, bytes: Uint8Array): Pick<EchoSighting, 'wrapping' | 'outer'> {
  const outer = layers.outerIp;
  if (outer === layers.innerIp) return { wrapping: 'none', outer: undefined };
  const vxlan = layers.find(layer.vxlan);
  return {
    wrapping: vxlan < 0 ? 'ipip' : 'vxlan',
    outer: {
      source: sourceOf(layers, bytes, outer),
      destination: destinationOf(layers, bytes, outer),
      ttl: ttlOf(layers, bytes, outer),
      vni: vxlan < 0 ? undefined : vniOf(bytes, layers.starts[vxlan]!),
    },
  };
}
