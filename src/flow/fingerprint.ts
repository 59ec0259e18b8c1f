// Owns the fingerprints by which packets are compared: two 32-bit numbers mixed from the fields that stay the same.

import { long } from '../packet/bytes.ts';

/** A 64-bit fingerprint that is mixed field by field; one object is used again for every packet. */
export class Fingerprint {
  low = 0;
  high = 0;

  /** Begins anew, or from another fingerprint. */
  begin(low = 0x9e3779b9, high = 0x85ebca6b): void {
    this.low = low;
    this.high = high;
  }

  /** Mixes a 32-bit number in (two lanes of multiply and xor-shift with different odd factors). */
  add(value: number): void {
    const low = Math.imul(this.low ^ value, 0x85ebca77);
    const high = Math.imul(this.high ^ value, 0xc2b2ae3d);
    this.low = low ^ (low >>> 15) ^ (high << 7);
    this.high = high ^ (high >>> 13) ^ (low << 11);
  }

  /** Mixes bytes in, four at a time; `length` is rounded down to whole words. */
  addWords(bytes: Uint8Array, at: number, length: number): void {
    for (let place = 0; place + 4 <= length; place += 4) this.add(long(bytes, at + place));
  }
}

/** Numbers by fingerprint: open addressing over typed arrays, so that a million entries cost 16 MB and no objects. */
export class FingerprintIndex {
  private lows = new Int32Array(1024);
  private highs = new Int32Array(1024);
  private values = new Int32Array(1024).fill(-1);
  count = 0;

  /** The number stored under the fingerprint; -1 when there is none. */
  get(low: number, high: number): number {
    return this.values[this.slot(low, high)]!;
  }

  /** Stores a number under the fingerprint, in place of another. */
  set(low: number, high: number, value: number): void {
    if ((this.count + 1) * 2 > this.values.length) this.grow();
    const slot = this.slot(low, high);
    if (this.values[slot] === -1) this.count++;
    this.lows[slot] = low;
    this.highs[slot] = high;
    this.values[slot] = value;
  }

  private slot(low: number, high: number): number {
    const mask = this.values.length - 1;
    let slot = (low ^ (high >>> 3)) & mask;
    while (this.values[slot] !== -1 && (this.lows[slot] !== (low | 0) || this.highs[slot] !== (high | 0))) {
      slot = (slot + 1) & mask;
    }
    return slot;
  }

  private grow(): void {
    const { lows, highs, values } = this;
    this.lows = new Int32Array(lows.length * 2);
    this.highs = new Int32Array(lows.length * 2);
    this.values = new Int32Array(lows.length * 2).fill(-1);
    this.count = 0;
    for (let slot = 0; slot < values.length; slot++) {
      if (values[slot] !== -1) this.set(lows[slot]!, highs[slot]!, values[slot]!);
    }
  }
}
