// Owns the pcapng format (draft-ietf-opsawg-pcapng): sections in either byte order, interfaces with their options, and
// the three blocks that hold packets. Other blocks are passed over.

import { longIn, wordIn } from './bytes.ts';
import { type CaptureInterface, type FileReading, longestFrame, type RecordParser } from './frame.ts';
import { Clock } from './pcapng-clock.ts';
import { optionsOf } from './pcapng-options.ts';

/** The first four bytes of a section header, the same in either byte order. */
export const sectionHeader = 0x0a0d0d0a;

const block = { interface: 1, oldPacket: 2, simplePacket: 3, enhancedPacket: 6 } as const;
const byteOrderMagic = 0x1a2b3c4d;
/** Wireshark's own limit of a block. */
const longestBlock = 16 * 1024 * 1024;

interface Described {
  readonly on: CaptureInterface;
  readonly clock: Clock;
  readonly snapLength: number;
}

/** Reads a pcapng file's blocks, from the first section header on. */
export class PcapngParser implements RecordParser {
  private readonly reading: FileReading;
  private isLittle = true;
  /** Of the section: a packet names its interface by its number there. */
  private described: Described[] = [];
  /** Bytes of a long block that are still to be passed over. */
  private passing = 0;
  private isLost = false;

  constructor(reading: FileReading) {
    this.reading = reading;
    reading.format = 'pcapng';
  }

  take(bytes: Uint8Array, start: number, end: number, offset: number): number {
    let at = start;
    for (;;) {
      const passed = Math.min(this.passing, end - at);
      this.passing -= passed;
      at += passed;
      if (at + 12 > end) return at;
      const type = longIn(bytes, at, this.isLittle);
      if (type === sectionHeader) this.beginSection(bytes, at);
      const length = longIn(bytes, at + 4, this.isLittle);
      if (this.isLost || !isLength(length)) {
        if (!this.isLost) {
          this.reading.complain(offset + at - start, `no block: its length is ${length}; looked for the next one`);
        }
        at = this.findBlock(bytes, at, end);
        if (this.isLost) return at;
        continue;
      }
      if (!holdsPackets(type) && length > longestFrame) {
        this.passing = length;
        continue;
      }
      if (at + length > end) return at;
      if (longIn(bytes, at + length - 4, this.isLittle) !== length) {
        this.reading.complain(
          offset + at - start,
          'a block says two different lengths, before and behind its contents',
        );
      }
      this.takeBlock(type, bytes, at, at + length - 4, offset + at - start);
      at += length;
    }
  }

  private beginSection(bytes: Uint8Array, at: number): void {
    const isLittle = longIn(bytes, at + 8, true) === byteOrderMagic;
    if (!isLittle && longIn(bytes, at + 8, false) !== byteOrderMagic) return;
    this.isLittle = isLittle;
    this.described = [];
  }

  private takeBlock(type: number, bytes: Uint8Array, at: number, end: number, offset: number): void {
    const { isLittle } = this;
    if (type === block.interface && at + 16 <= end) this.addInterface(bytes, at, end);
    else if (type === block.enhancedPacket && at + 28 <= end) {
      this.packet(longIn(bytes, at + 8, isLittle), bytes, at, end, offset);
    } else if (type === block.oldPacket && at + 28 <= end) {
      this.packet(wordIn(bytes, at + 8, isLittle), bytes, at, end, offset);
    } else if (type === block.simplePacket && at + 12 <= end) this.simplePacket(bytes, at, end, offset);
  }

  private addInterface(bytes: Uint8Array, at: number, end: number): void {
    const { isLittle } = this;
    const options = optionsOf(bytes, at + 16, end, isLittle);
    const clock = new Clock(options.resolution, options.offset);
    const on = this.reading.addInterface(wordIn(bytes, at + 8, isLittle), options.name, clock.isFine ? 'ns' : 'us');
    this.described.push({ on, clock, snapLength: longIn(bytes, at + 12, isLittle) });
  }

  private packet(number: number, bytes: Uint8Array, at: number, end: number, offset: number): void {
    const { isLittle } = this;
    const on = this.described[number];
    if (on === undefined) {
      this.reading.complain(offset, `a packet of interface ${number}, which the section does not describe; left out`);
      return;
    }
    const stated = longIn(bytes, at + 20, isLittle);
    const kept = Math.min(stated, end - at - 28);
    if (kept < stated)
      this.reading.complain(offset, `a packet of ${stated} bytes in a block that has room for ${kept}`);
    on.clock.set(longIn(bytes, at + 12, isLittle), longIn(bytes, at + 16, isLittle));
    const { seconds, nanoseconds } = on.clock;
    const length = longIn(bytes, at + 24, isLittle);
    this.reading.emit(on.on, seconds, nanoseconds, bytes, at + 28, at + 28 + kept, length);
  }

  /** It has no time and no interface: the section's first one counts. */
  private simplePacket(bytes: Uint8Array, at: number, end: number, offset: number): void {
    const [on] = this.described;
    if (on === undefined) {
      this.reading.complain(offset, 'a packet before any interface was described; left out');
      return;
    }
    const length = longIn(bytes, at + 8, this.isLittle);
    const kept = Math.min(length, end - at - 12, on.snapLength === 0 ? length : on.snapLength);
    this.reading.emit(on.on, 0, 0, bytes, at + 12, at + 12 + kept, length);
  }

  /**
   * The first place where a block of a usual type stands that says the same length before and behind its contents.
   * `isLost` stays true when the window ends before that is sure: then all before the place can be forgotten.
   */
  private findBlock(bytes: Uint8Array, from: number, end: number): number {
    this.isLost = true;
    let at = from;
    for (; at + 12 <= end; at++) {
      const type = longIn(bytes, at, this.isLittle);
      const length = longIn(bytes, at + 4, this.isLittle);
      if ((type > 6 && type !== sectionHeader) || type === 0 || !isLength(length) || length > longestFrame) continue;
      if (at + length > end) return at;
      if (longIn(bytes, at + length - 4, this.isLittle) !== length) continue;
      this.isLost = false;
      return at;
    }
    return at;
  }
}

function isLength(length: number): boolean {
  return length >= 12 && length % 4 === 0 && length <= longestBlock;
}

function holdsPackets(type: number): boolean {
  return type === block.enhancedPacket || type === block.oldPacket || type === block.simplePacket;
}
