// Owns Go's seeded random numbers as Calico's IPAM uses them: math/rand's generator and big.Int.Rand.

import { goRandTable } from './go-rand-table.ts';

const wordMask = (1n << 64n) - 1n;
const int63Mask = (1n << 63n) - 1n;
const int32Max = 2 ** 31 - 1;
const stateLength = 607;
const tapDistance = 273;

let parsedTable: readonly bigint[] | undefined;

function table(): readonly bigint[] {
  parsedTable ??= goRandTable
    .trim()
    .split(/\s+/)
    .map((word) => BigInt(`0x${word}`));
  return parsedTable;
}

/** One draw of the Lehmer sequence that fills the state: 48271 * x mod (2^31 - 1), by Schrage's method. */
function lehmer(x: number): number {
  const high = Math.trunc(x / 44488);
  const low = x % 44488;
  const next = 48271 * low - 3399 * high;
  return next < 0 ? next + int32Max : next;
}

/** A stream of Go's random 32-bit numbers. */
export interface GoRandom {
  /** `rand.Uint32()`. */
  uint32(): bigint;
}

/**
 * `rand.New(rand.NewSource(seed))` of Go: an additive lagged Fibonacci generator (607, 273). The same seed gives the
 * same numbers as Go does, on any machine (calico.md D.1).
 */
export function goRandom(seed: number): GoRandom {
  const state = initialState(seed);
  let tap = 0;
  let feed = stateLength - tapDistance;

  function uint64(): bigint {
    tap = tap === 0 ? stateLength - 1 : tap - 1;
    feed = feed === 0 ? stateLength - 1 : feed - 1;
    const sum = ((state[feed] ?? 0n) + (state[tap] ?? 0n)) & wordMask;
    state[feed] = sum;
    return sum;
  }

  return { uint32: () => (uint64() & int63Mask) >> 31n };
}

function initialState(seed: number): bigint[] {
  let x = seed % int32Max;
  if (x < 0) x += int32Max;
  if (x === 0) x = 89482311;
  for (let i = 0; i < 20; i++) x = lehmer(x);
  const state: bigint[] = [];
  for (const constant of table()) {
    const first = lehmer(x);
    const second = lehmer(first);
    x = lehmer(second);
    // Two's complement: an int64 shifted left by 40 keeps only its low 24 bits.
    state.push((((BigInt(first) << 40n) & wordMask) ^ (BigInt(second) << 20n) ^ BigInt(x) ^ constant) & wordMask);
  }
  return state;
}

/**
 * `new(big.Int).Rand(random, limit)` of Go on a 64-bit machine: a number in [0, limit). Words are drawn low first,
 * the highest is masked to the limit's bit length, and all are drawn again until the number is below the limit.
 */
export function bigIntBelow(random: GoRandom, limit: bigint): bigint {
  if (limit <= 0n) return 0n;
  const bits = limit.toString(2).length;
  const words = Math.ceil(bits / 64);
  const topBits = bits % 64 === 0 ? 64 : bits % 64;
  const topMask = (1n << BigInt(topBits)) - 1n;
  for (;;) {
    let value = 0n;
    for (let i = 0; i < words; i++) {
      const low = random.uint32();
      const word = low | (random.uint32() << 32n);
      value |= (i === words - 1 ? word & topMask : word) << BigInt(64 * i);
    }
    if (value < limit) return value;
  }
}

/** FNV-1, 32 bits, of a text's UTF-8 bytes: multiply, then xor (calico.md D.1). */
export function fnv1(text: string): number {
  let hash = 2166136261;
  for (const byte of new TextEncoder().encode(text)) hash = (Math.imul(hash, 16777619) ^ byte) >>> 0;
  return hash;
}
