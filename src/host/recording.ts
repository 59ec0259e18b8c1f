// Owns the bytes of a capture while it goes on: few are held in memory, many on disk, in a file without a name.

import { mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';

/** Bytes of one recording that stay in memory. */
const mostInMemory = 256 * 1024;

/** Grows while it is recorded; can be read from the beginning as often as needed, piece by piece. */
export class Recording implements Iterable<Uint8Array> {
  size = 0;
  private chunks: Uint8Array[] = [];
  private file: number | undefined;

  /** Adds a piece; its bytes may be kept as they are, so its owner must not use them again. */
  push(piece: Uint8Array): void {
    this.size += piece.length;
    this.chunks.push(piece);
    if (this.file === undefined && this.size <= mostInMemory) return;
    this.file ??= namelessFile();
    for (const chunk of this.chunks) for (let at = 0; at < chunk.length; ) at += writeSync(this.file, chunk, at);
    this.chunks = [];
  }

  /** A piece is valid until the next is asked for. */
  *[Symbol.iterator](): Generator<Uint8Array> {
    yield* this.chunks;
    if (this.file === undefined) return;
    const piece = Buffer.allocUnsafe(mostInMemory);
    for (let at = 0; at < this.size; ) {
      const length = readSync(this.file, piece, 0, piece.length, at);
      if (length === 0) return;
      at += length;
      yield piece.subarray(0, length);
    }
  }
}

/** In /var/tmp, which is on disk where /tmp is in memory (file-hierarchy(7)); gone with this process, however that ends. */
function namelessFile(): number {
  const folder = mkdtempSync(join('/var/tmp', 'labctl-'));
  try {
    return openSync(join(folder, 'recording'), 'wx+', 0o600);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
