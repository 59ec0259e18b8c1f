// Owns the decision process (RFC 4271 section 9.1): which of the heard routes a speaker may use, share and advertise.

import { type Arrow, addressNumber, type BgpRoute, type BgpSpeaker } from './bgp.ts';
import type { Reach } from './next-hops.ts';

/**
 * What a neighbor says of a prefix. Where it has several equal routes, which one wins depends on who came first, so its
 * UPDATE is one of several: `routes`. Not `isCertain`: it may also say nothing.
 */
export interface Announcement {
  readonly routes: readonly BgpRoute[];
  readonly isCertain: boolean;
}

/** One route that a speaker has heard, with its place in the decision process. */
export interface Candidate {
  readonly route: BgpRoute;
  readonly arrow: Arrow;
  /** undefined: the next hop is unreachable. */
  readonly reach: Reach | undefined;
  /**
   * FRR never uses a route whose next hop it cannot reach (RFC 4271 section 9.1.2.1). BIRD does where it has no other:
   * installs it as `unreachable` and advertises it all the same (seen with 2.0.12).
   */
  readonly isUsable: boolean;
  /** Steps a) to e) of RFC 4271 section 9.1.2.2, LOCAL_PREF first; smaller is better. */
  readonly rank: readonly number[];
  /** `certain`: it is said; `one-of`: one of the neighbor's alternatives is; `maybe`: at most one is. */
  readonly presence: 'certain' | 'one-of' | 'maybe';
  /** The neighbor surely says this or something of the same rank. */
  readonly isSettled: boolean;
}

/** The outcome for one prefix at one speaker. */
export interface Selection {
  /** The speaker announces the prefix itself, or has a better route than BGP's: nothing that is heard is used. */
  readonly isLocal: boolean;
  readonly candidates: readonly Candidate[];
  /** Candidates that may be best or, where `isShared`, among the equal best. Empty when `isLocal`. */
  readonly used: readonly Candidate[];
  /** Of these, those that may be advertised: narrowed where the implementation breaks ties by identifiers. */
  readonly advertised: readonly Candidate[];
  /** At least one is surely there. */
  readonly isCertain: boolean;
}

/** What may be selected from what was heard. `hasLocal`: a local route beats all of it (FRR weight, BIRD preference). */
export function select(
  speaker: BgpSpeaker,
  hasLocal: boolean,
  heard: ReadonlyMap<Arrow, Announcement>,
  reachOf: (route: BgpRoute, arrow: Arrow) => Reach | undefined,
): Selection {
  const candidates: Candidate[] = [];
  for (const [arrow, announcement] of heard) candidates.push(...judge(speaker, arrow, announcement, reachOf));
  if (hasLocal) return { isLocal: true, candidates, used: [], advertised: [], isCertain: true };
  const [only] = candidates;
  if (candidates.length === 1 && only?.isSettled) {
    return { isLocal: false, candidates, used: candidates, advertised: candidates, isCertain: true };
  }
  const usable = candidates.filter((candidate) => candidate.isUsable);
  const { kept: used, isCertain } = possibleBest(usable, heard, ({ rank }) => rank);
  const tieBreaks = used.length > 1 && used.every((candidate) => breaksTies(speaker, candidate));
  const advertised = tieBreaks ? possibleBest(used, heard, fullRank).kept : used;
  return { isLocal: false, candidates, used, advertised, isCertain };
}

function judge(
  speaker: BgpSpeaker,
  arrow: Arrow,
  { routes, isCertain }: Announcement,
  reachOf: (route: BgpRoute, arrow: Arrow) => Reach | undefined,
): Candidate[] {
  const presence = !isCertain ? 'maybe' : routes.length > 1 ? 'one-of' : 'certain';
  const reaches = routes.map((route) => reachOf(route, arrow));
  const ranks = routes.map((route, i) => rankOf(route, arrow, reaches[i]));
  const isUsable = (i: number): boolean => reaches[i] !== undefined || speaker.dialect === 'bird';
  const [first = []] = ranks;
  const isSettled = isCertain && ranks.every((rank, i) => isUsable(i) && compareRanks(rank, first) === 0);
  return routes.map((route, i) => ({
    route,
    arrow,
    reach: reaches[i],
    isUsable: isUsable(i),
    rank: ranks[i] ?? [],
    presence,
    isSettled,
  }));
}

function rankOf(route: BgpRoute, arrow: Arrow, reach: Reach | undefined): readonly number[] {
  return [
    reach === undefined ? 1 : 0,
    -route.localPref,
    route.asPath.length,
    arrow.type === 'eBGP' ? 0 : 1,
    reach?.cost ?? 0,
  ];
}

/**
 * All that may win: everything at least as good as the best rank that is certain. What one neighbor says is taken as
 * independent of what another says; that may leave a possibility too many, never one too few.
 */
function possibleBest(
  candidates: readonly Candidate[],
  heard: ReadonlyMap<Arrow, Announcement>,
  rank: (candidate: Candidate) => readonly number[],
): { kept: readonly Candidate[]; isCertain: boolean } {
  const worst = new Map<Arrow, { rank: readonly number[]; count: number }>();
  for (const candidate of candidates) {
    const before = worst.get(candidate.arrow);
    const own = rank(candidate);
    const isWorse = before === undefined || compareRanks(own, before.rank) > 0;
    worst.set(candidate.arrow, { rank: isWorse ? own : before.rank, count: (before?.count ?? 0) + 1 });
  }
  let bound: readonly number[] | undefined;
  for (const [arrow, { rank: own, count }] of worst) {
    const announcement = heard.get(arrow);
    const isSure = announcement?.isCertain === true && count === announcement.routes.length;
    if (isSure && (bound === undefined || compareRanks(own, bound) < 0)) bound = own;
  }
  if (bound === undefined) return { kept: candidates, isCertain: false };
  const limit = bound;
  return { kept: candidates.filter((candidate) => compareRanks(rank(candidate), limit) <= 0), isCertain: true };
}

/**
 * BIRD always goes on to identifiers; FRR does for iBGP, while between eBGP routes the one that was there first stays
 * (RFC 5004): that is chance.
 */
function breaksTies(speaker: BgpSpeaker, { arrow }: Candidate): boolean {
  return speaker.dialect === 'bird' || arrow.type === 'iBGP';
}

/** RFC 4271 9.1.2.2 f) and g) with RFC 4456 section 9: originator or router id, cluster list length, address. */
function fullRank({ rank, route, arrow }: Candidate): readonly number[] {
  const id = addressNumber(route.originatorId ?? arrow.from.routerId)?.value ?? 0n;
  const address = addressNumber(arrow.from.address)?.value ?? 0n;
  const words = [96n, 64n, 32n, 0n].map((shift) => Number((address >> shift) & 0xffffffffn));
  return [...rank, Number(id), route.clusterList.length, ...words];
}

function compareRanks(a: readonly number[], b: readonly number[]): number {
  for (let i = 0; i < a.length; i++) {
    const difference = (a[i] ?? 0) - (b[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** How a kernel route follows from equal routes: `all` next hops at once, exactly `one`, or `some` of them. */
export type Choice = 'all' | 'one' | 'some';

/**
 * Whether the used routes are shared (ECMP): BIRD's `merge paths` merges all of one rank; FRR shares eBGP routes of one
 * neighbor AS and iBGP routes of one path, with `multipath-relax` all.
 */
export function choiceOf(speaker: BgpSpeaker, used: readonly Candidate[]): Choice {
  if (used.length === 1) return 'all';
  const nextHops = new Set(used.map(({ reach, route }) => JSON.stringify(reach?.hops ?? route.nextHop)));
  if (nextHops.size <= 1) return 'all';
  const neighbors = new Set(used.map(({ arrow }) => arrow));
  if (neighbors.size === 1) return 'one';
  const canShare = (a: Candidate, b: Candidate): boolean =>
    speaker.dialect === 'bird' || speaker.multipathRelax || sharingKey(a) === sharingKey(b);
  const pairs = used
    .flatMap((a, i) => used.slice(0, i).map((b) => ({ a, b })))
    .filter(({ a, b }) => a.arrow !== b.arrow);
  if (pairs.every(({ a, b }) => !canShare(a, b))) return 'one';
  const oneEach = neighbors.size === used.length;
  return oneEach && used.every(({ isSettled }) => isSettled) && pairs.every(({ a, b }) => canShare(a, b))
    ? 'all'
    : 'some';
}

function sharingKey({ route, arrow }: Candidate): string {
  return arrow.type === 'eBGP' ? String(route.asPath[0]) : route.asPath.join(' ');
}
