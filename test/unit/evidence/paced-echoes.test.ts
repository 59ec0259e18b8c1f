// Owns the tests of what paced echoes tell: losses and gaps of each direction by itself.

import { describe, expect, it } from 'vitest';
import { type EchoEnd, type EchoSighting, pairLoss } from '../../../src/evidence/paced-echoes.ts';

const [a, b] = ['10.244.0.1', '10.244.1.1'];
const span = { from: 1000, to: 1100 };

/** Echoes 1, 2, 3 … at 1000, 1010, 1020 …, less those that are left out. */
function echoes(isRequest: boolean, without: readonly number[] = []): readonly EchoSighting[] {
  const [source, destination] = isRequest ? [a, b] : [b, a];
  return Array.from({ length: 10 }, (_, place) => place + 1)
    .filter((sequence) => !without.includes(sequence))
    .map((sequence) => ({ time: 990 + sequence * 10, isRequest, source, destination, sequence }));
}

function ends(from: readonly EchoSighting[], to: readonly EchoSighting[]): readonly [EchoEnd, EchoEnd] {
  return [
    { name: 'pod-a', address: a, seen: from },
    { name: 'pod-b', address: b, seen: to },
  ];
}

describe('paced echoes', () => {
  it('that all come and are answered lose nothing', () => {
    const all = [...echoes(true), ...echoes(false)];
    const { requests, answers } = pairLoss(...ends(all, all), 10, 10, span);

    expect(requests).toEqual({ sent: 10, lost: 0, longestGapMs: 10, isOpen: false });
    expect(answers).toEqual({ sent: 10, lost: 0, longestGapMs: 10, isOpen: false });
  });

  it('lost on the way there were never answered, and no answer was lost', () => {
    const there = [...echoes(true, [4, 5, 6]), ...echoes(false, [4, 5, 6])];
    const { requests, answers } = pairLoss(
      ...ends([...echoes(true), ...echoes(false, [4, 5, 6])], there),
      10,
      10,
      span,
    );

    expect(requests).toEqual({ sent: 10, lost: 3, longestGapMs: 40, isOpen: false });
    expect(answers).toMatchObject({ sent: 7, lost: 0 });
  });

  it('lost on the way back only are lost in that direction only', () => {
    const there = [...echoes(true), ...echoes(false)];
    const { requests, answers } = pairLoss(
      ...ends([...echoes(true), ...echoes(false, [8, 9, 10])], there),
      10,
      10,
      span,
    );

    expect(requests).toMatchObject({ sent: 10, lost: 0 });
    expect(answers).toEqual({ sent: 10, lost: 3, longestGapMs: 40, isOpen: true });
  });

  it('that could not even leave are lost on the way there', () => {
    const gone = [8, 9, 10];
    const { requests } = pairLoss(...ends(echoes(true, gone), echoes(true, gone)), 10, 10, span);

    expect(requests).toEqual({ sent: 10, lost: 3, longestGapMs: 40, isOpen: true });
  });

  it('held back until the span was over are lost in it', () => {
    const late = echoes(true).map((echo) => (echo.sequence > 7 ? { ...echo, time: echo.time + 500 } : echo));
    const { requests } = pairLoss(...ends(echoes(true), late), 10, 10, span);

    expect(requests).toEqual({ sent: 10, lost: 3, longestGapMs: 40, isOpen: true });
  });

  it('of another span are not counted', () => {
    const all = [...echoes(true), ...echoes(false)];
    expect(pairLoss(...ends(all, all), 10, 10, { from: 1050, to: 1100 }).requests.sent).toBe(5);
  });
});
