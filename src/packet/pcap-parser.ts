// Owns the pcap format (draft-ietf-opsawg-pcap): both byte orders, microseconds and nanoseconds, and finding the next
// record when one is corrupt.

import { longIn } from './bytes.ts';
import { type CaptureInterface, type FileReading, longestFrame, type RecordParser } from './frame.ts';

/** Bytes of the file header. */
export const pcapHeaderLength = 24;

const recordHeader = 16;
const magics = { microseconds: 0xa1b2c3d4, nanoseconds: 0xa1b23c4d } as const;

/** The parser for a file that begins with this header; undefined when it is not pcap's. */
export function pcapParser(header: Uint8Array, start: number, reading: FileReading): PcapParser | undefined {
  for (const isLittle of [true, false]) {
    const magic = longIn(header, start, isLittle);
    if (magic === magics.microseconds || magic === magics.nanoseconds) {
      const isNano = magic === magics.nanoseconds;
      // The upper bits tell the length of frame check sequences; nobody writes them.
      const linkType = longIn(header, start + 20, isLittle) & 0xffff;
      reading.format = 'pcap';
      return new PcapParser(reading, reading.addInterface(linkType, undefined, isNano ? 'ns' : 'us'), isLittle, isNano);
    }
  }
  return undefined;
}

/** Reads the records that follow a pcap file's header. */
export class PcapParser implements RecordParser {
  private readonly reading: FileReading;
  private readonly on: CaptureInterface;
  private readonly isLittle: boolean;
  private readonly unit: number;
  private lastSeconds = -1;
  private isLost = false;

  constructor(reading: FileReading, on: CaptureInterface, isLittle: boolean, isNano: boolean) {
    this.reading = reading;
    this.on = on;
    this.isLittle = isLittle;
    this.unit = isNano ? 1 : 1000;
  }

  take(bytes: Uint8Array, start: number, end: number, offset: number): number {
    const { isLittle, unit, reading, on } = this;
    let at = start;
    while (at + recordHeader <= end) {
      const kept = longIn(bytes, at + 8, isLittle);
      const fraction = longIn(bytes, at + 4, isLittle);
      const isRecord = kept <= longestFrame && fraction * unit < 1_000_000_000;
      if (this.isLost || !isRecord) {
        if (!this.isLost) {
          const fault =
            kept > longestFrame ? `it would hold ${kept} bytes` : 'its time has a second of fractions or more';
          reading.complain(offset + at - start, `no record: ${fault}; looked for the next one`);
        }
        at = this.findRecord(bytes, at, end);
        if (this.isLost) return at;
        continue;
      }
      const data = at + recordHeader;
      if (data + kept > end) break;
      const seconds = longIn(bytes, at, isLittle);
      this.lastSeconds = seconds;
      reading.emit(on, seconds, fraction * unit, bytes, data, data + kept, longIn(bytes, at + 12, isLittle));
      at = data + kept;
    }
    return at;
  }

  /**
   * The first place where a believable record stands with another one behind it. `isLost` stays true when the window
   * ends before that is sure: then all before the place can be forgotten.
   */
  private findRecord(bytes: Uint8Array, from: number, end: number): number {
    this.isLost = true;
    let at = from;
    for (; at + recordHeader <= end; at++) {
      if (!this.isBelievable(bytes, at)) continue;
      const behind = at + recordHeader + longIn(bytes, at + 8, this.isLittle);
      if (behind + recordHeader > end) return at;
      if (!this.isBelievable(bytes, behind)) continue;
      this.isLost = false;
      return at;
    }
    return at;
  }

  /** Captured no more than was on the wire, and within a day of the record before. */
  private isBelievable(bytes: Uint8Array, at: number): boolean {
    const { isLittle } = this;
    const kept = longIn(bytes, at + 8, isLittle);
    const length = longIn(bytes, at + 12, isLittle);
    if (kept === 0 || kept > length || length > longestFrame) return false;
    if (longIn(bytes, at + 4, isLittle) * this.unit >= 1_000_000_000) return false;
    return this.lastSeconds < 0 || Math.abs(longIn(bytes, at, isLittle) - this.lastSeconds) < 86_400;
  }
}
