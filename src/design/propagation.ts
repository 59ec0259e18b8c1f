// Owns how routes spread: every speaker's BGP table once nothing changes any more (RFC 4271 section 9, RFC 4456).

import { LabError } from '../base/errors.ts';
import { type Announcement, type Selection, select } from './best-path.ts';
import { type Arrow, type BgpRoute, type BgpSession, type BgpSpeaker, byPrefix, defaultLocalPref } from './bgp.ts';
import type { NextHop } from './convergence.ts';
import { advertise, otherEcho, receive } from './exchange.ts';
import { type NextHopResolver, nextHopResolver } from './next-hops.ts';

/** Speaker to prefix to what it selects, for every speaker and prefix it knows; prefixes in their order. */
export type BgpTables = ReadonlyMap<string, ReadonlyMap<string, Selection>>;

/** More changes than this and its sessions for one prefix at one speaker: BGP oscillates (RFC 3345 tells how). */
const maxChanges = 100;

/** Runs until next hops that resolve through BGP routes no longer move; real networks need two or three. */
const maxRuns = 8;

interface Wires {
  readonly out: readonly Arrow[];
  /** Where a route goes that came from an iBGP neighbor that is no client: eBGP neighbors and clients. */
  readonly outForInternal: readonly Arrow[];
}

interface Place {
  readonly speaker: BgpSpeaker;
  readonly wires: Wires;
}

/**
 * The tables of all speakers after convergence. Deterministic: where the RFC or the implementation leaves a choice to
 * chance, all outcomes are kept (`Announcement`). Throws LAB_INVALID when BGP would never settle.
 */
export function propagate(speakers: readonly BgpSpeaker[], sessions: readonly BgpSession[]): BgpTables {
  const places = placesOf(speakers, sessions);
  const origins = new Map<string, BgpSpeaker[]>();
  for (const speaker of speakers) {
    for (const prefix of speaker.originates) origins.set(prefix, [...(origins.get(prefix) ?? []), speaker]);
  }
  const prefixes = [...origins].toSorted(([a], [b]) => byPrefix(a, b));
  const resolver = nextHopResolver(prefixes.map(([prefix]) => prefix));
  for (let run = 1; run <= maxRuns; run++) {
    const tables = new Map<string, Map<string, Selection>>(speakers.map(({ name }) => [name, new Map()]));
    for (const [prefix, from] of prefixes) {
      for (const [name, selection] of spread(prefix, from, places, resolver)) tables.get(name)?.set(prefix, selection);
    }
    const covering = (speaker: BgpSpeaker, prefix: string): readonly NextHop[] | undefined =>
      hopsOf(tables.get(speaker.name)?.get(prefix));
    if (!resolver.update(covering)) return tables;
  }
  throw doesNotSettle('next hops keep resolving through one another', 'state next-hop-self on one of the sessions');
}

function hopsOf(selection: Selection | undefined): readonly NextHop[] | undefined {
  if (selection === undefined || selection.isLocal || selection.used.length === 0) return undefined;
  return selection.used.flatMap(({ reach }) => reach?.hops ?? []);
}

function placesOf(speakers: readonly BgpSpeaker[], sessions: readonly BgpSession[]): ReadonlyMap<string, Place> {
  const out = new Map<string, Arrow[]>(speakers.map(({ name }) => [name, []]));
  for (const { a, b, type, family } of sessions) {
    out.get(a.machine)?.push({ from: a, to: b, type, family });
    out.get(b.machine)?.push({ from: b, to: a, type, family });
  }
  return new Map(
    speakers.map((speaker) => {
      const arrows = out.get(speaker.name) ?? [];
      const outForInternal = arrows.filter(({ type, from }) => type === 'eBGP' || from.hasClient);
      return [speaker.name, { speaker, wires: { out: arrows, outForInternal } }];
    }),
  );
}

interface State {
  readonly heard: Map<Arrow, Announcement>;
  said: Map<Arrow, Announcement> | undefined;
  selection: Selection;
  changes: number;
}

/** One prefix, from its origins outwards; a speaker decides again whenever a neighbor says something new. */
function spread(
  prefix: string,
  origins: readonly BgpSpeaker[],
  places: ReadonlyMap<string, Place>,
  resolver: NextHopResolver,
): ReadonlyMap<string, Selection> {
  const family = prefix.includes(':') ? 6 : 4;
  const states = new Map<string, State>();
  const waiting = new Set<string>(origins.map(({ name }) => name));
  for (const name of waiting) {
    waiting.delete(name);
    const place = places.get(name);
    if (place === undefined) continue;
    const state = stateOf(states, name);
    decide(place.speaker, prefix, state, resolver);
    if (++state.changes > maxChanges + place.wires.out.length) {
      throw doesNotSettle(
        `${prefix} still changes at ${name}`,
        'two route reflectors prefer each other: check their clients',
      );
    }
    for (const arrow of changedArrows(place, prefix, state, family)) {
      const far = places.get(arrow.to.machine);
      const said = state.said?.get(arrow);
      if (far === undefined) continue;
      const hearing = stateOf(states, arrow.to.machine);
      const accepted = said && receive(far.speaker, said, arrow);
      if (accepted === undefined ? !hearing.heard.delete(arrow) : isSame(hearing.heard.get(arrow), accepted)) continue;
      if (accepted !== undefined) hearing.heard.set(arrow, accepted);
      waiting.add(arrow.to.machine);
    }
  }
  return new Map([...states].map(([name, { selection }]) => [name, selection]));
}

const nothingKnown: Selection = { isLocal: false, candidates: [], used: [], advertised: [], isCertain: false };

function stateOf(states: Map<string, State>, name: string): State {
  let state = states.get(name);
  if (state === undefined) {
    state = { heard: new Map(), said: undefined, selection: nothingKnown, changes: 0 };
    states.set(name, state);
  }
  return state;
}

function decide(speaker: BgpSpeaker, prefix: string, state: State, resolver: NextHopResolver): void {
  state.selection = select(speaker, speaker.owns.has(prefix), state.heard, (route, arrow) =>
    resolver.reach(speaker, route, arrow.type),
  );
}

/** Writes what the speaker now says into `said`; returns the directions in which that differs from before. */
function changedArrows({ speaker, wires }: Place, prefix: string, state: State, family: 4 | 6): readonly Arrow[] {
  const { selection } = state;
  const isWide =
    selection.isLocal || selection.advertised.some(({ arrow }) => arrow.type === 'eBGP' || arrow.to.hasClient);
  const reached = isWide ? wires.out : wires.outForInternal;
  if (reached.length === 0 && state.said === undefined) return [];
  state.said ??= new Map();
  const before = state.said;
  const changed: Arrow[] = [];
  const arrows = new Set(reached);
  for (const arrow of before.keys()) arrows.add(arrow);
  for (const arrow of arrows) {
    if (arrow.family !== family) continue;
    const said = selection.isLocal ? sayOwn(speaker, prefix, arrow) : sayHeard(speaker, selection, arrow);
    if (said === undefined ? !before.delete(arrow) : isSame(before.get(arrow), said)) continue;
    if (said !== undefined) before.set(arrow, said);
    changed.push(arrow);
  }
  return changed;
}

function sayOwn(speaker: BgpSpeaker, prefix: string, arrow: Arrow): Announcement | undefined {
  const localPref = defaultLocalPref;
  const own: BgpRoute = {
    prefix,
    asPath: [],
    nextHop: '',
    linkLocal: undefined,
    localPref,
    originatorId: undefined,
    clusterList: [],
    communities: [],
  };
  const route = advertise(speaker, own, undefined, arrow);
  return route && { routes: [route], isCertain: true };
}

function sayHeard(speaker: BgpSpeaker, selection: Selection, arrow: Arrow): Announcement | undefined {
  const routes = new Map<string, BgpRoute>();
  let isCertain = selection.isCertain;
  for (const candidate of selection.advertised) {
    const route = advertise(speaker, candidate.route, candidate.arrow, arrow);
    if (route === undefined) {
      isCertain = false;
      continue;
    }
    routes.set(keyOf(route), route);
    const other = otherEcho(speaker, route, candidate.arrow, arrow);
    if (other !== undefined) routes.set(keyOf(other), other);
  }
  return routes.size === 0 ? undefined : { routes: [...routes.values()], isCertain };
}

function isSame(a: Announcement | undefined, b: Announcement): boolean {
  if (a === undefined || a.isCertain !== b.isCertain || a.routes.length !== b.routes.length) return false;
  const keys = new Set(a.routes.map(keyOf));
  return b.routes.every((route) => keys.has(keyOf(route)));
}

function keyOf({ asPath, nextHop, linkLocal, localPref, originatorId, clusterList, communities }: BgpRoute): string {
  const lists = [asPath, clusterList, communities].map((list) => list.join(' '));
  return [nextHop, linkLocal, localPref, originatorId, ...lists].join('|');
}

function doesNotSettle(what: string, hint: string): LabError {
  return new LabError('LAB_INVALID', `BGP of this lab never settles: ${what}`, { hint });
}
