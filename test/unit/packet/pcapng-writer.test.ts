// Owns the tests of writing pcapng: what was written is read again, by ourselves and by tshark.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CaptureParser } from '../../../src/packet/capture-parser.ts';
import { interfaceBlock, packetBlock, sectionBlock } from '../../../src/packet/pcapng-writer.ts';
import * as p from '../../support/packets.ts';
import { hasTshark, tsharkFields } from '../../support/tshark.ts';

const echo = p.ipv4(1, { from: '10.244.1.2', to: '10.244.2.3' }, p.echo(8, 7, 1));
const interfaces = [
  { name: 'pod-a:eth0', linkType: 1 },
  { name: 'worker:tunl0', linkType: 101 },
];
const time = 1_763_700_000_123_456_789n;
const frame = p.eth(0x0800, echo);
const packets = [
  { interface: 0, time, bytes: frame, length: frame.length, comment: 'request 1, point 1 of 2' },
  { interface: 1, time: time + 5n, bytes: echo, length: 1500, comment: undefined },
];
const file = Buffer.concat([sectionBlock(), ...interfaces.map(interfaceBlock), ...packets.map(packetBlock)]);

describe('a pcapng file that we write', () => {
  it('is read as it was meant: names, link types, nanoseconds, lengths', () => {
    const seen: unknown[] = [];
    const parser = new CaptureParser(({ interface: { name, linkType }, seconds, nanoseconds, length }) =>
      seen.push([name, linkType, seconds, nanoseconds, length]),
    );
    parser.push(file);

    expect(parser.end()).toMatchObject({ format: 'pcapng', resolution: 'ns', frames: 2, problems: [] });
    expect(seen).toEqual([
      ['pod-a:eth0', 1, 1_763_700_000, 123_456_789, frame.length],
      ['worker:tunl0', 101, 1_763_700_000, 123_456_794, 1500],
    ]);
  });

  it.skipIf(!hasTshark())('is read by tshark with the comment of a packet', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'pcapng-'));
    try {
      const path = join(folder, 'all.pcapng');
      writeFileSync(path, file);
      const names = ['frame.interface_name', 'frame.comment', 'ip.dst', 'frame.time_epoch', 'frame.len'];

      expect(await tsharkFields(path, names)).toEqual([
        [['pod-a:eth0'], ['request 1, point 1 of 2'], ['10.244.2.3'], ['1763700000.123456789'], [String(frame.length)]],
        [['worker:tunl0'], [], ['10.244.2.3'], ['1763700000.123456794'], ['1500']],
      ]);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
