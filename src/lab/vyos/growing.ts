// Owns a configuration while it is being read: words are added below words, and one that is there already is used again.

import type { VyosNode } from './node.ts';

/** A word of a text, with its place. */
export interface Word {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/** A node that may still get children. */
export class GrowingNode {
  readonly word: Word;
  private readonly below = new Map<string, GrowingNode>();

  constructor(word: Word) {
    this.word = word;
  }

  /** The child of this name, made when it is not there. */
  grow(word: Word): GrowingNode {
    let child = this.below.get(word.text);
    if (child === undefined) {
      child = new GrowingNode(word);
      this.below.set(word.text, child);
    }
    return child;
  }

  /** Takes away what some words lead to, as `delete` does; false when nothing is there. */
  cut(words: readonly string[]): boolean {
    const [first = '', ...rest] = words;
    if (rest.length === 0) return this.below.delete(first);
    return this.below.get(first)?.cut(rest) ?? false;
  }

  /** The children as they are, for good. */
  finish(): readonly VyosNode[] {
    return [...this.below.values()].map((child) => ({
      word: child.word.text,
      start: child.word.start,
      end: child.word.end,
      children: child.finish(),
    }));
  }
}
