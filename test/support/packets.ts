// Owns making packets and capture files by hand: a function a header, each given what it carries.

/** Bytes from hexadecimal digits; blanks do not count. */
export function hex(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text.replaceAll(/\s/g, ''), 'hex'));
}

/** A 16-bit number as two bytes. */
export function u16(value: number): Uint8Array {
  return Uint8Array.of(value >> 8, value);
}

/** A 32-bit number as four bytes. */
export function u32(value: number): Uint8Array {
  return Uint8Array.of(value >>> 24, value >>> 16, value >>> 8, value);
}

/** Pieces one behind the other. */
export function joined(...pieces: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(pieces));
}

/** The bytes of `10.244.1.2`. */
export function v4(address: string): Uint8Array {
  return Uint8Array.from(address.split('.'), Number);
}

/** The bytes of an IPv6 address with all eight groups written or one `::`. */
export function v6(address: string): Uint8Array {
  const [head = '', tail] = address.split('::');
  const groups = (text: string | undefined): string[] => (text === undefined || text === '' ? [] : text.split(':'));
  const [left, right] = [groups(head), groups(tail)];
  const middle = Array<string>(8 - left.length - right.length).fill('0');
  return joined(...[...left, ...middle, ...right].map((group) => u16(Number.parseInt(group, 16))));
}

/** Ethernet with an EtherType. */
export function eth(
  type: number,
  payload: Uint8Array,
  macs = { from: '5e0000000001', to: 'eeeeeeeeeeee' },
): Uint8Array {
  return joined(hex(macs.to + macs.from), u16(type), payload);
}

/** A tag (802.1Q) that stands between Ethernet's addresses and `type`. */
export function vlanTag(id: number, type: number, payload: Uint8Array): Uint8Array {
  return joined(u16(id), u16(type), payload);
}

/** What an IPv4 header may say beside its ends. */
export interface Ipv4Options {
  readonly from: string;
  readonly to: string;
  readonly ttl?: number;
  readonly id?: number;
  readonly isUnfragmentable?: boolean;
  readonly hasMore?: boolean;
  /** In bytes. */
  readonly offset?: number;
  /** A multiple of four bytes. */
  readonly options?: Uint8Array;
}

/** IPv4 with its checksum. */
export function ipv4(protocol: number, options: Ipv4Options, payload: Uint8Array): Uint8Array {
  const extra = options.options ?? new Uint8Array();
  const length = 20 + extra.length;
  const flags = (options.isUnfragmentable === true ? 0x4000 : 0) | (options.hasMore === true ? 0x2000 : 0);
  const header = joined(
    Uint8Array.of(0x40 | (length / 4), 0),
    u16(length + payload.length),
    u16(options.id ?? 1),
    u16(flags | ((options.offset ?? 0) / 8)),
    Uint8Array.of(options.ttl ?? 64, protocol, 0, 0),
    v4(options.from),
    v4(options.to),
    extra,
  );
  header.set(u16(checksum(header)), 10);
  return joined(header, payload);
}

/** IPv6; `next` is the first extension header's or the payload's number. */
export function ipv6(
  next: number,
  options: { readonly from: string; readonly to: string; readonly hopLimit?: number },
  payload: Uint8Array,
): Uint8Array {
  const fixed = joined(u32(0x60000000), u16(payload.length), Uint8Array.of(next, options.hopLimit ?? 64));
  return joined(fixed, v6(options.from), v6(options.to), payload);
}

/** An ICMP echo with its checksum; type 8 and 0, 128 and 129 in ICMPv6 (whose checksum is left out). */
export function echo(type: number, id: number, sequence: number, payload: Uint8Array = new Uint8Array(16)): Uint8Array {
  const message = joined(Uint8Array.of(type, 0, 0, 0), u16(id), u16(sequence), payload);
  message.set(u16(checksum(message)), 2);
  return message;
}

/** An ICMP or ICMPv6 error that quotes a packet; `rest` is the word behind the checksum. */
export function icmpError(type: number, code: number, rest: number, quoted: Uint8Array): Uint8Array {
  const message = joined(Uint8Array.of(type, code, 0, 0), u32(rest), quoted);
  message.set(u16(checksum(message)), 2);
  return message;
}

/** UDP without a checksum. */
export function udp(from: number, to: number, payload: Uint8Array): Uint8Array {
  return joined(u16(from), u16(to), u16(8 + payload.length), u16(0), payload);
}

/** What a TCP header may say beside its ports. */
export interface TcpOptions {
  readonly from: number;
  readonly to: number;
  readonly sequence?: number;
  readonly ack?: number;
  /** FIN 1, SYN 2, RST 4, PSH 8, ACK 16. */
  readonly flags?: number;
  /** TSval of a timestamps option. */
  readonly timestamp?: number;
  readonly mss?: number;
}

/** TCP without a checksum. */
export function tcp(options: TcpOptions, payload: Uint8Array = new Uint8Array()): Uint8Array {
  const extra = joined(
    options.mss === undefined ? new Uint8Array() : joined(hex('0204'), u16(options.mss)),
    options.timestamp === undefined ? new Uint8Array() : joined(hex('0101080a'), u32(options.timestamp), u32(0)),
  );
  const flags = ((20 + extra.length) << 10) | (options.flags ?? 16);
  return joined(
    joined(u16(options.from), u16(options.to), u32(options.sequence ?? 1), u32(options.ack ?? 1)),
    joined(u16(flags), u16(0xffff), u32(0), extra, payload),
  );
}

/** VXLAN; carries a whole Ethernet frame. */
export function vxlan(vni: number, frame: Uint8Array): Uint8Array {
  return joined(hex('08000000'), u32(vni << 8), frame);
}

/** GENEVE with options, a multiple of four bytes. */
export function geneve(
  vni: number,
  type: number,
  payload: Uint8Array,
  options: Uint8Array = new Uint8Array(),
): Uint8Array {
  return joined(Uint8Array.of(options.length / 4, 0), u16(type), u32(vni << 8), options, payload);
}

/** GRE with the fields its flags announce, in order. */
export function gre(flags: number, type: number, fields: Uint8Array, payload: Uint8Array): Uint8Array {
  return joined(u16(flags), u16(type), fields, payload);
}

/** An MPLS stack, outermost label first. */
export function mpls(labels: readonly number[], payload: Uint8Array): Uint8Array {
  const stack = labels.map((label, index) => u32((label << 12) | (index === labels.length - 1 ? 0x100 : 0) | 64));
  return joined(...stack, payload);
}

/** ARP for Ethernet and IPv4. */
export function arp(operation: 1 | 2, sender: string, target: string, mac = '5e0000000001'): Uint8Array {
  return joined(hex('0001080006 04'), u16(operation), hex(mac), v4(sender), hex('000000000000'), v4(target));
}

/** The checksum of RFC 1071. */
export function checksum(bytes: Uint8Array): number {
  let sum = 0;
  for (let at = 0; at < bytes.length; at += 2) sum += (bytes[at]! << 8) | (bytes[at + 1] ?? 0);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return ~sum & 0xffff;
}

/** A frame for a file; time in nanoseconds since 1970. */
export interface TimedFrame {
  readonly bytes: Uint8Array;
  readonly time?: number;
  /** Length on the wire when the capture has less. */
  readonly length?: number;
}

/** A pcap file. */
export function pcapFile(
  frames: readonly TimedFrame[],
  options: { readonly isBig?: boolean; readonly isMicro?: boolean; readonly linkType?: number } = {},
): Uint8Array {
  const isLittle = options.isBig !== true;
  const numbers = (...values: readonly number[]): Uint8Array => {
    const bytes = new Uint8Array(values.length * 4);
    const view = new DataView(bytes.buffer);
    for (const [index, value] of values.entries()) view.setUint32(index * 4, value, isLittle);
    return bytes;
  };
  const isMicro = options.isMicro === true;
  const version = hex(isLittle ? '02000400' : '00020004');
  const records = frames.flatMap(({ bytes, time = 0, length = bytes.length }) => {
    const rest = time % 1_000_000_000;
    const fraction = isMicro ? Math.floor(rest / 1000) : rest;
    return [numbers(Math.floor(time / 1_000_000_000), fraction, bytes.length, length), bytes];
  });
  const magic = numbers(isMicro ? 0xa1b2c3d4 : 0xa1b23c4d);
  return joined(magic, version, numbers(0, 0, 262_144, options.linkType ?? 1), ...records);
}
