// Owns throwing damaged packets and files at the readers: 100,000 of them, none may throw, hang, or read outside.

import { describe, expect, it } from 'vitest';
import { CaptureParser } from '../../../src/packet/capture-parser.ts';
import { OurReader } from '../../support/our-fields.ts';
import { joined, pcapFile } from '../../support/packets.ts';
import { interfaceBlock, packetBlock, sectionBlock } from '../../support/pcapng.ts';
import { madeLinkTypes, randomFrames } from '../../support/random-packets.ts';
import { type Chance, seeded } from '../../support/seeded.ts';

/** The bytes with up to four of them changed, and sometimes cut. */
function damaged(chance: Chance, bytes: Uint8Array): Uint8Array {
  const copy = bytes.slice(0, chance.below(4) === 0 ? chance.below(bytes.length + 1) : bytes.length);
  for (let times = 1 + chance.below(4); times > 0 && copy.length > 0; times--) {
    copy[chance.below(copy.length)] = chance.pick([0, 0xff, 0x45, 0x60, 1, 4, chance.below(256)]);
  }
  return copy;
}

describe('damaged', () => {
  it.each(madeLinkTypes)('packets of link type %i: every field that is read stands in them', (linkType) => {
    const chance = seeded(11 + linkType);
    const frames = randomFrames(13 + linkType, 400, linkType);
    const reader = new OurReader();
    const on = { index: 0, linkType, name: undefined };
    for (let count = 0; count < 18_000; count++) {
      const bytes = damaged(chance, chance.pick(frames).bytes);
      const values = reader.read({
        number: 1,
        interface: on,
        seconds: 0,
        nanoseconds: 0,
        bytes,
        start: 0,
        end: bytes.length,
        length: bytes.length,
      });
      const text = JSON.stringify([...values.values()]);
      if (/undefined|NaN/.test(text)) throw new Error(`${Buffer.from(bytes).toString('hex')} gives ${text}`);
    }
  });

  it('files: each gives at most the frames that fit in it', () => {
    const chance = seeded(17);
    const frames = randomFrames(19, 12, 1);
    const pcap = pcapFile(frames);
    const blocks = frames.map(({ bytes }, index) => packetBlock(true, 0, BigInt(index), bytes));
    const pcapng = joined(sectionBlock(true), interfaceBlock(true, 1, { name: 'eth0', resolution: 9 }), ...blocks);
    for (let count = 0; count < 10_000; count++) {
      const file = damaged(chance, chance.pick([pcap, pcapng]));
      const parser = new CaptureParser((frame) => {
        if (frame.start > frame.end || frame.end > frame.bytes.length) throw new Error('a frame outside the bytes');
      });
      const piece = chance.pick([file.length, 64, 4096]) + 1;
      for (let at = 0; at < file.length; at += piece) parser.push(file.subarray(at, at + piece));
      const { frames: got, problems } = parser.end();
      expect(got).toBeLessThan(file.length / 12 + 1);
      expect(problems.length).toBeLessThan(12);
    }
  });
});
