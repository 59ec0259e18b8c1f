// Owns the comparison of a lab's facts with a real cluster's, and what may be left out of it.

import type { Facts } from './facts.ts';

/** Facts that one entry of `labctl status --differences` explains. */
export interface Omission {
  /** Id of the entry; a comparison fails when the engine does not declare it. */
  readonly id: string;
  /** Keys of the facts it covers. */
  readonly keys: RegExp;
  readonly why: string;
}

/** The only facts that are left out. */
export const omissions: readonly Omission[] = [
  {
    id: 'outside-v6',
    keys: /^(?:leaf|spine)\d+ (?:addresses6 eth0|route6 (?:default|3fff:.*))$/,
    why: "a router's eth0 has no IPv6 address outside Docker",
  },
];

/** One fact that is not the same. */
export interface Difference {
  readonly key: string;
  /** Undefined: the real cluster has no such fact. */
  readonly truth: string | undefined;
  /** Undefined: the lab has no such fact. */
  readonly lab: string | undefined;
}

/** The outcome of a comparison. */
export interface Comparison {
  readonly compared: number;
  readonly differences: readonly Difference[];
  /** Facts left out, by the id that allows it. */
  readonly omitted: ReadonlyMap<string, number>;
}

/** Compares all facts of both sides; a fact that only one side has is a difference. */
export function compareFacts(truth: Facts, lab: Facts, declared: readonly string[]): Comparison {
  const differences: Difference[] = [];
  const omitted = new Map<string, number>();
  let compared = 0;
  for (const key of new Set([...truth.keys(), ...lab.keys()])) {
    const omission = omissions.find(({ keys, id }) => keys.test(key) && declared.includes(id));
    if (omission !== undefined) {
      omitted.set(omission.id, (omitted.get(omission.id) ?? 0) + 1);
      continue;
    }
    compared++;
    if (truth.get(key) !== lab.get(key)) differences.push({ key, truth: truth.get(key), lab: lab.get(key) });
  }
  return { compared, differences, omitted };
}

/** One paragraph a difference. */
export function differencesToText(differences: readonly Difference[]): string {
  const lines = differences.map(
    ({ key, truth, lab }) => `${key}\n  real: ${truth ?? '(not there)'}\n  lab:  ${lab ?? '(not there)'}`,
  );
  return lines.join('\n');
}

/** How many facts of each sort were compared, for the printed summary: `route 84, sysctl 520`. */
export function countsOf(facts: Facts): string {
  const counts = new Map<string, number>();
  for (const key of facts.keys()) {
    const [first = '', second = ''] = key.split(' ');
    const sort = /^(?:ping|trace)6?$/.test(first) ? first : second;
    counts.set(sort, (counts.get(sort) ?? 0) + 1);
  }
  return [...counts].map(([sort, count]) => `${sort} ${count}`).join(', ');
}
