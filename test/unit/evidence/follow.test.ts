// Owns the tests of following packets through capture files.

import { describe, expect, it } from 'vitest';
import { followPackets, type IsOurs, type PacketSighting } from '../../../src/evidence/follow.ts';
import * as p from '../../support/packets.ts';

const pods = { from: '10.244.1.2', to: '10.244.2.3' };
const nodes = { from: '10.1.5.10', to: '10.1.8.11' };
const pattern = p.hex('c0ffee0011223344'.repeat(5));
const request = p.ipv4(1, { ...pods, ttl: 62 }, p.echo(8, 0x1234, 1, pattern));
const ipip = p.eth(0x0800, p.ipv4(4, { ...nodes, ttl: 63 }, request));
const reply = p.eth(0x0800, p.ipv4(1, { from: pods.to, to: pods.from, ttl: 63 }, p.echo(0, 0x1234, 1, pattern)));
const vxlan = p.eth(0x0800, p.ipv4(17, nodes, p.udp(49152, 4789, p.vxlan(4096, reply))));
const overIpv6 = p.eth(
  0x86dd,
  p.ipv6(58, { from: 'fd00::1', to: 'fd00::2', hopLimit: 63 }, p.echo(128, 7, 1, pattern)),
);

const file = (...frames: readonly Uint8Array[]): Uint8Array =>
  p.pcapFile(frames.map((bytes, index) => ({ bytes, time: 5e9 + index })));
const isOurs: IsOurs = (_, frame) => Buffer.from(frame).includes(Buffer.from('c0ffee0011223344', 'hex'));

/** What is seen when each frame is captured at a point of its own. */
function seenAt(frames: readonly Uint8Array[]): readonly (readonly PacketSighting[])[] {
  const files = frames.map((frame, index) => ({ name: `p${index}`, pcap: [file(frame)] }));
  return followPackets(files, isOurs).sightings;
}

describe('following packets', () => {
  it('takes only those with our pattern', () => {
    const foreign = p.eth(0x0800, p.ipv4(1, pods, p.echo(8, 1, 1)));
    const { packets, sightings } = followPackets(
      [{ name: 'p', pcap: [file(foreign, p.eth(0x0800, request))] }],
      isOurs,
    );

    expect(packets).toEqual([2]);
    expect(sightings[0]).toHaveLength(1);
    expect(sightings[0]![0]).toMatchObject({ kind: 'request', sequence: 1, ttl: 62, wrapping: 'none', frame: 2 });
  });

  it('knows one packet again in any wrapping, and keeps the outer header', () => {
    const [[plain], [wrapped]] = seenAt([p.eth(0x0800, request), ipip]) as [PacketSighting[], PacketSighting[]];

    expect(wrapped).toMatchObject({
      time: 5_000_000_000n,
      packet: plain!.packet,
      place: 1,
      ttl: 62,
      source: '10.244.1.2',
      destination: '10.244.2.3',
      wrapping: 'ipip',
      outer: { source: '10.1.5.10', destination: '10.1.8.11', ttl: 63, vni: undefined, overhead: 20 },
      sourceMac: '5e:00:00:00:00:01',
      length: plain!.length + 20,
    });
  });

  it('notes what a translation made of a request, and what undoes it in the answer', () => {
    const outside = { from: '10.1.5.10', to: '8.8.8.8' };
    const frames = [
      p.ipv4(1, { from: pods.from, to: outside.to, ttl: 64, id: 7 }, p.echo(8, 7, 1, pattern)),
      p.ipv4(1, { ...outside, ttl: 63, id: 7 }, p.echo(8, 51_234, 1, pattern)),
      p.ipv4(1, { from: outside.to, to: outside.from, ttl: 60, id: 9 }, p.echo(0, 51_234, 1, pattern)),
      p.ipv4(1, { from: outside.to, to: pods.from, ttl: 59, id: 9 }, p.echo(0, 7, 1, pattern)),
    ];
    const notes = seenAt(frames.map((frame) => p.eth(0x0800, frame))).map(([one]) => one?.note);

    expect(notes).toEqual([
      undefined,
      'SNAT 10.244.1.2 to 10.1.5.10, ICMP id 7 to 51234',
      undefined,
      'un-SNAT 10.1.5.10 to 10.244.1.2, ICMP id 51234 to 7',
    ]);
  });

  it('tells the answer from the request, wrapped or not, in both families', () => {
    const [, answers, v6] = seenAt([p.eth(0x0800, request), vxlan, overIpv6]);

    expect(answers).toMatchObject([{ kind: 'reply', ttl: 63, wrapping: 'vxlan', outer: { ttl: 64, vni: 4096 } }]);
    expect(v6).toMatchObject([{ kind: 'request', source: 'fd00::1', ttl: 63, wrapping: 'none' }]);
  });

  it('takes the ICMP error that quotes one of ours for an error about it, and no other', () => {
    const from = { from: '10.1.5.1', to: '10.244.1.2' };
    const error = p.eth(0x0800, p.ipv4(1, from, p.icmpError(3, 4, 1400, request)));
    const foreign = p.eth(0x0800, p.ipv4(1, from, p.icmpError(11, 0, 0, p.ipv4(1, pods, p.echo(8, 1, 1)))));
    const seen = seenAt([p.eth(0x0800, request), error, foreign]);

    expect(seen[1]).toMatchObject([{ kind: 'error', sequence: 1, what: 'fragmentation needed, next hop MTU 1400' }]);
    expect(seen[2]).toEqual([]);
  });

  it('counts a connection to a service once, its answers too, though the pod that answers is another address', () => {
    const ports = { from: 40_000, to: 80 };
    const [client, service, pod] = ['10.244.1.2', '10.96.0.80', '10.244.2.3'];
    const segment = (from: string, to: string, ttl: number, header: Parameters<typeof p.tcp>[0], id = 7) =>
      p.eth(0x0800, p.ipv4(6, { from, to, ttl, id }, p.tcp(header)));
    const answer = { from: 80, to: 40_000, sequence: 9, ack: 6, flags: 18 };
    const frames = [
      [segment(client, service, 64, { ...ports, sequence: 5, flags: 2 }), segment(service, client, 62, answer)],
      [segment(client, pod, 63, { ...ports, sequence: 5, flags: 2 }), segment(pod, client, 63, answer)],
    ];
    const files = frames.map((own, index) => ({ name: `p${index}`, pcap: [file(...own)] }));
    const { sightings } = followPackets(files, ({ source }) => source === client);

    expect(
      sightings
        .flat()
        .map(({ kind, sequence }) => `${kind} ${sequence}`)
        .sort(),
    ).toEqual(['reply 1', 'reply 1', 'request 1', 'request 1']);
  });
});
