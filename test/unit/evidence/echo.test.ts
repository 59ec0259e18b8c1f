// Owns the tests of finding echoes in a capture file.

import { describe, expect, it } from 'vitest';
import { echoesIn, hasPattern } from '../../../src/evidence/echo.ts';
import * as p from '../../support/packets.ts';

const pods = { from: '10.244.1.2', to: '10.244.2.3' };
const nodes = { from: '10.1.5.10', to: '10.1.8.11' };
const pattern = p.hex('c0ffee0011223344'.repeat(5));
const request = p.ipv4(1, { ...pods, ttl: 62 }, p.echo(8, 0x1234, 1, pattern));
const ipip = p.eth(0x0800, p.ipv4(4, { ...nodes, ttl: 63 }, request));
const reply = p.eth(0x0800, p.ipv4(1, { ...pods, ttl: 63 }, p.echo(0, 0x1234, 1, pattern)));
const vxlan = p.eth(0x0800, p.ipv4(17, nodes, p.udp(49152, 4789, p.vxlan(4096, reply))));
const overIpv6 = p.eth(
  0x86dd,
  p.ipv6(58, { from: 'fd00::1', to: 'fd00::2', hopLimit: 63 }, p.echo(128, 7, 1, pattern)),
);

const file = (...frames: readonly Uint8Array[]): Uint8Array =>
  p.pcapFile(frames.map((bytes) => ({ bytes, time: 5e9 })));

describe('finding echoes', () => {
  it('takes only those with our pattern', () => {
    const foreign = p.eth(0x0800, p.ipv4(1, pods, p.echo(8, 1, 1)));
    const { packets, sightings } = echoesIn(file(foreign, p.eth(0x0800, request)), (payload) =>
      hasPattern(payload, 'c0ffee0011223344'),
    );

    expect(packets).toBe(2);
    expect(sightings).toHaveLength(1);
    expect(sightings[0]).toMatchObject({ kind: 'request', sequence: 1, ttl: 62, wrapping: 'none', outer: undefined });
  });

  it('tells the wrapping and keeps the outer header', () => {
    const [inIpip, inVxlan, v6] = echoesIn(file(ipip, vxlan, overIpv6), () => true).sightings;

    expect(inIpip).toMatchObject({
      time: 5_000_000_000n,
      kind: 'request',
      ttl: 62,
      source: '10.244.1.2',
      destination: '10.244.2.3',
      wrapping: 'ipip',
      outer: { source: '10.1.5.10', destination: '10.1.8.11', ttl: 63, vni: undefined },
      sourceMac: '5e:00:00:00:00:01',
    });
    expect(inVxlan).toMatchObject({ kind: 'reply', ttl: 63, wrapping: 'vxlan', outer: { ttl: 64, vni: 4096 } });
    expect(v6).toMatchObject({ kind: 'request', source: 'fd00::1', ttl: 63, wrapping: 'none' });
  });

  it('does not take the echo that an ICMP error quotes for one', () => {
    const error = p.eth(0x0800, p.ipv4(1, { from: '10.1.5.1', to: '10.244.1.2' }, p.icmpError(11, 0, 0, request)));

    expect(echoesIn(file(error), () => true)).toEqual({ packets: 1, sightings: [] });
  });
});
