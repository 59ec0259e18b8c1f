// Owns address blocks: in which order a node tries them, and which addresses of a block are free (calico.md D.1, D.3).

import {
  type Family,
  formatAddress,
  formatPrefix,
  maskPrefix,
  mustParsePrefix,
  nthAddress,
  type Prefix,
  sizeOf,
  widthOf,
} from '../base/address.ts';
import { bigIntBelow, fnv1, goRandom } from './go-rand.ts';
import type { IPPool } from './objects.ts';

/** A pool as IPAM reads it. */
export interface PoolRange {
  readonly name: string;
  readonly family: Family;
  readonly prefix: Prefix;
  readonly blockSize: number;
  /** How many blocks it has. */
  readonly count: bigint;
}

/** Reads cidr and blockSize (26 or 122 unless stated). Throws a TypeError for a pool that is not valid. */
export function poolRange(pool: IPPool): PoolRange {
  const prefix = maskPrefix(mustParsePrefix(pool.spec.cidr));
  const blockSize = pool.spec.blockSize ?? (prefix.family === 4 ? 26 : 122);
  if (blockSize < prefix.length) throw new TypeError(`pool ${pool.metadata.name} is smaller than one block`);
  const count = 1n << BigInt(blockSize - prefix.length);
  return { name: pool.metadata.name, family: prefix.family, prefix, blockSize, count };
}

/**
 * The index of the first block a node tries in a pool: a pure function of the node's name and the number of blocks
 * (calico.md D.1). The walk goes on from there and wraps.
 */
export function firstBlockIndex(node: string, count: bigint): bigint {
  return bigIntBelow(goRandom(fnv1(node)), count);
}

/** The block with an index, in CIDR form. */
export function blockAt(pool: PoolRange, index: bigint): string {
  const size = 1n << BigInt(widthOf(pool.family) - pool.blockSize);
  return formatPrefix({ ...nthAddress(pool.prefix, index * size), length: pool.blockSize });
}

/** The blocks of a pool in the order in which a node tries them. */
export function* blockWalk(node: string, pool: PoolRange): Generator<string> {
  const start = firstBlockIndex(node, pool.count);
  for (let i = 0n; i < pool.count; i++) yield blockAt(pool, (start + i) % pool.count);
}

/** A block that a node has claimed, and its free ordinals: the head is given next, released ones go to the tail. */
export class ClaimedBlock {
  readonly cidr: string;
  readonly node: string;
  readonly pool: string;
  readonly family: Family;
  readonly #prefix: Prefix;
  /** Ordinals from here on were never given. */
  #fresh = 0n;
  readonly #released: string[] = [];

  /** A new block, or one of a cluster that has given every ordinal but the `free` ones. */
  constructor(cidr: string, node: string, pool: PoolRange, free?: readonly number[]) {
    this.cidr = cidr;
    this.node = node;
    this.pool = pool.name;
    this.family = pool.family;
    this.#prefix = mustParsePrefix(cidr);
    if (free === undefined) return;
    this.#fresh = sizeOf(this.#prefix);
    for (const ordinal of free) this.release(formatAddress(nthAddress(this.#prefix, BigInt(ordinal))));
  }

  /** The next free address, or undefined when the block is full. */
  take(): string | undefined {
    if (this.#fresh >= sizeOf(this.#prefix)) return this.#released.shift();
    return formatAddress(nthAddress(this.#prefix, this.#fresh++));
  }

  /** Gives an address back; it is reused last. */
  release(address: string): void {
    this.#released.push(address);
  }
}
