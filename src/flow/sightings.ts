// Owns the table of sightings: a row for each packet at each point, in columns of numbers, so that a million take 70 MB.

/** Rows that are kept; later packets are only counted. */
export const mostSightings = 2 ** 20;

/** Bits of the column `marks`. */
export const mark = {
  unfragmentable: 1,
  moreFragments: 2,
  laterFragment: 4,
  syn: 8,
  reset: 16,
  finish: 32,
  /** DF of the outermost IPv4 header. */
  outerUnfragmentable: 64,
} as const;

/** One packet at one point, about to be added. */
export interface Sighting {
  point: number;
  frame: number;
  time: number;
  flow: number;
  keyLow: number;
  keyHigh: number;
  natLow: number;
  natHigh: number;
  wrap: number;
  ttl: number;
  outerTtl: number;
  length: number;
  link: number;
  sequence: number;
  ack: number;
  payload: number;
  ipId: number;
  marks: number;
}

/** All sightings, in the order in which they were read. */
export class Sightings {
  count = 0;
  /** Packets that were not kept, there being too many. */
  beyond = 0;
  point = new Uint16Array(1024);
  /** Number of the frame in its file. */
  frame = new Uint32Array(1024);
  /** Nanoseconds since the first packet that was read, on the point's own clock. */
  time = new Float64Array(1024);
  flow = new Uint32Array(1024);
  /** Fingerprint of what stays the same on the way: the packet's identity. */
  keyLow = new Int32Array(1024);
  keyHigh = new Int32Array(1024);
  /** Fingerprint of what stays the same through address translation; both 0 when that is too little to go by. */
  natLow = new Int32Array(1024);
  natHigh = new Int32Array(1024);
  wrap = new Uint16Array(1024);
  ttl = new Uint8Array(1024);
  /** Of the outermost header; the same as `ttl` when plain. */
  outerTtl = new Uint8Array(1024);
  /** Bytes on the wire, link layer included. */
  length = new Uint32Array(1024);
  /** Number of the link-layer header: Ethernet addresses and tags; 0 without. */
  link = new Uint16Array(1024);
  /** TCP's or an echo's sequence number; of a later fragment its offset, until `joinFragments` knows the first. */
  sequence = new Uint32Array(1024);
  /** TCP's acknowledgment number. */
  ack = new Uint32Array(1024);
  /** TCP's payload in bytes. */
  payload = new Uint32Array(1024);
  ipId = new Uint16Array(1024);
  marks = new Uint8Array(1024);

  /** Adds a row. */
  add(row: Sighting): void {
    if (this.count === mostSightings) {
      this.beyond++;
      return;
    }
    if (this.count === this.point.length) this.grow();
    const at = this.count++;
    this.point[at] = row.point;
    this.frame[at] = row.frame;
    this.time[at] = row.time;
    this.flow[at] = row.flow;
    this.keyLow[at] = row.keyLow;
    this.keyHigh[at] = row.keyHigh;
    this.natLow[at] = row.natLow;
    this.natHigh[at] = row.natHigh;
    this.wrap[at] = row.wrap;
    this.ttl[at] = row.ttl;
    this.outerTtl[at] = row.outerTtl;
    this.length[at] = row.length;
    this.link[at] = row.link;
    this.sequence[at] = row.sequence;
    this.ack[at] = row.ack;
    this.payload[at] = row.payload;
    this.ipId[at] = row.ipId;
    this.marks[at] = row.marks;
  }

  private grow(): void {
    this.point = grown(this.point, new Uint16Array(this.count * 2));
    this.frame = grown(this.frame, new Uint32Array(this.count * 2));
    this.time = grown(this.time, new Float64Array(this.count * 2));
    this.flow = grown(this.flow, new Uint32Array(this.count * 2));
    this.keyLow = grown(this.keyLow, new Int32Array(this.count * 2));
    this.keyHigh = grown(this.keyHigh, new Int32Array(this.count * 2));
    this.natLow = grown(this.natLow, new Int32Array(this.count * 2));
    this.natHigh = grown(this.natHigh, new Int32Array(this.count * 2));
    this.wrap = grown(this.wrap, new Uint16Array(this.count * 2));
    this.ttl = grown(this.ttl, new Uint8Array(this.count * 2));
    this.outerTtl = grown(this.outerTtl, new Uint8Array(this.count * 2));
    this.length = grown(this.length, new Uint32Array(this.count * 2));
    this.link = grown(this.link, new Uint16Array(this.count * 2));
    this.sequence = grown(this.sequence, new Uint32Array(this.count * 2));
    this.ack = grown(this.ack, new Uint32Array(this.count * 2));
    this.payload = grown(this.payload, new Uint32Array(this.count * 2));
    this.ipId = grown(this.ipId, new Uint16Array(this.count * 2));
    this.marks = grown(this.marks, new Uint8Array(this.count * 2));
  }
}

function grown<T extends { set(from: T): void }>(from: T, to: T): T {
  to.set(from);
  return to;
}
