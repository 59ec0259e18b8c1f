// Owns the tests of recordings: what is read is what was written, from memory or disk, and nothing is left on disk.

import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { Recording } from '../../../src/host/recording.ts';

describe('a recording', () => {
  it.each([3, 300, 3000])('gives %i pieces of 1000 bytes again, as often as asked', (count) => {
    const before = readdirSync('/var/tmp');
    const recording = new Recording();
    const pieces = Array.from({ length: count }, (_, place) => Buffer.alloc(1000, place % 251));
    for (const piece of pieces) recording.push(piece);

    const read = () => Buffer.concat(Array.from(recording, (piece) => new Uint8Array(piece)));

    expect(recording.size).toBe(count * 1000);
    expect(read().equals(Buffer.concat(pieces))).toBe(true);
    expect(read().length).toBe(count * 1000);
    expect(readdirSync('/var/tmp').filter((name) => name.startsWith('labctl-') && !before.includes(name))).toEqual([]);
  });

  it('holds little in memory however long it gets', () => {
    const recording = new Recording();
    const began = process.memoryUsage().arrayBuffers;
    for (let count = 0; count < 400; count++) recording.push(Buffer.alloc(256 * 1024));

    expect(recording.size).toBe(100 * 1024 * 1024);
    expect(process.memoryUsage().arrayBuffers - began).toBeLessThan(80 * 1024 * 1024);
  });
});
