// Owns the proof that a `neighbor:` line fails for a wrong hold time, for BFD that is down, and for BFD where none may be.

import { describe, expect, it } from 'vitest';
import { parseNeighbors } from '../../../src/host/bgp-neighbor.ts';
import { judgeNeighbor, neighborTitle } from '../../../src/verify/neighbor.ts';
import { catalogueDesign } from '../../support/catalogue-lab.ts';

const design = await catalogueDesign('clos');

/** As FRR 8.4 prints it, shortened to what is read. */
const text = JSON.stringify({
  '10.11.1.1': { bgpState: 'Established', bgpTimerHoldTimeMsecs: 9000, peerBfdInfo: { status: 'Up' } },
  '10.12.1.1': { bgpState: 'Active', bgpTimerHoldTimeMsecs: 9000, peerBfdInfo: { status: 'Down' } },
  '10.1.1.10': { bgpState: 'Established', bgpTimerHoldTimeMsecs: 180000 },
});
const neighbors = new Map([['leaf0', parseNeighbors(text)]]);

function judged(to: string, wanted: { readonly hold?: number; readonly bfd?: boolean }) {
  const line = { kind: 'neighbor', on: 'leaf0', to, hold: wanted.hold, bfd: wanted.bfd } as const;
  return judgeNeighbor(design, line, { neighbors }).map(({ expected, seen }) => `${expected} | ${seen}`);
}

describe('neighbor: {on, to, hold, bfd}', () => {
  it('is true for the hold time and the BFD that are there', () => {
    expect(judged('spine0', { hold: 9, bfd: true })).toEqual([]);
    expect(judged('control-plane', { hold: 180, bfd: false })).toEqual([]);
    expect(judged('10.1.1.10', { bfd: false })).toEqual([]);
  });

  it('says what is there when it is another', () => {
    expect(judged('spine0', { hold: 180, bfd: false })).toEqual(['hold time 180 s, no BFD | hold time 9 s, BFD up']);
    expect(judged('spine1', { hold: 9, bfd: true })).toEqual(['hold time 9 s, BFD up | not Established, BFD down']);
    expect(judged('control-plane', { bfd: true })).toEqual(['BFD up | hold time 180 s, no BFD']);
    expect(judged('leaf1', { bfd: true })).toEqual(['BFD up | no such neighbor']);
  });

  it('knows no neighbor where bgpd does not answer', () => {
    expect(parseNeighbors('% bgpd is not running')).toEqual([]);
  });

  it('has a title in words', () => {
    const line = { kind: 'neighbor', on: 'leaf0', to: 'spine0', hold: 9, bfd: true } as const;
    expect(neighborTitle(line)).toBe('neighbor spine0 of leaf0: hold time 9 s, BFD up');
  });
});
