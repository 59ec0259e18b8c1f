// Owns the decoding of a frame into its layers, outermost first; every read is checked against the frame's end.

import { formatAddress } from '../base/address.ts';

/** An IPv4 (RFC 791) or IPv6 (RFC 8200) header. */
export interface IpLayer {
  readonly kind: 'ip';
  readonly version: 4 | 6;
  readonly source: string;
  readonly destination: string;
  /** TTL or hop limit. */
  readonly ttl: number;
  /** Protocol number or next header. */
  readonly protocol: number;
  /** Don't Fragment; always false for IPv6. */
  readonly isUnfragmentable: boolean;
  /** True for any fragment but the first: what follows is no header. */
  readonly isLaterFragment: boolean;
}

/** An ICMP (RFC 792) or ICMPv6 (RFC 4443) message. */
export interface IcmpLayer {
  readonly kind: 'icmp';
  readonly version: 4 | 6;
  readonly type: number;
  readonly code: number;
  /** The two 16-bit words after the checksum: identifier and sequence number of an echo. */
  readonly id: number;
  readonly sequence: number;
  readonly payload: Uint8Array;
}

/** One layer of a frame. `rest` is what is not decoded: cut short, or of a protocol not known here. */
export type Layer =
  | { readonly kind: 'ethernet'; readonly source: string; readonly destination: string; readonly type: number }
  | { readonly kind: 'vlan'; readonly id: number; readonly type: number }
  | {
      readonly kind: 'arp';
      readonly operation: number;
      readonly sender: string;
      readonly senderMac: string;
      readonly target: string;
    }
  | IpLayer
  | IcmpLayer
  | { readonly kind: 'tcp'; readonly sourcePort: number; readonly destinationPort: number; readonly flags: number }
  | { readonly kind: 'udp'; readonly sourcePort: number; readonly destinationPort: number }
  | { readonly kind: 'vxlan'; readonly vni: number }
  | { readonly kind: 'rest'; readonly because: string; readonly length: number };

/** The port of VXLAN (RFC 7348) as Calico uses it. */
export const vxlanPort = 4789;

type Next =
  | 'ethernet'
  | 'ip'
  | 'vxlan'
  | { readonly ether: number }
  | { readonly protocol: number; readonly version: 4 | 6 };
type Step = { readonly layer: Layer; readonly next: Next | undefined; readonly rest: Uint8Array };

/** Decodes a frame of a link type (LINKTYPE_ value: 1 Ethernet; 12, 101, 228, 229 raw IP). */
export function decodeFrame(bytes: Uint8Array, linkType: number): readonly Layer[] {
  const layers: Layer[] = [];
  let next: Next | undefined = linkType === 1 ? 'ethernet' : [12, 101, 228, 229].includes(linkType) ? 'ip' : undefined;
  if (next === undefined) return [undecoded(`link type ${linkType}`, bytes)];
  let rest = bytes;
  while (next !== undefined) {
    const step: Step = decodeStep(next, rest);
    layers.push(step.layer);
    next = step.next;
    rest = step.rest;
  }
  return layers;
}

function decodeStep(next: Next, bytes: Uint8Array): Step {
  if (next === 'ethernet') return decodeEthernet(bytes);
  if (next === 'ip') return decodeIp(bytes);
  if (next === 'vxlan') return decodeVxlan(bytes);
  if ('ether' in next) return decodeEtherType(next.ether, bytes);
  return decodeProtocol(next.protocol, next.version, bytes);
}

function decodeEthernet(bytes: Uint8Array): Step {
  if (bytes.length < 14) return stop('Ethernet header cut short', bytes);
  const type = word(bytes, 12);
  const layer = { kind: 'ethernet', destination: macAt(bytes, 0), source: macAt(bytes, 6), type } as const;
  return { layer, next: { ether: type }, rest: bytes.subarray(14) };
}

function decodeEtherType(type: number, bytes: Uint8Array): Step {
  if (type === 0x0800 || type === 0x86dd) return decodeIp(bytes);
  if (type === 0x0806) return decodeArp(bytes);
  if (type !== 0x8100) return stop(`EtherType 0x${type.toString(16).padStart(4, '0')}`, bytes);
  if (bytes.length < 4) return stop('802.1Q tag cut short', bytes);
  const inner = word(bytes, 2);
  return {
    layer: { kind: 'vlan', id: word(bytes, 0) & 0xfff, type: inner },
    next: { ether: inner },
    rest: bytes.subarray(4),
  };
}

/** RFC 826, for Ethernet and IPv4. */
function decodeArp(bytes: Uint8Array): Step {
  if (bytes.length < 28) return stop('ARP cut short', bytes);
  if (word(bytes, 0) !== 1 || word(bytes, 2) !== 0x0800) return stop('ARP of another kind', bytes);
  const layer = {
    kind: 'arp',
    operation: word(bytes, 6),
    senderMac: macAt(bytes, 8),
    sender: addressAt(bytes, 14, 4),
    target: addressAt(bytes, 24, 4),
  } as const;
  return { layer, next: undefined, rest: bytes.subarray(28) };
}

function decodeIp(bytes: Uint8Array): Step {
  const version = (bytes[0] ?? 0) >> 4;
  if (version === 4) return decodeIpv4(bytes);
  return version === 6 ? decodeIpv6(bytes) : stop('no IP header', bytes);
}

function decodeIpv4(bytes: Uint8Array): Step {
  const headerLength = ((bytes[0] ?? 0) & 0xf) * 4;
  if (headerLength < 20 || bytes.length < headerLength) return stop('IPv4 header cut short', bytes);
  const fragment = word(bytes, 6);
  const layer: IpLayer = {
    kind: 'ip',
    version: 4,
    source: addressAt(bytes, 12, 4),
    destination: addressAt(bytes, 16, 4),
    ttl: bytes[8] ?? 0,
    protocol: bytes[9] ?? 0,
    isUnfragmentable: (fragment & 0x4000) !== 0,
    isLaterFragment: (fragment & 0x1fff) !== 0,
  };
  // The total length cuts Ethernet's padding off; 0 is what segmentation offload leaves there.
  const total = word(bytes, 2) || bytes.length;
  const rest = bytes.subarray(headerLength, Math.max(total, headerLength));
  return { layer, next: layer.isLaterFragment ? undefined : { protocol: layer.protocol, version: 4 }, rest };
}

function decodeIpv6(bytes: Uint8Array): Step {
  if (bytes.length < 40) return stop('IPv6 header cut short', bytes);
  const layer: IpLayer = {
    kind: 'ip',
    version: 6,
    source: addressAt(bytes, 8, 16),
    destination: addressAt(bytes, 24, 16),
    ttl: bytes[7] ?? 0,
    protocol: bytes[6] ?? 0,
    isUnfragmentable: false,
    isLaterFragment: false,
  };
  return {
    layer,
    next: { protocol: layer.protocol, version: 6 },
    rest: bytes.subarray(40, 40 + (word(bytes, 4) || bytes.length)),
  };
}

function decodeProtocol(protocol: number, version: 4 | 6, bytes: Uint8Array): Step {
  if (protocol === 4 || protocol === 41) return decodeIp(bytes);
  if (protocol === 6) return decodeTcp(bytes);
  if (protocol === 17) return decodeUdp(bytes);
  if ((protocol === 1 && version === 4) || (protocol === 58 && version === 6)) return decodeIcmp(version, bytes);
  return stop(`IP protocol ${protocol}`, bytes);
}

function decodeIcmp(version: 4 | 6, bytes: Uint8Array): Step {
  if (bytes.length < 8) return stop('ICMP cut short', bytes);
  const payload = bytes.subarray(8);
  const [type = 0, code = 0] = bytes;
  return {
    layer: { kind: 'icmp', version, type, code, id: word(bytes, 4), sequence: word(bytes, 6), payload },
    next: undefined,
    rest: payload,
  };
}

function decodeTcp(bytes: Uint8Array): Step {
  if (bytes.length < 20) return stop('TCP header cut short', bytes);
  const flags = word(bytes, 12) & 0x1ff;
  const layer = { kind: 'tcp', sourcePort: word(bytes, 0), destinationPort: word(bytes, 2), flags } as const;
  return { layer, next: undefined, rest: bytes.subarray(20) };
}

function decodeUdp(bytes: Uint8Array): Step {
  if (bytes.length < 8) return stop('UDP header cut short', bytes);
  const destinationPort = word(bytes, 2);
  return {
    layer: { kind: 'udp', sourcePort: word(bytes, 0), destinationPort },
    next: destinationPort === vxlanPort ? 'vxlan' : undefined,
    rest: bytes.subarray(8),
  };
}

/** RFC 7348: the I flag must be set, the VNI is 24 bits. */
function decodeVxlan(bytes: Uint8Array): Step {
  if (bytes.length < 8) return stop('VXLAN header cut short', bytes);
  if (((bytes[0] ?? 0) & 0x08) === 0) return stop('VXLAN without a VNI', bytes);
  return {
    layer: { kind: 'vxlan', vni: (word(bytes, 4) << 8) | (bytes[6] ?? 0) },
    next: 'ethernet',
    rest: bytes.subarray(8),
  };
}

function stop(because: string, bytes: Uint8Array): Step {
  return { layer: undecoded(because, bytes), next: undefined, rest: bytes };
}

function undecoded(because: string, bytes: Uint8Array): Layer {
  return { kind: 'rest', because, length: bytes.length };
}

function word(bytes: Uint8Array, at: number): number {
  return ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
}

function macAt(bytes: Uint8Array, at: number): string {
  return Array.from(bytes.subarray(at, at + 6), (byte) => byte.toString(16).padStart(2, '0')).join(':');
}

function addressAt(bytes: Uint8Array, at: number, length: 4 | 16): string {
  let value = 0n;
  for (const byte of bytes.subarray(at, at + length)) value = (value << 8n) | BigInt(byte);
  return formatAddress({ family: length === 4 ? 4 : 6, value });
}
