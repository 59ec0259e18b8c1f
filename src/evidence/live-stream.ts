// Owns a capture as a pcapng file that is written while it goes on, for Wireshark to read from a pipe.

import { type Frame, frameTime } from '../packet/frame.ts';
import { interfaceBlock, packetBlock, sectionBlock, type WrittenPacket } from '../packet/pcapng-writer.ts';

/** Milliseconds between two looks at what has come. */
const pace = 50;
/** Nanoseconds that a packet waits for earlier ones of other points, whose tcpdump may be slower. */
const patience = 100_000_000n;

/** Takes frames of many points as they come, and writes them in the order of time. */
export class LiveStream {
  private readonly write: (piece: Uint8Array) => void;
  private readonly places = new Map<string, number>();
  private readonly timer: NodeJS.Timeout;
  private waiting: WrittenPacket[] = [];
  private isQuiet = false;

  constructor(write: (piece: Uint8Array) => void) {
    this.write = write;
    write(sectionBlock());
    this.timer = setInterval(() => this.flush(false), pace);
  }

  /** Takes a frame of a point; its interface is described when its first frame comes, which tells the link type. */
  see(point: string, frame: Frame): void {
    const { interface: on, bytes, start, end, length } = frame;
    let place = this.places.get(point);
    if (place === undefined) {
      place = this.places.size;
      this.places.set(point, place);
      this.write(interfaceBlock({ name: point, linkType: on.linkType }));
    }
    this.waiting.push({
      interface: place,
      time: frameTime(frame),
      bytes: bytes.slice(start, end),
      length,
      comment: undefined,
    });
    this.isQuiet = false;
  }

  /** Writes what still waits. */
  end(): void {
    clearInterval(this.timer);
    this.flush(true);
  }

  /** Writes what is old enough; all of it when nothing came since the last time. */
  private flush(isLast: boolean): void {
    if (this.waiting.length === 0) return;
    this.waiting.sort((a, b) => (a.time < b.time ? -1 : a.time > b.time ? 1 : 0));
    const newest = this.waiting.at(-1)!.time;
    const isAll = isLast || this.isQuiet;
    const ripe = isAll ? this.waiting : this.waiting.filter(({ time }) => time + patience <= newest);
    this.waiting = isAll ? [] : this.waiting.filter(({ time }) => time + patience > newest);
    for (const packet of ripe) this.write(packetBlock(packet));
    this.isQuiet = true;
  }
}
