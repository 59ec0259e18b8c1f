// Owns the check of BGP tables: every path with its attributes, used or not, and no path more.

import { shownName } from '../design/address-book.ts';
import type { ExpectedPath } from '../design/convergence.ts';
import type { Design } from '../design/design.ts';
import { isFelixs } from '../design/felix-routes.ts';
import type { ObservedPath } from '../plan/observed.ts';
import type { CheckResult, Failure } from './verdict.ts';

/** Judges the BGP tables of all speakers. Where equal routes leave a choice, any of its outcomes is true (RFC 4271 9.1.2). */
export function judgePaths(design: Design, seen: readonly ObservedPath[]): CheckResult {
  const paths = design.expected.paths.filter((path) => isBgps(design, path));
  const expected = grouped(paths);
  const observed = grouped(seen.filter((path) => isBgps(design, path)));
  const failures: Failure[] = [];
  for (const [key, group] of expected) failures.push(...judgeGroup(design, group, observed.get(key) ?? []));
  for (const [key, group] of observed) {
    if (expected.has(key)) continue;
    for (const path of group) failures.push(failureOf(design, path, 'no such path', pathText(path)));
  }
  const title = `all ${paths.filter(({ presence }) => presence === 'certain').length} certain paths of the BGP tables`;
  return { origin: 'implied', kind: 'paths', title, failures };
}

/**
 * Whether packets follow the path. Where a pool's routes are Felix's they follow those, and with `add paths` BIRD tells its
 * neighbors Felix's blackhole beside its own: which of the two a node prefers changes nothing.
 */
function isBgps(design: Design, { prefix }: ExpectedPath | ObservedPath): boolean {
  return !isFelixs(design, prefix);
}

/** A path's attributes: `from 10.1.5.1, next hop 10.1.5.10, AS path 800 65008, LOCAL_PREF 100, communities 65001:10`. */
export function pathText(path: ExpectedPath | ObservedPath): string {
  const { from, nextHop, asPath, localPref, originatorId, clusterList, communities = [] } = path;
  return [
    from === undefined ? 'its own' : `from ${from}`,
    `next hop ${nextHop}`,
    `AS path ${asPath.length === 0 ? 'empty' : asPath.join(' ')}`,
    localPref === undefined ? '' : `LOCAL_PREF ${localPref}`,
    originatorId === undefined ? '' : `ORIGINATOR_ID ${originatorId}`,
    clusterList.length === 0 ? '' : `CLUSTER_LIST ${clusterList.join(' ')}`,
    communities.length === 0 ? '' : `communities ${communities.join(' ')}`,
  ]
    .filter((part) => part !== '')
    .join(', ');
}

/** Alternatives of one prefix from one neighbor, against what is in the table from it. */
function judgeGroup(
  design: Design,
  alternatives: readonly ExpectedPath[],
  seen: readonly ObservedPath[],
): readonly Failure[] {
  const [first] = alternatives;
  if (first === undefined) return [];
  const wanted = [...new Set(alternatives.map(pathText))].join('; or ');
  if (seen.length === 0) {
    const mayBeAbsent = alternatives.every(({ presence }) => presence === 'maybe');
    return mayBeAbsent ? [] : [failureOf(design, first, wanted, 'no such path')];
  }
  return seen.flatMap((path) => {
    const fitting = alternatives.filter((alternative) => pathText(asSeen(alternative, path)) === pathText(path));
    if (fitting.length === 0) return [failureOf(design, path, wanted, pathText(path))];
    if (fitting.some(({ used }) => used === undefined || used === path.isUsed)) return [];
    return [
      failureOf(design, path, `${wanted}, ${usedText(!path.isUsed)}`, `${pathText(path)}, ${usedText(path.isUsed)}`),
    ];
  });
}

/** What was not asked for is not compared. */
function asSeen(expected: ExpectedPath, { communities }: ObservedPath): ExpectedPath {
  return communities === undefined ? { ...expected, communities: [] } : expected;
}

function usedText(isUsed: boolean): string {
  return isUsed ? 'used' : 'not used';
}

function failureOf(design: Design, path: ExpectedPath | ObservedPath, expected: string, seen: string): Failure {
  return { what: `BGP path to ${path.prefix}`, where: shownName(design, path.machine), expected, seen };
}

function grouped<P extends ExpectedPath | ObservedPath>(paths: readonly P[]): ReadonlyMap<string, readonly P[]> {
  const groups = new Map<string, P[]>();
  for (const path of paths) {
    const key = `${path.machine} ${path.prefix} ${path.from ?? 'own'}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [path]);
    else group.push(path);
  }
  return groups;
}
