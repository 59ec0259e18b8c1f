// Owns the tests of reading ping, traceroute, tcpdump and ip, on their real output.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseLinks } from '../../../src/host/link.ts';
import { pingArgv, readPing } from '../../../src/host/ping.ts';
import { readCounts } from '../../../src/host/tcpdump.ts';
import { readTraceroute, tracerouteArgv } from '../../../src/host/traceroute.ts';
import { sharedFolder } from '../../support/shared.ts';

const recorded = join(import.meta.dirname, '../../recorded');
/** Output of a program; the first line is the command. */
const said = (name: string): string => readFileSync(join(recorded, name), 'utf8').replace(/^.*\n/, '');
const out = (stdout: string) => ({ stdout, stderr: '' });
const err = (stderr: string) => ({ stdout: '', stderr });

describe('ping', () => {
  it('asks for what is wanted', () => {
    expect(pingArgv({ to: '10.244.2.2' })).toEqual(['ping', '-n', '-c', '1', '-W', '2', '10.244.2.2']);
    expect(pingArgv({ to: 'fd00::2', count: 3, waitSeconds: 1, pattern: 'c0ffee' })).toEqual([
      'ping',
      '-n',
      '-c',
      '3',
      '-i',
      '0.2',
      '-W',
      '1',
      '-p',
      'c0ffee',
      'fd00::2',
    ]);
  });

  it('counts both headers into the size, which differs by family', () => {
    expect(pingArgv({ to: '10.244.2.2', size: 1500 })).toContain('1472');
    expect(pingArgv({ to: 'fd00::2', size: 1500 })).toContain('1452');
  });

  it('reads answers', () => {
    expect(readPing(out(said('ping/20221126/answered.txt')))).toEqual({
      transmitted: 3,
      received: 3,
      replies: [
        { sequence: 1, ttl: 64, ms: 0.051 },
        { sequence: 2, ttl: 64, ms: 0.042 },
        { sequence: 3, ttl: 64, ms: 0.041 },
      ],
      errors: [],
    });
    expect(readPing(out(said('ping/20221126/answered-v6.txt')))).toMatchObject({ received: 1, replies: [{ ttl: 64 }] });
  });

  it('keeps what was said instead of an answer', () => {
    expect(readPing(out(said('ping/20221126/host-unreachable.txt')))).toEqual({
      transmitted: 1,
      received: 0,
      replies: [],
      errors: ['From 10.8.0.1 icmp_seq=1 Destination Host Unreachable'],
    });
    expect(readPing(err(said('ping/20221126/blackhole.txt')))).toMatchObject({
      received: 0,
      errors: ['connect: Invalid argument'],
    });
    expect(readPing(err(said('ping/20221126/no-route.txt'))).errors).toEqual(['connect: Network is unreachable']);
  });
});

describe('traceroute', () => {
  it('asks for ICMP, one probe a hop, numbers only', () => {
    expect(tracerouteArgv('10.244.2.2').join(' ')).toBe('traceroute -n -I -q 1 -w 1 -m 16 10.244.2.2');
  });

  it('reads silent hops and complaints', () => {
    expect(readTraceroute(out(said('traceroute/2.1.2/host-unreachable.txt')))).toEqual({
      hops: [1, 2, 3].map((hop) => ({ hop, address: undefined, mark: undefined })),
      errors: [],
    });
    expect(readTraceroute(err(said('traceroute/2.1.2/no-route.txt')))).toEqual({
      hops: [],
      errors: ['connect: Network is unreachable'],
    });
  });

  it('reads marks', () => {
    const text = 'traceroute to 10.8.0.7 (10.8.0.7), 16 hops max, 60 byte packets\n 1  10.8.0.1  3.052 ms !H\n';
    expect(readTraceroute(out(text)).hops).toEqual([{ hop: 1, address: '10.8.0.1', mark: '!H' }]);
  });

  const truth = sharedFolder('truth/bgp-rr');
  it.skipIf(truth === undefined)('reads the path of the real bgp-rr', () => {
    const text = readFileSync(join(truth!, 'probes/traceroute-icmp-pod-a-pod-b.txt'), 'utf8');

    expect(readTraceroute(out(text)).hops.map((hop) => hop.address)).toEqual([
      '172.18.0.4',
      '10.1.5.1',
      '10.1.12.2',
      '10.1.11.1',
      '10.1.8.11',
      '10.244.142.0',
    ]);
  });
});

describe('tcpdump', () => {
  it('counts what it caught and what it missed', () => {
    expect(readCounts(said('tcpdump/4.99.3/ended.txt'))).toEqual({ captured: 2, received: 4, dropped: 0 });
    expect(readCounts('1 packet captured\n3 packets received by filter\n2 packets dropped by kernel\n')).toEqual({
      captured: 1,
      received: 3,
      dropped: 2,
    });
  });
});

describe('ip -j link', () => {
  const truth = sharedFolder('truth/bgp-rr');
  it.skipIf(truth === undefined)('reads names, MTUs and Ethernet addresses of a real node', () => {
    const links = parseLinks(readFileSync(join(truth!, 'control-plane/link.json'), 'utf8'));

    expect(links.find((link) => link.name === 'lo')).toEqual({ name: 'lo', mtu: 65536, mac: undefined, isUp: true });
    expect(links.find((link) => link.name === 'cali5e1c4d6c68c')?.mac).toBe('ee:ee:ee:ee:ee:ee');
    expect(links.find((link) => link.name === 'net0')?.mtu).toBe(1500);
  });
});
