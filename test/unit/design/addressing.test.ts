// Owns the proof of the numbers a design is built from.

import { describe, expect, it } from 'vitest';
import {
  assignHosts,
  coveringPrefix,
  dockerMac,
  fabricMac,
  highestAddress,
  hostOf,
  pairedV6,
  podMac,
} from '../../../src/design/addressing.ts';

describe('hostOf', () => {
  it('takes the n-th address and keeps the length', () => {
    expect(hostOf('10.1.5.0/24', 10)).toBe('10.1.5.10/24');
    expect(hostOf('172.18.0.0/16', 300)).toBe('172.18.1.44/16');
  });

  it('never gives the broadcast address or one outside', () => {
    expect(hostOf('10.1.5.0/30', 2)).toBe('10.1.5.2/30');
    expect(hostOf('10.1.5.0/30', 3)).toBeUndefined();
    expect(hostOf('10.1.5.0/30', 4)).toBeUndefined();
    expect(hostOf('10.1.5.0/31', 1)).toBe('10.1.5.1/31');
  });
});

describe('assignHosts', () => {
  it('goes around what is stated or taken', () => {
    const names = [
      { name: 'a', stated: undefined },
      { name: 'b', stated: '10.0.0.3/29' },
      { name: 'c', stated: undefined },
      { name: 'd', stated: undefined },
    ];
    const hosts = assignHosts('10.0.0.0/29', 2, names, ['10.0.0.4/29']);
    expect([...hosts.values()]).toEqual(['10.0.0.2/29', '10.0.0.3/29', '10.0.0.5/29', '10.0.0.6/29']);
  });

  it('says so when the prefix is full', () => {
    const names = ['a', 'b', 'c'].map((name) => ({ name, stated: undefined }));
    expect(assignHosts('10.0.0.0/30', 1, names, []).get('c')).toBeUndefined();
  });
});

describe('names made into numbers', () => {
  it('gives Docker MACs and the paired IPv6 address (truth/bgp-rr/control-plane)', () => {
    expect(dockerMac('172.18.0.4/16')).toBe('02:42:ac:12:00:04');
    expect(pairedV6('fc00:f853:ccd:e793::/64', '172.18.0.4/16')).toBe('fc00:f853:ccd:e793::4/64');
    expect(pairedV6('fc00:f853:ccd:e793::/64', '172.18.0.26/16')).toBe('fc00:f853:ccd:e793::1a/64');
  });

  it('gives each port its own containerlab MAC, always the same', () => {
    expect(fabricMac('leaf0', 'eth1')).toMatch(/^aa:c1:ab(:[0-9a-f]{2}){3}$/);
    expect(fabricMac('leaf0', 'eth1')).toBe(fabricMac('leaf0', 'eth1'));
    expect(fabricMac('leaf0', 'eth1')).not.toBe(fabricMac('leaf0', 'eth2'));
  });

  it('gives pods unicast, locally administered MACs', () => {
    for (const pod of ['pod-a', 'pod-b', 'pod-c', 'pod-d']) {
      const first = Number.parseInt(podMac('default', pod).slice(0, 2), 16);
      expect(first & 0x03).toBe(0x02);
    }
  });
});

describe('highestAddress', () => {
  it('compares numbers, not text, and skips IPv6', () => {
    expect(highestAddress(['10.1.10.2/24', '172.20.20.3/24', '9.255.1.1/8', 'fc00::1/64'])).toBe('172.20.20.3');
    expect(highestAddress(['10.1.9.2/24', '10.1.10.2/24'])).toBe('10.1.10.2');
    expect(highestAddress([])).toBeUndefined();
  });
});

describe('coveringPrefix', () => {
  it('widens to /16 where all share it, else only as far as needed', () => {
    expect(coveringPrefix(['10.1.5.0/24', '10.1.34.0/24'])).toBe('10.1.0.0/16');
    expect(coveringPrefix(['10.1.5.0/24'])).toBe('10.1.0.0/16');
    expect(coveringPrefix(['10.1.5.0/24', '10.2.5.0/24'])).toBe('10.0.0.0/14');
    expect(coveringPrefix([])).toBeUndefined();
  });
});
