// Owns the proof that a `failover:` line fails for one packet too many, for a gap too long, and for no answer ever after.

import { describe, expect, it } from 'vitest';
import type { OneWay } from '../../../src/evidence/paced-echoes.ts';
import { judgeFailover, untriedFailover } from '../../../src/verify/failover.ts';

const line = {
  kind: 'failover',
  fail: 'link leaf0:spine0',
  from: 'pod-a',
  to: 'pod-b',
  lost: 20,
  withinMs: 500,
} as const;

function judged(requests: Partial<OneWay>, answers: Partial<OneWay> = {}): readonly string[] {
  const none = { sent: 300, lost: 0, longestGapMs: 12, isOpen: false };
  const pair = { from: 'pod-a', to: 'pod-b', requests: { ...none, ...requests }, answers: { ...none, ...answers } };
  return judgeFailover(line, pair).failures.map(({ expected, seen }) => `${expected} | ${seen}`);
}

const wanted = 'at most 20 packets lost, answers again within 500 ms';

describe('failover: {fail, from, to, lost, within}', () => {
  it('is true up to what the lab allows', () => {
    expect(judged({ lost: 12 }, { lost: 8, longestGapMs: 500 })).toEqual([]);
  });

  it('counts both ways together, and tells them apart', () => {
    expect(judged({ lost: 12 }, { lost: 9 })).toEqual([
      `${wanted} | 21 of 300 lost, 12 on the way there and 9 on the way back; no answer for 12 ms`,
    ]);
  });

  it('fails for a gap that is too long or does not end', () => {
    expect(judged({}, { longestGapMs: 501 })).toHaveLength(1);
    expect(judged({ isOpen: true })).toHaveLength(1);
  });

  it('says why it was not tried', () => {
    expect(untriedFailover(line, 'not tried').failures).toMatchObject([
      { where: 'pod-a', expected: wanted, seen: 'not tried' },
    ]);
  });
});
