// Owns the tests of patience: look until true, give up in time, and hold.

import { describe, expect, it } from 'vitest';
import { untilTrue } from '../../../src/app/verify.ts';
import type { CheckResult } from '../../../src/verify/verdict.ts';

const failure = { what: 'session', where: 'leaf0', expected: 'Established', seen: 'Idle' };
const check = (isTrue: boolean): readonly CheckResult[] => [
  { origin: 'implied', kind: 'sessions', title: 'all sessions', failures: isTrue ? [] : [failure] },
];

/** Looks that give these answers one after the other, the last for ever. */
function looks(...answers: readonly boolean[]): () => Promise<readonly CheckResult[]> {
  let at = 0;
  return async () => check(answers[Math.min(at++, answers.length - 1)] ?? false);
}

const patience = (timeoutMs: number, holdMs = 0, signal = new AbortController().signal) => ({
  lab: 'bgp-rr',
  timeoutMs,
  holdMs,
  signal,
});

describe('verify', () => {
  it('ends at once when all is true', async () => {
    const verdict = await untilTrue(looks(true), patience(10_000));

    expect(verdict).toMatchObject({ lab: 'bgp-rr', isTrue: true, attempts: 1, heldMs: undefined });
  });

  it('looks again until it is true', async () => {
    expect(await untilTrue(looks(false, false, true), patience(10_000))).toMatchObject({ isTrue: true, attempts: 3 });
  });

  it('gives up when the time is over, with the last evidence', async () => {
    const verdict = await untilTrue(looks(false), patience(100));

    expect(verdict.isTrue).toBe(false);
    expect(verdict.checks).toEqual(check(false));
    expect(verdict.ms).toBeGreaterThanOrEqual(99);
    expect(await untilTrue(looks(false, true), patience(0))).toMatchObject({ isTrue: false, attempts: 1 });
  });

  it('holds: true all the time, or false at the first falsehood', async () => {
    const held = await untilTrue(looks(false, true), patience(10_000, 200));
    const lost = await untilTrue(looks(true, false, true), patience(10_000, 60_000));

    expect(held).toMatchObject({ isTrue: true });
    expect(held.heldMs).toBeGreaterThanOrEqual(199);
    expect(lost).toMatchObject({ isTrue: false, attempts: 2 });
    expect(lost.heldMs).toBeLessThan(60_000);
  });

  it('stops when it is interrupted', async () => {
    const interrupt = new AbortController();
    const running = untilTrue(looks(false), patience(10_000, 0, interrupt.signal));
    setTimeout(() => interrupt.abort('SIGINT'), 50);

    await expect(running).rejects.toMatchObject({ code: 'INTERRUPTED', exitCode: 130 });
  });
});
