// Owns the tests of recordings: what is read is what was written, from memory or disk, and nothing is left on disk.

import { readdirSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { Recording } from '../../../src/host/recording.ts';

describe('a recording', () => {
  it.each([3, 300, 3000])('gives %i pieces of 1000 bytes again, as often as asked', async (count) => {
    const before = readdirSync('/var/tmp');
    const recording = new Recording();
    const pieces = Array.from({ length: count }, (_, place) => Buffer.alloc(1000, place % 251));
    for (const piece of pieces) recording.push(piece);

    const read = () => Buffer.concat(Array.from(recording, (piece) => new Uint8Array(piece)));

    expect(recording.size).toBe(count * 1000);
    expect(read().equals(Buffer.concat(pieces))).toBe(true);
    expect(read().length).toBe(count * 1000);
    // Another's, which captures beside this test, is gone the next moment.
    const fresh = () => readdirSync('/var/tmp').filter((name) => name.startsWith('labctl-') && !before.includes(name));
    await expect.poll(fresh, { timeout: 20_000 }).toEqual([]);
  });

  it('holds little in memory however long it gets', async () => {
    setFlagsFromString('--expose-gc');
    const collectGarbage = runInNewContext('gc') as () => void;
    const recording = new Recording();
    const began = process.memoryUsage().arrayBuffers;
    for (let count = 0; count < 400; count++) recording.push(Buffer.alloc(256 * 1024));

    expect(recording.size).toBe(100 * 1024 * 1024);
    const held = (): number => {
      collectGarbage();
      return process.memoryUsage().arrayBuffers - began;
    };
    await expect.poll(held, { timeout: 20_000 }).toBeLessThan(2 * 1024 * 1024);
  });
});
