// Owns the proof that a count of sessions is exact, and that a wrong one names the neighbors.

import { describe, expect, it } from 'vitest';
import { judgeSessionCount } from '../../../src/verify/session-count.ts';
import { catalogueDesign } from '../../support/catalogue-lab.ts';

const design = await catalogueDesign('bgp-rr-node');

function session(short: string, peer: string, isEstablished = true) {
  const more = {
    name: undefined,
    remoteAs: 63400,
    families: [4] as const,
    localAs: 63400,
    state: 'up',
    info: '',
    since: '',
  };
  return { machine: `bgp-rr-node-${short}`, peer, isEstablished, ...more };
}

describe('sessions: {on, count}', () => {
  const expectation = { kind: 'session-count', on: 'control-plane', count: 1 } as const;

  it('is true for exactly so many, those of others and those that are down left out', () => {
    const sessions = [
      session('control-plane', '172.18.0.3'),
      session('control-plane', '172.18.0.4', false),
      session('worker', '172.18.0.4'),
    ];
    expect(judgeSessionCount(design, expectation, sessions)).toEqual([]);
  });

  it('says who is there when it is another number', () => {
    const sessions = [session('control-plane', '172.18.0.4'), session('control-plane', '172.18.0.3')];
    expect(judgeSessionCount(design, expectation, sessions)).toEqual([
      { what: 'sessions', where: 'control-plane', expected: '1 Established', seen: '2 Established: worker, worker2' },
    ]);
    expect(judgeSessionCount(design, expectation, [])[0]?.seen).toBe('none Established');
  });
});
