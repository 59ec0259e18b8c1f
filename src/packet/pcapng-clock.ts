// Owns an interface's unit of time in a pcapng file: `if_tsresol` and `if_tsoffset`.

/** Turns an interface's 64-bit time stamps into seconds and nanoseconds, exactly up to nanoseconds. */
export class Clock {
  seconds = 0;
  nanoseconds = 0;
  /** Whether it ticks more often than once a microsecond. */
  readonly isFine: boolean;
  private readonly perSecond: bigint;
  private readonly divisor: number;
  private readonly offset: number;

  /** `resolution` as the option has it: a power of ten, or of two when the highest bit is set. */
  constructor(resolution: number, offset: number) {
    const power = resolution & 0x7f;
    this.perSecond = (resolution & 0x80) === 0 ? 10n ** BigInt(power) : 1n << BigInt(power);
    this.isFine = this.perSecond > 1_000_000n;
    // The long division below is exact while the remainder times 65536 is below 2^53.
    this.divisor = this.perSecond <= 1n << 36n ? Number(this.perSecond) : 0;
    this.offset = offset;
  }

  /** Reads a time stamp from its upper and lower 32 bits. */
  set(high: number, low: number): void {
    if (this.divisor === 0) {
      this.setLong(high, low);
      return;
    }
    let quotient = 0;
    let rest = 0;
    for (const digit of [high >>> 16, high & 0xffff, low >>> 16, low & 0xffff]) {
      const current = rest * 65_536 + digit;
      const part = Math.floor(current / this.divisor);
      rest = current - part * this.divisor;
      quotient = quotient * 65_536 + part;
    }
    this.seconds = quotient + this.offset;
    this.nanoseconds =
      this.divisor <= 1_000_000_000
        ? Math.floor((rest * 1_000_000_000) / this.divisor)
        : Number((BigInt(rest) * 1_000_000_000n) / this.perSecond);
  }

  private setLong(high: number, low: number): void {
    const ticks = (BigInt(high) << 32n) | BigInt(low);
    this.seconds = Number(ticks / this.perSecond) + this.offset;
    this.nanoseconds = Number(((ticks % this.perSecond) * 1_000_000_000n) / this.perSecond);
  }
}
