// Owns the tests of reading capture files: formats, byte orders, units, pieces of any size, and what is left of a
// damaged file.

import { describe, expect, it } from 'vitest';
import { CaptureParser } from '../../../src/packet/capture-parser.ts';
import type { CaptureFileFacts } from '../../../src/packet/frame.ts';
import * as p from '../../support/packets.ts';
import { interfaceBlock, packetBlock, pcapngBlock, sectionBlock } from '../../support/pcapng.ts';

const frame = (last: number): Uint8Array =>
  p.eth(0x0800, p.ipv4(1, { from: '10.0.0.1', to: '10.0.0.2' }, p.echo(8, 1, last)));
const second = 1_000_000_000;

interface Read extends CaptureFileFacts {
  readonly times: readonly number[];
  readonly lengths: readonly (readonly [number, number])[];
  readonly on: readonly number[];
}

function read(file: Uint8Array, piece = file.length): Read {
  const times: number[] = [];
  const lengths: [number, number][] = [];
  const on: number[] = [];
  const parser = new CaptureParser((got) => {
    times.push(got.seconds * second + got.nanoseconds);
    lengths.push([got.end - got.start, got.length]);
    on.push(got.interface.index);
  });
  for (let at = 0; at < file.length; at += piece) parser.push(file.subarray(at, at + piece));
  return { ...parser.end(), times, lengths, on };
}

describe('pcap files', () => {
  it.each([
    [false, false],
    [false, true],
    [true, false],
    [true, true],
  ])('are read (big endian %s, microseconds %s)', (isBig, isMicro) => {
    const file = p.pcapFile(
      [
        { bytes: frame(1), time: 7 * second + 5_000 },
        { bytes: frame(2), time: 8 * second, length: 999 },
      ],
      { isBig, isMicro },
    );

    expect(read(file)).toMatchObject({
      format: 'pcap',
      resolution: isMicro ? 'us' : 'ns',
      times: [7 * second + 5_000, 8 * second],
      lengths: [
        [frame(1).length, frame(1).length],
        [frame(2).length, 999],
      ],
      problems: [],
    });
  });

  it('give the same in pieces of any size', () => {
    const file = p.pcapFile([1, 2, 3].map((last) => ({ bytes: frame(last), time: last * second })));

    for (const piece of [1, 7, 24, 60, 100]) expect(read(file, piece)).toEqual(read(file));
  });

  it('keep what a piece left when its bytes are used again', () => {
    const file = p.pcapFile([1, 2, 3].map((last) => ({ bytes: frame(last), time: last * second })));
    const piece = Buffer.alloc(50);
    const got: string[] = [];
    const parser = new CaptureParser(({ bytes, start, end }) =>
      got.push(Buffer.from(bytes.subarray(start, end)).toString('hex')),
    );
    for (let at = 0; at < file.length; at += piece.length) {
      const part = file.subarray(at, at + piece.length);
      piece.set(part);
      parser.push(piece.subarray(0, part.length));
    }

    expect(parser.end().problems).toEqual([]);
    expect(got).toEqual([1, 2, 3].map((last) => Buffer.from(frame(last)).toString('hex')));
  });

  it('that end inside a packet give what came before, and say where', () => {
    const file = p.pcapFile([1, 2].map((last) => ({ bytes: frame(last), time: last * second })));
    const whole = 24 + 16 + frame(1).length;

    for (let length = 24; length < file.length; length++) {
      const { frames, problems } = read(file.subarray(0, length));
      expect(frames).toBe(length < whole ? 0 : 1);
      if (length === 24 || length === whole) expect(problems).toEqual([]);
      else
        expect(problems).toMatchObject(
          [{ offset: length < whole ? 24 : whole, message: /ends inside a packet/ }].map(({ offset }) => ({ offset })),
        );
    }
  });

  it('with a corrupt record go on at the next one that can be believed', () => {
    const frames = Array.from({ length: 6 }, (_, last) => ({
      bytes: frame(last),
      time: (1_700_000_000 + last) * second,
    }));
    const file = p.pcapFile(frames);
    const third = 24 + 2 * (16 + frame(0).length);
    file.set([0xff, 0xff, 0xff, 0xff], third + 8);
    const got = read(file);

    expect(got.times).toEqual([0, 1, 3, 4, 5].map((last) => (1_700_000_000 + last) * second));
    expect(got.problems).toEqual([
      { offset: third, message: 'no record: it would hold 4294967295 bytes; looked for the next one' },
    ]);
    expect(read(file, 50).times).toEqual(got.times);
  });

  it('that are none say so', () => {
    expect(read(p.hex('00'.repeat(100)))).toMatchObject({
      format: undefined,
      frames: 0,
      problems: [{ message: 'neither pcap nor pcapng' }],
    });
    expect(read(new Uint8Array(), 1)).toMatchObject({ problems: [{ offset: 0, message: 'an empty file' }] });
  });
});

describe.each([true, false])('pcapng files (little endian %s)', (isLittle) => {
  const section = sectionBlock(isLittle);

  it('name their interfaces and keep their clocks', () => {
    const file = p.joined(
      section,
      interfaceBlock(isLittle, 1, { name: 'leaf0:eth1', resolution: 9 }),
      interfaceBlock(isLittle, 101, { name: 'tunl0', offset: -3 }),
      packetBlock(isLittle, 0, BigInt(1_700_000_000) * 1_000_000_000n + 7n, frame(1)),
      packetBlock(isLittle, 1, BigInt(1_700_000_000) * 1_000_000n + 9n, frame(2)),
    );

    expect(read(file)).toMatchObject({
      format: 'pcapng',
      resolution: 'ns',
      interfaces: [
        { index: 0, linkType: 1, name: 'leaf0:eth1' },
        { index: 1, linkType: 101, name: 'tunl0' },
      ],
      times: [1_700_000_000 * second + 7, 1_699_999_997 * second + 9_000],
      on: [0, 1],
      problems: [],
    });
  });

  it.each([
    ['powers of two', 0x80 | 10, 5n << 10n, 5 * second],
    ['picoseconds', 12, 5_000_000_001_000n, 5 * second + 1],
    ['seconds', 0, 5n, 5 * second],
  ])('count in %s', (_, resolution, ticks, time) => {
    const file = p.joined(
      section,
      interfaceBlock(isLittle, 1, { resolution }),
      packetBlock(isLittle, 0, ticks, frame(1)),
    );

    expect(read(file).times).toEqual([time]);
  });

  it('have sections with interfaces of their own, simple and old packets, and blocks that are passed over', () => {
    const number = (value: number): Uint8Array => (isLittle ? p.u32(value).reverse() : p.u32(value));
    const half = (value: number): Uint8Array => (isLittle ? p.u16(value).reverse() : p.u16(value));
    const body = p.joined(frame(1), new Uint8Array((4 - (frame(1).length % 4)) % 4));
    const old = p.joined(
      half(0),
      half(0),
      number(0),
      number(9),
      number(frame(1).length),
      number(frame(1).length),
      body,
    );
    const file = p.joined(
      section,
      interfaceBlock(isLittle, 1, {}),
      pcapngBlock(isLittle, 4, new Uint8Array(8)),
      pcapngBlock(isLittle, 3, p.joined(number(frame(1).length), body)),
      sectionBlock(!isLittle),
      interfaceBlock(!isLittle, 113, {}),
      packetBlock(!isLittle, 0, 8n, frame(1)),
      section,
      interfaceBlock(isLittle, 1, {}),
      pcapngBlock(isLittle, 0xbad, new Uint8Array(300_000)),
      pcapngBlock(isLittle, 2, old),
    );

    expect(read(file)).toMatchObject({ times: [0, 8_000, 9_000], on: [0, 1, 2], problems: [] });
    expect(read(file, 5)).toEqual(read(file));
  });

  it('say what does not fit, and go on', () => {
    const file = p.joined(
      section,
      interfaceBlock(isLittle, 1, {}),
      packetBlock(isLittle, 4, 1n, frame(1)),
      p.hex('00000006 00000007 00'),
      packetBlock(isLittle, 0, 2n, frame(2)),
    );
    const { times, problems } = read(file);

    expect(times).toEqual([2_000]);
    expect(problems.map(({ message }) => message.replace(/\d+/, 'N'))).toEqual([
      'a packet of interface N, which the section does not describe; left out',
      'no block: its length is N; looked for the next one',
    ]);
  });
});
