// Owns the facts of a running lab: what its design says, put right wherever daemons, kernels and packets show otherwise.

import { shownName } from '../design/address-book.ts';
import type { Design } from '../design/design.ts';
import {
  deviceFact,
  deviceKey,
  factsOf,
  isForeign,
  type LabFacts,
  routeFact,
  routeKey,
  sessionKey,
} from '../design/facts.ts';
import { pairName, pathFactsOf, type TellingPair, tellingPairs } from '../design/path-facts.ts';
import { roleNames } from '../design/role-names.ts';
import { gatherEvidence } from '../evidence/gather.ts';
import { routeDifferences, sessionDifferences } from '../plan/converged.ts';
import { judgeLab } from '../verify/judge.ts';
import type { Context } from './context.ts';
import { showNetem } from './netem.ts';
import { openRunning } from './running.ts';

/**
 * Looks at a running lab once: its tables, the MTU of every interface and what it does to what it sends, and one ping and one trace for
 * each telling pair of pods. What a cluster's own pods have of routes and devices is no fact of the lab.
 */
export async function seenFacts(context: Context, lab: string): Promise<LabFacts> {
  const { design, engine } = await openRunning(context, { lab });
  const names = roleNames(design);
  const told = factsOf(design);
  const pairs = tellingPairs(design);
  const expect = pairs.map((pair) => expectationOf(design, pair));
  const asked = { ...design, expect };
  const evidence = await gatherEvidence(asked, engine, context.signal);
  const interfaces = evidence.tables.interfaces.filter(({ name }) => !isForeign(design, name));
  const impaired = await showNetem(context, { lab });
  const differences = {
    sessions: sessionDifferences(design.expected.sessions, evidence.tables.sessions),
    routes: routeDifferences(design.expected.routes, evidence.tables.routes),
  };
  const facts = {
    sessions: new Map(told.sessions),
    routes: new Map(told.routes),
    devices: new Map(
      interfaces.map(({ machine, name, mtu }) => [
        deviceKey(design, names, machine, name),
        deviceFact(
          mtu,
          impaired.find((row) => row.node === shownName(design, machine) && row.interface === name),
        ),
      ]),
    ),
    paths: new Map(told.paths),
  };
  for (const { a, b, family } of design.expected.sessions) {
    const bad = differences.sessions.find(
      ({ where, what }) => (where === a.machine && what === b.address) || (where === b.machine && what === a.address),
    );
    if (bad !== undefined) facts.sessions.set(sessionKey(design, [a.machine, b.machine], family), bad.seen);
  }
  for (const { where, what } of differences.routes)
    facts.routes.set(routeKey(design, names, where, what), 'no such route');
  const asExpected = new Set(design.expected.routes.map(({ machine, prefix }) => `${machine} ${prefix}`));
  for (const { where, what } of differences.routes) asExpected.delete(`${where} ${what}`);
  for (const route of evidence.tables.routes) {
    if (asExpected.has(`${route.machine} ${route.prefix}`) || isOfTheKernel(route)) continue;
    if (route.nextHops.some(({ dev }) => isForeign(design, dev))) continue;
    facts.routes.set(routeKey(design, names, route.machine, route.prefix), routeFact(names, route));
  }
  const results = judgeLab(asked, evidence, differences).filter(({ origin }) => origin === 'stated');
  for (const [index, { failures }] of results.entries()) {
    const pair = pairs[index];
    const said = failures.map(({ what, seen }) => `${what}: ${seen}`).join('; ');
    if (pair !== undefined && said !== '') facts.paths.set(`${pairName(pair)}: way`, said);
  }
  return facts;
}

/** Connected and link-local routes, which follow from addresses, and the default route of Docker's IPv6 network. */
function isOfTheKernel({ protocol, prefix }: { readonly protocol: string; readonly prefix: string }): boolean {
  return protocol === 'kernel' || /^(fe80:|ff00:|::\/0$)/.test(prefix);
}

function expectationOf(design: Design, pair: TellingPair): Design['expect'][number] {
  const path = pathFactsOf(design, pair.from, pair.to, pair.family);
  const ends = { from: pair.from.name, to: pair.to.name, family: pair.family };
  if (!path.arrives) return { kind: 'ping', ...ends, answered: false, ttl: undefined };
  const hops = path.traced.map(patternOf);
  return { kind: 'path', ...ends, hops, encapsulation: path.encapsulation, ttl: path.ttl };
}

/** One name, or what equal paths' names begin with and a `*`. */
function patternOf(names: readonly string[]): string {
  const [first = '', ...others] = names;
  if (others.length === 0) return first;
  let length = first.length;
  while (others.some((other) => !other.startsWith(first.slice(0, length)))) length--;
  return `${first.slice(0, length)}*`;
}
