// Owns bringing together the sightings of one packet: chains of rows with the same identity.

import type { Correlator } from './correlator.ts';
import { FingerprintIndex } from './fingerprint.ts';
import { joinFragments } from './fragments.ts';

/** Rows with the same identity, chained in the order in which they were read. */
export interface Groups {
  /** The first row of each group. */
  readonly heads: readonly number[];
  /** The row after a row, -1 at the end. */
  readonly next: Int32Array;
  /** The head of the group with an identity, -1 without one; groups of one row are found too. */
  find(low: number, high: number): number;
}

/** Identities that are taken for one packet behind address translation: entry, service, exit, and one to spare. */
const mostTranslations = 4;
/** Nanoseconds at one point within which a translated packet follows. */
const translationLimit = 2_000_000_000;

/** Groups all rows of the table; a packet and what address translation made of it are one group. */
export function groupsOf(correlator: Correlator): Groups {
  joinFragments(correlator);
  const { count, keyLow, keyHigh } = correlator.sightings;
  const next = new Int32Array(count).fill(-1);
  const tails = new Int32Array(count).fill(-1);
  const index = new FingerprintIndex();
  for (let row = 0; row < count; row++) {
    const head = index.get(keyLow[row]!, keyHigh[row]!);
    if (head < 0) index.set(keyLow[row]!, keyHigh[row]!, row);
    else next[tails[head]!] = row;
    tails[head < 0 ? row : head] = row;
  }
  joinTranslated(correlator, next, tails);
  const heads: number[] = [];
  for (let row = 0; row < count; row++) if (tails[row] !== -1) heads.push(row);
  return { heads, next, find: (low, high) => index.get(low, high) };
}

/** Chains the groups whose packets differ in nothing but what translation changes. `tails` of a joined head becomes -1. */
function joinTranslated({ sightings }: Correlator, next: Int32Array, tails: Int32Array): void {
  const { natLow, natHigh, flow } = sightings;
  const index = new FingerprintIndex();
  for (let row = 0; row < sightings.count; row++) {
    if (tails[row] === -1 || (natLow[row] === 0 && natHigh[row] === 0)) continue;
    const head = index.get(natLow[row]!, natHigh[row]!);
    if (head < 0) {
      index.set(natLow[row]!, natHigh[row]!, row);
      continue;
    }
    const flows = new Set<number>([flow[row]!]);
    for (let other = head; other >= 0; other = next[other]!) flows.add(flow[other]!);
    if (flows.size < 2 || flows.size > mostTranslations || !mayFollow(sightings, next, head, row)) continue;
    next[tails[head]!] = row;
    tails[head] = tails[row]!;
    tails[row] = -1;
  }
}

/** One group's TTLs all lie above or at the other's, and at a common point little time is between them. */
function mayFollow({ ttl, point, time }: Correlator['sightings'], next: Int32Array, a: number, b: number): boolean {
  const range = (head: number): readonly [number, number] => {
    let [least, most] = [255, 0];
    for (let row = head; row >= 0; row = next[row]!) {
      least = Math.min(least, ttl[row]!);
      most = Math.max(most, ttl[row]!);
    }
    return [least, most];
  };
  const [[leastA, mostA], [leastB, mostB]] = [range(a), range(b)];
  if (leastA < mostB && leastB < mostA) return false;
  return point[a] !== point[b] || Math.abs(time[a]! - time[b]!) < translationLimit;
}
