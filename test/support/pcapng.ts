// Owns making pcapng files by hand, block by block, in either byte order.

import { joined } from './packets.ts';

/** A block with its length before and behind; contents are filled up to four bytes. */
export function pcapngBlock(isLittle: boolean, type: number, contents: Uint8Array): Uint8Array {
  const filled = joined(contents, new Uint8Array((4 - (contents.length % 4)) % 4));
  const length = filled.length + 12;
  return joined(long(isLittle, type), long(isLittle, length), filled, long(isLittle, length));
}

/** A section header. */
export function sectionBlock(isLittle: boolean): Uint8Array {
  const version = joined(half(isLittle, 1), half(isLittle, 0), long(isLittle, 0xffffffff), long(isLittle, 0xffffffff));
  return pcapngBlock(isLittle, 0x0a0d0d0a, joined(long(isLittle, 0x1a2b3c4d), version));
}

/** An interface with a name, a unit of time and an offset in seconds. */
export function interfaceBlock(
  isLittle: boolean,
  linkType: number,
  options: { readonly name?: string; readonly resolution?: number; readonly offset?: number },
): Uint8Array {
  const offset = new DataView(new ArrayBuffer(8));
  offset.setBigInt64(0, BigInt(options.offset ?? 0), isLittle);
  return pcapngBlock(
    isLittle,
    1,
    joined(
      joined(half(isLittle, linkType), half(isLittle, 0), long(isLittle, 0)),
      options.name === undefined ? new Uint8Array() : option(isLittle, 2, Buffer.from(options.name)),
      options.resolution === undefined ? new Uint8Array() : option(isLittle, 9, Uint8Array.of(options.resolution)),
      options.offset === undefined ? new Uint8Array() : option(isLittle, 14, new Uint8Array(offset.buffer)),
      option(isLittle, 0, new Uint8Array()),
    ),
  );
}

/** An Enhanced Packet Block; `ticks` in the interface's unit. */
export function packetBlock(isLittle: boolean, on: number, ticks: bigint, frame: Uint8Array): Uint8Array {
  const head = [on, Number(ticks >> 32n), Number(ticks & 0xffffffffn), frame.length, frame.length];
  return pcapngBlock(isLittle, 6, joined(...head.map((value) => long(isLittle, value)), frame));
}

function option(isLittle: boolean, code: number, value: Uint8Array): Uint8Array {
  const padding = new Uint8Array((4 - (value.length % 4)) % 4);
  return joined(half(isLittle, code), half(isLittle, value.length), value, padding);
}

function long(isLittle: boolean, value: number): Uint8Array {
  const view = new DataView(new ArrayBuffer(4));
  view.setUint32(0, value, isLittle);
  return new Uint8Array(view.buffer);
}

function half(isLittle: boolean, value: number): Uint8Array {
  return isLittle ? Uint8Array.of(value, value >> 8) : Uint8Array.of(value >> 8, value);
}
