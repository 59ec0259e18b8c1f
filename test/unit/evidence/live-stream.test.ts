// Owns the tests of the file that is written while a capture goes on: in the order of time, each point described once.

import { expect, it } from 'vitest';
import { LiveStream } from '../../../src/evidence/live-stream.ts';
import { CaptureParser } from '../../../src/packet/capture-parser.ts';
import type { Frame } from '../../../src/packet/frame.ts';
import * as p from '../../support/packets.ts';

const echo = p.ipv4(1, { from: '10.244.1.2', to: '10.244.2.3' }, p.echo(8, 7, 1));

function frameAt(nanoseconds: number, linkType: number): Frame {
  const on = { index: 0, linkType, name: undefined };
  return { number: 1, interface: on, seconds: 5, nanoseconds, bytes: echo, start: 0, end: echo.length, length: 84 };
}

/** Point, link type and time of every packet that was written so far. */
function readBack(pieces: readonly Uint8Array[]): readonly unknown[] {
  const seen: unknown[] = [];
  const parser = new CaptureParser(({ interface: { name, linkType }, nanoseconds }) =>
    seen.push([name, linkType, nanoseconds]),
  );
  parser.push(Buffer.concat(pieces));
  expect(parser.end()).toMatchObject({ format: 'pcapng', problems: [] });
  return seen;
}

it('writes packets of all points in the order of time, though they come late', async () => {
  const pieces: Uint8Array[] = [];
  const stream = new LiveStream((piece) => pieces.push(piece));

  stream.see('worker:tunl0', frameAt(30_000, 101));
  stream.see('pod-a:eth0', frameAt(10_000, 1));
  stream.see('worker:tunl0', frameAt(20_000, 101));
  stream.end();

  expect(readBack(pieces)).toEqual([
    ['pod-a:eth0', 1, 10_000],
    ['worker:tunl0', 101, 20_000],
    ['worker:tunl0', 101, 30_000],
  ]);
});

it('writes while the capture goes on, as soon as it is quiet', async () => {
  const pieces: Uint8Array[] = [];
  const stream = new LiveStream((piece) => pieces.push(piece));
  stream.see('pod-a:eth0', frameAt(10_000, 1));

  await expect.poll(() => readBack(pieces), { timeout: 60_000 }).toHaveLength(1);
  stream.end();
});
