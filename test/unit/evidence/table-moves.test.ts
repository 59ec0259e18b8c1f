// Owns the tests of what a machine did after a change: noticed by what, withdrawn when, rerouted when.

import { expect, it } from 'vitest';
import type { BgpEvent } from '../../../src/evidence/bgp-heard.ts';
import { moveOf } from '../../../src/evidence/table-moves.ts';
import type { KernelEvent } from '../../../src/host/route-monitor.ts';

const link = (time: number, state: string): KernelEvent => {
  return {
    time,
    object: 'link',
    isGone: false,
    text: `3: eth1@if3: <BROADCAST> mtu 1500 qdisc noqueue state ${state} group default`,
  };
};
const route = (time: number, isGone: boolean): KernelEvent => {
  return { time, object: 'route', isGone, text: '10.244.0.0/26 nhid 26 via 10.1.12.2 dev eth2 proto bgp metric 20' };
};
const said = (time: number, direction: 'in' | 'out', word: BgpEvent['word']): BgpEvent => {
  return { time, machine: 'leaf0', peer: 'spine0', direction, word };
};
const span = { from: 100, to: 1000 };

it('tells the port that lost its carrier, the withdrawal and the table', () => {
  const bgp = [
    said(120, 'in', { kind: 'keepalive' }),
    said(160, 'out', { kind: 'update', announced: [], withdrawn: ['10.244.0.0/26'] }),
  ];
  const kernel = [link(130, 'DOWN'), route(150, true), route(170, false), route(1200, false)];

  expect(moveOf('leaf0', kernel, bgp, span)).toEqual({
    machine: 'leaf0',
    noticedMs: 30,
    noticedBy: { kind: 'link', interface: 'eth1', isUp: false },
    withdrawnMs: 60,
    table: { firstMs: 50, lastMs: 70, changed: 1, gone: 1 },
  });
});

it('hears of it from a neighbor', () => {
  const word = { kind: 'notification', code: 4, subcode: 0 } as const;
  expect(moveOf('leaf0', [], [said(300, 'in', word)], span)).toMatchObject({
    noticedMs: 200,
    noticedBy: { kind: 'bgp', peer: 'spine0', direction: 'in', word },
    table: undefined,
  });
});

it('takes what a port says before it is up for no news', () => {
  const kernel = [link(50, 'DOWN'), link(130, 'DOWN'), link(140, 'UP')];
  expect(moveOf('leaf0', kernel, [], span)).toMatchObject({ noticedMs: 40, noticedBy: { kind: 'link', isUp: true } });
});

it('is silent of machines that noticed nothing', () => {
  expect(moveOf('leaf0', [link(130, 'UP')], [said(200, 'in', { kind: 'keepalive' })], span)).toBeUndefined();
});
