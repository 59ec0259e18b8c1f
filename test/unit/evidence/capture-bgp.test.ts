// Owns the tests of telling BGP messages: once each, by their sender, with where they arrived, or that they did not.

import { describe, expect, it } from 'vitest';
import { messagesOf } from '../../../src/evidence/capture-bgp.ts';
import type { PlannedPoint } from '../../../src/evidence/points.ts';
import { bgpMessagesJson, bgpMessagesText } from '../../../src/report/bgp-messages.ts';
import { design } from '../../support/made-captures.ts';
import * as p from '../../support/packets.ts';

const [near, far] = ['172.18.0.2', '172.18.0.4'];
const points = [
  ['control-plane', 'fullmesh-control-plane'],
  ['worker2', 'fullmesh-worker2'],
].map(([short, machine]): PlannedPoint => {
  const where = { machine: machine ?? '', interface: 'eth0' };
  return { ...where, name: `${short}:eth0`, role: 'path', requestGoes: 'out' };
});

const marker = 'ff'.repeat(16);
const keepalive = p.hex(`${marker} 0013 04`);
const withdraw = p.hex(`${marker} 001c 02 0005 1a0af40200 0000`);
const cease = p.hex(`${marker} 0015 03 0602`);
const ms = 1_000_000;

/** A segment of the session, and the nanosecond at which a point saw it. */
function seen(time: number, from: string, sequence: number, payload: Uint8Array, port = 179): p.TimedFrame {
  const [to, ports] = from === near ? [far, { from: port, to: 40_000 }] : [near, { from: 40_000, to: port }];
  return { bytes: p.eth(0x0800, p.ipv4(6, { from, to }, p.tcp({ ...ports, sequence }, payload))), time };
}

const sent = [seen(1 * ms, near, 1, withdraw), seen(3 * ms, far, 1, keepalive), seen(5 * ms, near, 29, cease)];
const caught = (...frames: readonly p.TimedFrame[]) => ({ pcap: [p.pcapFile(frames)] });

describe('the messages of a session', () => {
  const whole = [
    caught(...sent),
    caught(seen(1 * ms + 20_000, near, 1, withdraw), seen(3 * ms - 20_000, far, 1, keepalive)),
  ];
  const messages = messagesOf(design, points, whole);
  const evidence = {
    points: points.map((point, place) => ({ point, ...whole[place]! })),
    messages,
    isInterrupted: false,
  };
  const report = { design, evidence, saved: { folder: 'kept', files: ['1.pcap', '2.pcap'], merged: 'all.pcapng' } };

  it('are told once, in the order of time, by their sender', () => {
    expect(messages.map(({ time, point, direction, message }) => [time, point, direction, message.kind])).toEqual([
      [0, 'control-plane:eth0', 'out', 'update'],
      [2 * ms - 20_000, 'worker2:eth0', 'out', 'keepalive'],
      [4 * ms, 'control-plane:eth0', 'out', 'notification'],
    ]);
  });

  it('arrive where their receiver saw them, or are said not to', () => {
    expect(messages.map(({ arrived }) => arrived)).toEqual([
      { point: 'worker2:eth0', after: 20_000 },
      { point: 'control-plane:eth0', after: 20_000 },
      undefined,
    ]);
    expect(bgpMessagesText(report)).toContain('sent, and not seen to arrive: 1 message\n');
  });

  it('are shown with names and words, KEEPALIVEs counted only', () => {
    const text = bgpMessagesText(report);

    expect(text).toMatch(
      /out +control-plane \(172\.18\.0\.2\) +worker2 \(172\.18\.0\.4\) +worker2:eth0 after 20\.0 us +UPDATE +withdraws 10\.244\.2\.0\/26\n/,
    );
    expect(text).toMatch(/NOTIFICATION +code 6 subcode 2: Cease: administrative shutdown\n/);
    expect(text).toContain('heard: 2 messages and 1 KEEPALIVE at 2 points\n');
    expect(JSON.parse(bgpMessagesJson(report)).messages).toHaveLength(3);
  });

  it('are known by their marker on any other port, also when one ends in a later segment', () => {
    const [head, tail] = [withdraw.subarray(0, 20), withdraw.subarray(20)];
    const split = caught(seen(1, near, 1, head, 1790), seen(2, near, 21, tail, 1790), seen(3, near, 29, cease, 1790));

    expect(messagesOf(design, points, [split, caught()]).map(({ message }) => message.kind)).toEqual([
      'update',
      'notification',
    ]);
  });

  it('are told by their receiver where the sender was not listened at', () => {
    const [message] = messagesOf(design, points.slice(1), whole.slice(1));

    expect(message).toMatchObject({ point: 'worker2:eth0', direction: 'in', arrived: undefined });
  });
});
