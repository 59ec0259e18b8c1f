// Owns the tests of reading paced pings and kernel events; the texts were read in running labs.

import { describe, expect, it } from 'vitest';
import { readPacedPing } from '../../../src/host/paced-ping.ts';
import { readEvents } from '../../../src/host/route-monitor.ts';

function answers(...rows: readonly (readonly [number, number])[]): string {
  return rows
    .map(([ms, seq]) => {
      return `[${(1_700_000_000_000 + ms) / 1000}0] 64 bytes from 10.244.0.1: icmp_seq=${seq} ttl=62 time=0.1 ms`;
    })
    .join('\n');
}

describe('a paced ping', () => {
  it('counts what was lost and the longest time without an answer', () => {
    const text = `${answers([1, 1], [11, 2], [152, 16], [161, 17])}\n\n17 packets transmitted, 4 received\n`;
    expect(readPacedPing(text, 5000)).toEqual({ transmitted: 17, lost: 13, longestGapMs: 141 });
  });

  it('does not count the last request, which may be on its way', () => {
    expect(readPacedPing(`${answers([1, 1], [11, 2])}\n3 packets transmitted, 2 received\n`, 5000).lost).toBe(0);
  });

  it('has a gap as long as the run where nothing answered', () => {
    const silent = readPacedPing(
      'From 10.1.5.1 icmp_seq=1 Destination Host Unreachable\n9 packets transmitted\n',
      5000,
    );
    expect(silent).toMatchObject({ lost: 8, longestGapMs: 5000 });
  });
});

it('reads kernel events with their times', () => {
  const text = `[2026-11-21T06:24:20.123456] [ROUTE]Deleted 10.244.0.0/26 via 10.1.5.10 dev eth3 proto bgp metric 20
[2026-11-21T06:24:20.223456] [ROUTE]10.244.0.0/26 via 10.1.5.11 dev eth3 proto bgp metric 20
`;
  expect(readEvents(text).map(({ time, isGone }) => [time, isGone])).toEqual([
    [Date.UTC(2026, 10, 21, 6, 24, 20, 123), true],
    [Date.UTC(2026, 10, 21, 6, 24, 20, 223), false],
  ]);
});
