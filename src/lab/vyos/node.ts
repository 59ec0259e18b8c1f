// Owns a VyOS configuration as a tree of words: what `config.boot` nests and what `set` commands spell out is one thing.

import type { Problem, Severity } from '../../base/place.ts';
import { placeOfSpan, type Source } from '../tree.ts';

/**
 * One word of a configuration, a node or a value: `ethernet`, `eth1`, `address`, `10.1.5.1/24` are four, each inside the one before.
 * Plain data, JSON-safe.
 */
export interface VyosNode {
  readonly word: string;
  /** Offsets of the word in the text, `end` exclusive. */
  readonly start: number;
  readonly end: number;
  readonly children: readonly VyosNode[];
}

/** A configuration as it was read. */
export interface VyosConfig {
  readonly source: Source;
  readonly roots: readonly VyosNode[];
  /** `1.4` or `1.5`, as the file's last lines or its own words say; undefined: nothing tells. */
  readonly release: VyosRelease | undefined;
}

/** The releases that differ in how they are written. */
export type VyosRelease = '1.4' | '1.5';

/** The node below some nodes that some words lead to, or undefined. */
export function nodeAt(nodes: readonly VyosNode[], ...words: readonly string[]): VyosNode | undefined {
  let found: VyosNode | undefined;
  let below = nodes;
  for (const word of words) {
    found = below.find((node) => node.word === word);
    if (found === undefined) return undefined;
    below = found.children;
  }
  return found;
}

/** The nodes inside the node that some words lead to. */
export function nodesAt(nodes: readonly VyosNode[], ...words: readonly string[]): readonly VyosNode[] {
  return nodeAt(nodes, ...words)?.children ?? [];
}

/** The words inside the node that some words lead to: a leaf's values, a tag node's names. */
export function wordsAt(nodes: readonly VyosNode[], ...words: readonly string[]): readonly string[] {
  return nodesAt(nodes, ...words).map(({ word }) => word);
}

/** The value of the leaf that some words lead to, the last where it has several; undefined when it is not there. */
export function valueAt(nodes: readonly VyosNode[], ...words: readonly string[]): string | undefined {
  return wordsAt(nodes, ...words).at(-1);
}

/** The same words in the same places of the tree, whatever their order and their text were. */
export function sameWords(a: readonly VyosNode[], b: readonly VyosNode[]): boolean {
  if (a.length !== b.length) return false;
  const others = new Map(b.map((node) => [node.word, node]));
  return a.every((node) => {
    const other = others.get(node.word);
    return other !== undefined && sameWords(node.children, other.children);
  });
}

/** A problem at a word of a configuration. */
export function vyosProblem(
  source: Source,
  at: { readonly start: number; readonly end: number },
  code: string,
  message: string,
  more: { readonly hint?: string | undefined; readonly severity?: Severity } = {},
): Problem {
  const place = placeOfSpan({ source, start: at.start, end: Math.max(at.end, at.start + 1) });
  return { severity: more.severity ?? 'error', code, message, hint: more.hint, path: [], at: place };
}
