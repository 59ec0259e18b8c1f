// Owns judging a whole lab: what its design implies and what its `expect:` list states, on one look at it.

import { shownName } from '../design/address-book.ts';
import { hasDerivedRoutes } from '../design/derived-routes.ts';
import type { Design } from '../design/design.ts';
import type { Evidence } from '../evidence/gather.ts';
import type { Difference } from '../plan/converged.ts';
import { withCause } from './causes.ts';
import { judgeJourneys } from './journeys.ts';
import { judgeNeighbor, neighborTitle } from './neighbor.ts';
import { judgePacket, packetTitle } from './packet.ts';
import { judgePaths } from './paths.ts';
import { judgeMtu, judgePath, judgePing, pingWanted, wrappingText } from './probe.ts';
import { judgeRequest, requestTitle } from './request.ts';
import { judgeRib, ribWanted } from './rib.ts';
import { judgeRoute, routeWanted, strangeRoutes } from './route.ts';
import { judgeSessionCount } from './session-count.ts';
import { judgeSessions } from './sessions.ts';
import { judgeInterfaces, judgeVteps } from './tables.ts';
import type { CheckResult, Failure } from './verdict.ts';

/** What one look can tell; what a failure costs is tried by itself (failover.ts). */
type Expectation = Exclude<Design['expect'][number], { kind: 'failover' }>;

/** What the tables lack of the sessions and routes that the design expects (plan/converged.ts). */
export interface TableDifferences {
  readonly sessions: readonly Difference[];
  readonly routes: readonly Difference[];
}

/** Judges everything. The implied checks come first, then the lab's own in its order. */
export function judgeLab(design: Design, evidence: Evidence, differences: TableDifferences): readonly CheckResult[] {
  const { tables } = evidence;
  const sessions: CheckResult = {
    origin: 'implied',
    kind: 'sessions',
    title: sessionsTitle(design.expected.sessions.length),
    failures: judgeAllSessions(design, evidence, differences),
  };
  const routes: CheckResult = {
    origin: 'implied',
    kind: 'routes',
    title: `all ${design.expected.routes.length} routes in the kernels' tables, and no route more`,
    failures: [
      ...differences.routes.map((difference) => failureOf(design, difference)),
      ...(hasDerivedRoutes(design) ? strangeRoutes(design, tables.routes) : []),
    ],
  };
  const vteps = judgeVteps(design, tables);
  const implied = [
    ...(design.expect.some(({ kind }) => kind === 'sessions') ? [] : [sessions]),
    ...(hasDerivedRoutes(design) ? [judgePaths(design, tables.paths)] : []),
    routes,
    judgeInterfaces(design, tables),
    ...(vteps === undefined ? [] : [vteps]),
    ...judgeJourneys(design, evidence),
  ];
  const seen = design.expect.filter((expectation) => expectation.kind !== 'failover');
  const stated = seen.map((expectation): CheckResult => {
    const failures = judgeStated(design, expectation, evidence, differences);
    return { origin: 'stated', kind: expectation.kind, title: titleOf(design, expectation), failures };
  });
  return withCauses([...implied, ...stated]);
}

/** Every failure with its likely cause, for which the other failures count too. */
function withCauses(checks: readonly CheckResult[]): readonly CheckResult[] {
  const all = checks.flatMap(({ failures }) => failures);
  return checks.map((check) => ({ ...check, failures: check.failures.map((failure) => withCause(failure, all)) }));
}

function judgeAllSessions(design: Design, { tables }: Evidence, { sessions }: TableDifferences): readonly Failure[] {
  return [...sessions.map((difference) => failureOf(design, difference)), ...judgeSessions(design, tables.sessions)];
}

/** A line of `expect:` as a sentence without a verb. */
export function titleOf(design: Design, expectation: Expectation): string {
  if (expectation.kind === 'sessions') return sessionsTitle(design.expected.sessions.length);
  if (expectation.kind === 'session-count') return `sessions on ${expectation.on}: ${expectation.count} Established`;
  if (expectation.kind === 'route')
    return `${familyText(expectation)}route on ${expectation.on} to ${expectation.to}: ${routeWanted(expectation)}`;
  if (expectation.kind === 'rib') return `path on ${expectation.on} to ${expectation.to}: ${ribWanted(expectation)}`;
  if (expectation.kind === 'neighbor') return neighborTitle(expectation);
  if (expectation.kind === 'mtu') return `MTU of ${expectation.interface} on ${expectation.on}: ${expectation.value}`;
  if (expectation.kind === 'packet') return packetTitle(expectation);
  if (expectation.kind === 'request') return requestTitle(expectation);
  const { from, to, ttl } = expectation;
  const withTtl = ttl === undefined ? '' : `, TTL ${ttl}`;
  if (expectation.kind === 'ping') {
    return `${familyText(expectation)}ping from ${from} to ${to}: ${pingWanted(expectation)}`;
  }
  const { encapsulation, hops } = expectation;
  const wrapped = encapsulation === undefined ? '' : `, ${wrappingText(encapsulation)}`;
  return `${familyText(expectation)}path from ${from} to ${to}: ${hops.join(', ')}${withTtl}${wrapped}`;
}

function familyText({ family }: { readonly family: 4 | 6 | undefined }): string {
  return family === undefined ? '' : `IPv${family} `;
}

function sessionsTitle(count: number): string {
  return `all ${count} sessions Established on both ends`;
}

function judgeStated(
  design: Design,
  expectation: Expectation,
  evidence: Evidence,
  differences: TableDifferences,
): readonly Failure[] {
  switch (expectation.kind) {
    case 'sessions':
      return judgeAllSessions(design, evidence, differences);
    case 'session-count':
      return judgeSessionCount(design, expectation, evidence.tables.sessions);
    case 'route':
      return judgeRoute(design, expectation, evidence.tables.routes);
    case 'rib':
      return judgeRib(design, expectation, evidence.tables.paths);
    case 'neighbor':
      return judgeNeighbor(design, expectation, evidence);
    case 'mtu':
      return judgeMtu(design, expectation, evidence);
    case 'ping':
      return judgePing(expectation, evidence);
    case 'packet':
      return judgePacket(expectation, evidence);
    case 'request':
      return judgeRequest(design, expectation, evidence);
    case 'path':
      return judgePath(design, expectation, evidence);
  }
}

function failureOf(design: Design, { kind, what, where, expected, seen }: Difference): Failure {
  return { what: `${kind} ${what}`, where: shownName(design, where), expected, seen };
}
