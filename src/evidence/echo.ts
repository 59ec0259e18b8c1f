// Owns finding echo requests and replies in a capture, through whatever they are wrapped in.

import { decodeFrame, type IcmpLayer, type IpLayer, type Layer } from './decode.ts';
import type { Pcap } from './pcap.ts';

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

/** Every echo in a capture whose payload is `isOurs`, in the order of the file. */
export function echoesIn(pcap: Pcap, isOurs: (payload: Uint8Array) => boolean): readonly EchoSighting[] {
  const sightings: EchoSighting[] = [];
  for (const frame of pcap.frames) {
    const layers = decodeFrame(frame.bytes, pcap.linkType);
    const icmp = layers.at(-1);
    if (icmp?.kind !== 'icmp' || !isOurs(icmp.payload)) continue;
    const kind = kindOf(icmp);
    const [inner, outer] = layers.filter((layer): layer is IpLayer => layer.kind === 'ip').reverse();
    if (kind === undefined || inner === undefined) continue;
    const ethernet = layers[0]?.kind === 'ethernet' ? layers[0] : undefined;
    sightings.push({
      time: frame.time,
      kind,
      sequence: icmp.sequence,
      source: inner.source,
      destination: inner.destination,
      ttl: inner.ttl,
      ...wrappingOf(layers, outer),
      sourceMac: ethernet?.source,
      destinationMac: ethernet?.destination,
    });
  }
  return sightings;
}

/** True when the payload has the pattern that `ping -p` filled it with. */
export function hasPattern(payload: Uint8Array, pattern: string): boolean {
  return Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength).includes(Buffer.from(pattern, 'hex'));
}

/** ICMP: 8 request, 0 reply (RFC 792); ICMPv6: 128 and 129 (RFC 4443). */
function kindOf(icmp: IcmpLayer): 'request' | 'reply' | undefined {
  const [request, reply] = icmp.version === 4 ? [8, 0] : [128, 129];
  return icmp.type === request ? 'request' : icmp.type === reply ? 'reply' : undefined;
}

function wrappingOf(
  layers: readonly Layer[],
  outer: IpLayer | undefined,
): { readonly wrapping: Wrapping; readonly outer: OuterHeader | undefined } {
  if (outer === undefined) return { wrapping: 'none', outer: undefined };
  const vxlan = layers.find((layer) => layer.kind === 'vxlan');
  const { source, destination, ttl } = outer;
  return { wrapping: vxlan === undefined ? 'ipip' : 'vxlan', outer: { source, destination, ttl, vni: vxlan?.vni } };
}
