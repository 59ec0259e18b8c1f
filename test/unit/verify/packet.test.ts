// Owns the proof that a `packet:` line fails for a packet that passes, for another place, and for a wrong word about ICMP.

import { describe, expect, it } from 'vitest';
import type { PacketProbe } from '../../../src/evidence/packet.ts';
import { pingArgv } from '../../../src/host/ping.ts';
import { judgePacket } from '../../../src/verify/packet.ts';

const told = 'From 10.1.10.2 icmp_seq=1 Frag needed and DF set (mtu = 1400)';
const passed: PacketProbe = { passes: true, icmp: undefined, lastSeen: undefined };

function judged(wanted: { passes: boolean; icmp?: boolean; at?: string }, seen: PacketProbe | undefined) {
  const { passes, icmp, at } = wanted;
  const line = { kind: 'packet', from: 'pod-a', to: 'pod-b', size: 1500, passes, icmp, at } as const;
  const packets = new Map(seen === undefined ? [] : [['pod-a pod-b 1500', seen]]);
  return judgePacket(line, { packets }).map((failure) => `${failure.expected} | ${failure.seen}`);
}

describe('packet: {from, to, size, passes, icmp, at}', () => {
  it('is true where everything that is stated is so', () => {
    expect(judged({ passes: true }, passed)).toEqual([]);
    const lost = { passes: false, icmp: told, lastSeen: 'spine0:eth1' };
    expect(judged({ passes: false }, lost)).toEqual([]);
    expect(judged({ passes: false, icmp: true, at: 'spine0' }, lost)).toEqual([]);
    expect(judged({ passes: false, icmp: true, at: 'spine0:eth1' }, lost)).toEqual([]);
  });

  it('says where the packet died and who spoke of it', () => {
    expect(judged({ passes: true }, { passes: false, icmp: told, lastSeen: 'spine0:eth1' })).toEqual([
      `passes | lost after spine0:eth1, ${told}`,
    ]);
    const silent = { passes: false, icmp: undefined, lastSeen: 'spine0:eth2' };
    expect(judged({ passes: false, icmp: true, at: 'spine0:eth1' }, silent)).toEqual([
      'lost after spine0:eth1, and its sender is told | lost after spine0:eth2, and nobody says so',
    ]);
    expect(judged({ passes: false }, passed)).toEqual(['lost | passes']);
    expect(judged({ passes: false }, undefined)).toEqual(['lost | not sent']);
    expect(judged({ passes: true }, { ...silent, lastSeen: undefined })).toEqual([
      'passes | lost at its sender, and nobody says so',
    ]);
  });
});

describe('ping with a size', () => {
  it('sends a packet of so many bytes with DF', () => {
    expect(pingArgv({ to: '10.0.0.1', size: 1500, isUnfragmentable: true })).toEqual([
      'ping',
      '-n',
      '-c',
      '1',
      '-W',
      '2',
      '-M',
      'do',
      '-s',
      '1472',
      '10.0.0.1',
    ]);
  });
});
