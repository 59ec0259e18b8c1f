// Owns reading a capture file piece by piece, whatever its format; memory stays within one piece and one record.

import { long } from './bytes.ts';
import { type CaptureFileFacts, FileReading, type Frame, type RecordParser } from './frame.ts';
import { pcapHeaderLength, pcapParser } from './pcap-parser.ts';
import { PcapngParser, sectionHeader } from './pcapng-parser.ts';

/** A capture file in pieces, in their order; it can be read more than once. */
export type Pieces = Iterable<Uint8Array>;

/** Hands out all frames of a file in the order of the file. */
export function readFrames(pieces: Pieces, onFrame: (frame: Frame) => void): CaptureFileFacts {
  const parser = new CaptureParser(onFrame);
  for (const piece of pieces) parser.push(piece);
  return parser.end();
}

/** Takes a pcap or pcapng file in pieces of any size, and hands out its frames as they become whole. */
export class CaptureParser {
  private readonly reading: FileReading;
  private parser: RecordParser | undefined;
  /** What the last piece left: the beginning of a record. */
  private rest = new Uint8Array();
  /** Where `rest` begins in the file. */
  private offset = 0;

  constructor(onFrame: (frame: Frame) => void) {
    this.reading = new FileReading(onFrame);
  }

  /** Takes the next piece; its bytes may be used again when this returns. */
  push(piece: Uint8Array): void {
    const bytes = this.rest.length === 0 ? piece : Buffer.concat([this.rest, piece]);
    let at = 0;
    if (this.parser === undefined) {
      at = this.begin(bytes);
      if (this.parser === undefined) {
        // Enough to know that it is none: nothing of it is kept.
        this.rest = copied(bytes.subarray(0, pcapHeaderLength));
        return;
      }
    }
    const taken = this.parser.take(bytes, at, bytes.length, this.offset + at);
    this.offset += taken;
    this.rest = copied(bytes.subarray(taken));
  }

  /** What the file was; to be called when there is no more of it. */
  end(): CaptureFileFacts {
    const { rest, offset, reading } = this;
    if (this.parser === undefined) reading.complain(0, notCapture(rest));
    else if (rest.length > 0)
      reading.complain(offset, `the file ends inside a packet: ${rest.length} bytes were left out`);
    return reading.facts();
  }

  private begin(bytes: Uint8Array): number {
    if (bytes.length >= 12 && long(bytes, 0) === sectionHeader) {
      this.parser = new PcapngParser(this.reading);
      return 0;
    }
    if (bytes.length < pcapHeaderLength) return 0;
    this.parser = pcapParser(bytes, 0, this.reading);
    return this.parser === undefined ? 0 : pcapHeaderLength;
  }
}

/** What a file that is no capture begins with. */
function notCapture(head: Uint8Array): string {
  if (head.length === 0) return 'an empty file';
  const begins = Buffer.from(head.subarray(0, 6)).toString('hex');
  const found = compressions.find(({ magic }) => begins.startsWith(magic));
  if (found !== undefined) return `compressed with ${found.name}: ${found.name} -d it first`;
  return head.length < pcapHeaderLength
    ? `${head.length} bytes, too short for pcap or pcapng`
    : 'neither pcap nor pcapng';
}

/** Besides gzip, which is read. */
const compressions = [
  { name: 'xz', magic: 'fd377a585a' },
  { name: 'zstd', magic: '28b52ffd' },
  { name: 'bzip2', magic: '425a68' },
  { name: 'lz4', magic: '04224d18' },
] as const;

/** A copy for certain: a Buffer's own `slice` shares its bytes with the piece, which its owner uses again. */
function copied(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return new Uint8Array(bytes);
}
