// Owns the checks of the ways between pods that a design implies: answered with which TTL, over whom, how wrapped, how large.

import type { Design } from '../design/design.ts';
import type { Journey } from '../design/journeys.ts';
import { probeKey } from '../design/reference.ts';
import type { Evidence } from '../evidence/gather.ts';
import { followed, isWrapped, pingText, wrappingText } from './probe.ts';
import type { CheckKind, CheckResult, Failure } from './verdict.ts';

/** Judges every pair of pods that was probed; a check a question, none where nothing asks it. */
export function judgeJourneys(design: Design, evidence: Evidence): readonly CheckResult[] {
  const { journeys } = evidence;
  const reached = journeys.filter(({ isReached }) => isReached);
  const sized = reached.filter(({ pathMtu }) => pathMtu !== undefined);
  const unreached = journeys.length - reached.length;
  const without = unreached === 0 ? '' : `; no answer where no route leads: ${unreached}`;
  const words = [...new Set(reached.map(({ encapsulation }) => wrappingText(encapsulation)))].toSorted();
  const sizes = [...new Set(sized.map(({ pathMtu }) => pathMtu))].join(' or ');
  const checks: readonly (CheckResult | undefined)[] = [
    check(
      'ping',
      journeys,
      `pings between pods answered with the TTL of their way: ${reached.length}${without}`,
      (journey) => judgeAnswer(evidence, journey),
    ),
    check(
      'path',
      reached,
      `traceroutes between pods pass the machines that the routes name: ${reached.length}`,
      (journey) => judgeHops(design, evidence, journey),
    ),
    check(
      'mtu',
      sized,
      `largest packets that pass between pods unfragmented, of ${sizes} bytes: ${sized.length}`,
      (journey) => judgeSize(evidence, journey),
    ),
    check(
      'encapsulation',
      reached,
      `echoes between pods on the nodes' uplinks, ${words.join(' or ')}: ${reached.length}`,
      (journey) => judgeWrapping(evidence, journey),
    ),
  ];
  return checks.filter((one) => one !== undefined);
}

function check(
  kind: CheckKind,
  journeys: readonly Journey[],
  title: string,
  judge: (journey: Journey) => readonly Failure[],
): CheckResult | undefined {
  if (journeys.length === 0) return undefined;
  return { origin: 'implied', kind, title, failures: journeys.flatMap(judge) };
}

function judgeAnswer({ pings }: Evidence, journey: Journey): readonly Failure[] {
  const seen = pings.get(probeKey(journey));
  const expected = journey.isReached ? `an answer with TTL ${journey.ttl}` : 'no answer';
  const isTrue = journey.isReached ? seen?.replies[0]?.ttl === journey.ttl : seen?.received === 0;
  return isTrue ? [] : [{ what: `ping to ${journey.to}`, where: journey.from, expected, seen: pingText(seen) }];
}

function judgeHops(design: Design, { traces }: Evidence, journey: Journey): readonly Failure[] {
  const { from, to, hops } = journey;
  const { isArrived, between, text } = followed(design, traces.get(probeKey(journey)), journey);
  const fits =
    isArrived && between.length === hops.length && hops.every((names, at) => names.includes(between[at] ?? ''));
  if (fits) return [];
  const expected = [...hops.map((names) => names.join(' or ')), to].join(', ');
  return [{ what: `path to ${to}`, where: from, expected, seen: text }];
}

/** Exactly the path's MTU passes with DF set, a byte more does not (RFC 1191). */
function judgeSize({ fitting, oversized }: Evidence, journey: Journey): readonly Failure[] {
  const { from, to, pathMtu = 0 } = journey;
  const key = probeKey(journey);
  const [fits, tooLarge] = [fitting.get(key), oversized.get(key)];
  const failures: Failure[] = [];
  const what = (size: number) => `unfragmented packet of ${size} bytes to ${to}`;
  if (fits?.received !== 1)
    failures.push({ what: what(pathMtu), where: from, expected: 'an answer', seen: pingText(fits) });
  if (tooLarge?.received !== 0)
    failures.push({ what: what(pathMtu + 1), where: from, expected: 'no answer: too large', seen: pingText(tooLarge) });
  return failures;
}

function judgeWrapping({ wrappings, pings }: Evidence, journey: Journey): readonly Failure[] {
  const { from, to, encapsulation } = journey;
  const key = probeKey(journey);
  const seen = wrappings.get(key) ?? [];
  if (isWrapped(encapsulation, seen, pings.get(key))) return [];
  const found = seen.length === 0 ? 'no echo on an uplink' : seen.map(wrappingText).join(' and ');
  return [{ what: `encapsulation towards ${to}`, where: from, expected: wrappingText(encapsulation), seen: found }];
}
