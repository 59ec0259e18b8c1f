// Owns the judgment of a capture: the echo arrived and was answered, and passed only where the expected routes lead.

import type { Family } from '../base/address.ts';
import { shownName } from '../design/address-book.ts';
import type { Design, Machine } from '../design/design.ts';
import { pathFactsOf } from '../design/path-facts.ts';
import { walkRoutes } from '../design/walk.ts';
import type { CaptureEvidence } from '../evidence/capture.ts';
import type { CapturedPath } from '../evidence/captured-path.ts';
import type { CheckResult, Failure } from './verdict.ts';

/** What was captured between two machines. */
export interface Captured {
  readonly from: Machine;
  readonly to: Machine;
  readonly family: Family | undefined;
  readonly evidence: CaptureEvidence;
  readonly path: CapturedPath;
}

/** Judges one capture: there and back, hop by hop along expected routes, and nothing beside the path. */
export function judgeCapture(design: Design, { from, to, family, evidence, path }: Captured): CheckResult {
  const [near, far] = [shownName(design, from.name), shownName(design, to.name)];
  const what = `echo from ${near} to ${far}`;
  const failures: Failure[] = [];
  const arrives = pathFactsOf(design, from, to, family).arrives && pathFactsOf(design, to, from, family).arrives;
  if (!arrives && path.outcome === 'found') {
    failures.push({ what, where: far, expected: 'no route all the way', seen: 'the request there and the reply back' });
  }
  if (arrives && path.outcome !== 'found') {
    const { lastSeen } = path;
    const seen =
      lastSeen === undefined
        ? 'no echo anywhere'
        : `the ${lastSeen.packet.kind} last going ${lastSeen.direction} at ${lastSeen.point.name}`;
    failures.push({
      what,
      where: lastSeen?.point.name ?? near,
      expected: 'the request there and the reply back',
      seen,
    });
  }
  for (const [kind, names, first, last] of [
    ['request', path.there, from, to],
    ['reply', path.back, to, from],
  ] as const) {
    const depths = new Map(
      walkRoutes(design, first, last, family).map(({ machine, depth }) => [shownName(design, machine), depth]),
    );
    const astray = names.find((name, at) => depths.get(name) !== at);
    if (astray === undefined) continue;
    const expected = `the ${kind} only from machine to machine as the routes lead`;
    failures.push({ what, where: astray, expected, seen: names.join(', ') });
  }
  const { encapsulation } = pathFactsOf(design, from, to, family);
  const wrapped = evidence.lines.filter(({ packet }) => packet.kind === 'request' && packet.wrapping !== 'none');
  const other = wrapped.find(({ packet }) => packet.wrapping !== encapsulation);
  if (other !== undefined || (path.outcome === 'found' && wrapped.length === 0 && encapsulation !== 'none')) {
    const [where, seen] = [other?.point.name ?? near, other?.packet.wrapping ?? 'none'];
    failures.push({ what: `encapsulation from ${near} to ${far}`, where, expected: encapsulation, seen });
  }
  for (const { point, isSeen } of evidence.points) {
    if (point.role === 'path' || !isSeen) continue;
    failures.push({ what, where: point.name, expected: 'no echo: no route leads there', seen: 'an echo' });
  }
  const title = `capture from ${near} to ${far}: there and back as the routes lead, and at no other interface`;
  return { origin: 'implied', kind: 'capture', title, failures };
}
