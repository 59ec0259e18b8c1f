// Owns writing a pcapng file (draft-ietf-opsawg-pcapng): one section, little-endian, an interface for each point.

/** An interface to describe. */
export interface WrittenInterface {
  readonly name: string;
  /** LINKTYPE_ number. */
  readonly linkType: number;
}

/** A packet to write. */
export interface WrittenPacket {
  /** Its interface's place in the list. */
  readonly interface: number;
  /** Nanoseconds since 1970. */
  readonly time: bigint;
  readonly bytes: Uint8Array;
  /** Length on the wire. */
  readonly length: number;
  readonly comment: string | undefined;
}

const block = { section: 0x0a0d0d0a, interface: 1, packet: 6 } as const;
const option = { comment: 1, name: 2, resolution: 9 } as const;
const nanoseconds = 9;

/** What a file begins with; its length is left open. */
export function sectionBlock(): Uint8Array {
  return blockOf(block.section, [words(0x1a2b3c4d), halves(1, 0), words(0xffffffff, 0xffffffff)]);
}

/** An interface; the first one written is number 0. It stands before its packets. */
export function interfaceBlock({ name, linkType }: WrittenInterface): Uint8Array {
  const options = [optionOf(option.name, utf8(name)), optionOf(option.resolution, Uint8Array.of(nanoseconds))];
  return blockOf(block.interface, [halves(linkType, 0), words(0), ...options, words(0)]);
}

/** A packet. In one piece of memory: a merged capture has millions. */
export function packetBlock({ interface: place, time, bytes, length, comment }: WrittenPacket): Uint8Array {
  const options = comment === undefined ? none : joined([optionOf(option.comment, utf8(comment)), words(0)]);
  const optionsAt = packetHead + Math.ceil(bytes.length / 4) * 4;
  const total = optionsAt + options.length + 4;
  const written = new Uint8Array(total);
  const view = new DataView(written.buffer);
  const head = [block.packet, total, place, Number(time >> 32n), Number(time & 0xffffffffn), bytes.length, length];
  for (const [at, value] of head.entries()) view.setUint32(at * 4, value, true);
  written.set(bytes, packetHead);
  written.set(options, optionsAt);
  view.setUint32(total - 4, total, true);
  return written;
}

/** Bytes of a packet block before the packet's own. */
const packetHead = 28;
const none = new Uint8Array();

/** Type and length before, length behind. */
function blockOf(type: number, contents: readonly Uint8Array[]): Uint8Array {
  const inside = joined(contents);
  const length = inside.length + 12;
  return joined([words(type, length), inside, words(length)]);
}

function optionOf(code: number, value: Uint8Array): Uint8Array {
  return joined([halves(code, value.length), padded(value)]);
}

/** Filled up to four bytes. */
function padded(bytes: Uint8Array): Uint8Array {
  return bytes.length % 4 === 0 ? bytes : joined([bytes, new Uint8Array(4 - (bytes.length % 4))]);
}

function words(...values: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(values.length * 4);
  const view = new DataView(bytes.buffer);
  for (const [place, value] of values.entries()) view.setUint32(place * 4, value, true);
  return bytes;
}

function halves(...values: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(values.length * 2);
  const view = new DataView(bytes.buffer);
  for (const [place, value] of values.entries()) view.setUint16(place * 2, value, true);
  return bytes;
}

/** An option's length has 16 bits. */
function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text.slice(0, 16_000));
}

function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  let length = 0;
  for (const part of parts) length += part.length;
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
