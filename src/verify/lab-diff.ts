// Owns the comparison of two labs, fact by fact. Pure.

import { factKinds, type LabFacts } from '../design/facts.ts';

/** One fact that is not the same in both labs; undefined where a lab has no such fact. */
export interface FactChange {
  readonly name: string;
  readonly a: string | undefined;
  readonly b: string | undefined;
}

/** What differs of one kind of facts, and how many are equal. */
export interface KindDiff {
  readonly kind: (typeof factKinds)[number];
  readonly changes: readonly FactChange[];
  readonly equal: number;
}

/** Holds two labs' facts against each other: every kind, in the order of telling, changes by name. */
export function diffFacts(a: LabFacts, b: LabFacts): readonly KindDiff[] {
  return factKinds.map((kind) => {
    const names = [...new Set([...a[kind].keys(), ...b[kind].keys()])].sort();
    const pairs = names.map((name) => ({ name, a: a[kind].get(name), b: b[kind].get(name) }));
    const changes = pairs.filter((pair) => pair.a !== pair.b);
    return { kind, changes, equal: pairs.length - changes.length };
  });
}
