// Owns what a capture file gives: frames with their time and interface, and what is wrong with the file.

/** An interface that a file says it was captured on; a pcap file has one. */
export interface CaptureInterface {
  /** From 0 in the order of the file, over all of its sections. */
  readonly index: number;
  /** LINKTYPE_ number. */
  readonly linkType: number;
  /** pcapng's `if_name` option. */
  readonly name: string | undefined;
}

/** One captured frame. The parser fills the same object again for each: take from it what is to stay. */
export interface Frame {
  /** From 1, as Wireshark counts. */
  number: number;
  interface: CaptureInterface;
  /** Whole seconds since 1970 and the nanoseconds beyond them; both 0 in a pcapng Simple Packet Block. */
  seconds: number;
  nanoseconds: number;
  /** Where the frame's bytes stand; valid only during the call. */
  bytes: Uint8Array;
  start: number;
  end: number;
  /** Length on the wire; more than is captured when the frame was cut. */
  length: number;
}

/** Nanoseconds since 1970. */
export function frameTime({ seconds, nanoseconds }: Pick<Frame, 'seconds' | 'nanoseconds'>): bigint {
  return BigInt(seconds) * 1_000_000_000n + BigInt(nanoseconds);
}

/** Something wrong in a file, and what was done about it. */
export interface FileProblem {
  /** Bytes from the file's beginning (of what gzip holds, when it is compressed). */
  readonly offset: number;
  readonly message: string;
}

/** What a file was, once it was read as far as it could be. */
export interface CaptureFileFacts {
  readonly format: 'pcap' | 'pcapng' | undefined;
  /** Unit of the times as written; of several interfaces' units the finest. */
  readonly resolution: 'us' | 'ns' | undefined;
  readonly interfaces: readonly CaptureInterface[];
  readonly frames: number;
  /** The first few, and in the last one how many there were more. */
  readonly problems: readonly FileProblem[];
}

/** The longest frame that is believed: libpcap's MAXIMUM_SNAPLEN. */
export const longestFrame = 262_144;

const problemsKept = 10;

/** What is gathered while a file is read: both formats write their frames and complaints here. */
export class FileReading {
  format: CaptureFileFacts['format'];
  resolution: CaptureFileFacts['resolution'];
  readonly interfaces: CaptureInterface[] = [];
  private readonly problems: FileProblem[] = [];
  private complaints = 0;
  private readonly onFrame: (frame: Frame) => void;
  private readonly frame: Frame;

  constructor(onFrame: (frame: Frame) => void) {
    this.onFrame = onFrame;
    const none: CaptureInterface = { index: -1, linkType: 0, name: undefined };
    const bytes = new Uint8Array();
    this.frame = { number: 0, interface: none, seconds: 0, nanoseconds: 0, bytes, start: 0, end: 0, length: 0 };
  }

  /** Adds an interface, and returns it with its number. */
  addInterface(linkType: number, name: string | undefined, resolution: 'us' | 'ns'): CaptureInterface {
    const added: CaptureInterface = { index: this.interfaces.length, linkType, name };
    this.interfaces.push(added);
    if (this.resolution !== 'ns') this.resolution = resolution;
    return added;
  }

  /** Hands a frame on; its bytes stand between `start` and `end`. */
  emit(
    on: CaptureInterface,
    seconds: number,
    nanoseconds: number,
    bytes: Uint8Array,
    start: number,
    end: number,
    length: number,
  ): void {
    const { frame } = this;
    frame.number++;
    frame.interface = on;
    frame.seconds = seconds;
    frame.nanoseconds = nanoseconds;
    frame.bytes = bytes;
    frame.start = start;
    frame.end = end;
    frame.length = length;
    this.onFrame(frame);
  }

  /** Notes what is wrong at a place of the file. */
  complain(offset: number, message: string): void {
    this.complaints++;
    if (this.problems.length < problemsKept) this.problems.push({ offset, message });
    else
      this.problems[problemsKept] = {
        offset,
        message: `and ${this.complaints - problemsKept} problems more, the last: ${message}`,
      };
  }

  facts(): CaptureFileFacts {
    const { format, resolution, interfaces, problems } = this;
    return { format, resolution, interfaces, frames: this.frame.number, problems };
  }
}

/** Parses one format's records out of a window of the file. */
export interface RecordParser {
  /**
   * Takes whole records from `bytes` between `start` and `end`; `offset` is what `start` is in the file. Returns where
   * it stopped: the rest is offered again with more behind it.
   */
  take(bytes: Uint8Array, start: number, end: number, offset: number): number;
}
