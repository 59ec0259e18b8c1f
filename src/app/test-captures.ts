// Owns the captures of a lab's test: a ping followed at every interface for each path that the lab states.

import type { Family } from '../base/address.ts';
import { hasDerivedRoutes } from '../design/derived-routes.ts';
import { type Design, findMachine, type Machine } from '../design/design.ts';
import { probeKey } from '../design/reference.ts';
import { captureProbe } from '../evidence/capture.ts';
import { capturedPath } from '../evidence/captured-path.ts';
import { endsOf } from '../evidence/ends.ts';
import { pointsBetween } from '../evidence/points.ts';
import { judgeCapture } from '../verify/captured.ts';
import type { CheckResult } from '../verify/verdict.ts';
import type { Context } from './context.ts';
import { openRunning } from './running.ts';
import type { LabEvidence } from './test-evidence.ts';

/** Captures along every stated path of the only lab that runs in this state home, one after the other, judges and keeps each. */
export async function checkCaptures(context: Context, kept?: LabEvidence): Promise<readonly CheckResult[]> {
  const { design, engine } = await openRunning(context, {});
  const checks: CheckResult[] = [];
  for (const [from, to, family] of capturedPairs(design)) {
    const points = pointsBetween(design, from, to, family);
    const evidence = await captureProbe(engine, {
      ...endsOf(from, to, family),
      points,
      probe: { kind: 'echo', count: 1 },
      // What people are to read must not say that nothing is proven.
      provesEmpty: kept !== undefined,
      signal: context.signal,
    });
    const captured = { from, to, family, evidence, path: capturedPath(evidence) };
    // Where routes are not derived, nobody can say by which way a packet must go; `expect:` still judges the ping.
    if (hasDerivedRoutes(design)) checks.push(judgeCapture(design, captured));
    await kept?.capture(design, captured);
  }
  return checks;
}

/** The two ends of each `path:` of the lab's expectations or, where it states none, of each `ping:` that is answered. */
function capturedPairs(design: Design): readonly (readonly [Machine, Machine, Family | undefined])[] {
  const paths = design.expect.filter((expectation) => expectation.kind === 'path');
  const pings = design.expect.filter((expectation) => expectation.kind === 'ping' && expectation.answered);
  const pairs = new Map<string, readonly [Machine, Machine, Family | undefined]>();
  for (const expectation of paths.length > 0 ? paths : pings) {
    if (expectation.kind !== 'path' && expectation.kind !== 'ping') continue;
    const [from, to] = [expectation.from, expectation.to].map((name) => findMachine(design, name));
    if (from === undefined || to === undefined || from === to) continue;
    if ([from, to].some(({ kind }) => kind !== 'pod' && kind !== 'node')) continue;
    pairs.set(probeKey(expectation), [from, to, expectation.family]);
  }
  return [...pairs.values()];
}
