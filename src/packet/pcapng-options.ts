// Owns the options of a pcapng interface description that change what is read: its name and its clock.

import { longIn, wordIn } from './bytes.ts';

/** The options of an Interface Description Block, with the format's defaults. */
export interface InterfaceOptions {
  readonly name: string | undefined;
  /** `if_tsresol`: 6 is microseconds. */
  readonly resolution: number;
  /** `if_tsoffset` in seconds. */
  readonly offset: number;
}

const option = { end: 0, name: 2, resolution: 9, offset: 14 } as const;

/** Reads options between `from` and `end`; what does not fit there is left out. */
export function optionsOf(bytes: Uint8Array, from: number, end: number, isLittle: boolean): InterfaceOptions {
  let name: string | undefined;
  let resolution = 6;
  let offset = 0;
  let at = from;
  while (at + 4 <= end) {
    const code = wordIn(bytes, at, isLittle);
    const length = wordIn(bytes, at + 2, isLittle);
    const value = at + 4;
    if (code === option.end || value + length > end) break;
    if (code === option.name)
      name = new TextDecoder()
        .decode(bytes.subarray(value, value + length))
        .replaceAll('\0', '')
        .replaceAll(/\p{C}/gu, '?');
    if (code === option.resolution && length === 1) resolution = bytes[value]!;
    if (code === option.offset && length === 8) offset = signedLong(bytes, value, isLittle);
    at = value + Math.ceil(length / 4) * 4;
  }
  return { name, resolution, offset };
}

function signedLong(bytes: Uint8Array, at: number, isLittle: boolean): number {
  const [high, low] = isLittle ? [at + 4, at] : [at, at + 4];
  return (longIn(bytes, high, isLittle) | 0) * 4_294_967_296 + longIn(bytes, low, isLittle);
}
