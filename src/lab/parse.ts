// Owns the step from text to a tree of values with places: YAML 1.2 core, string keys, every error and warning fatal.

import { Composer, type Document, isMap, isScalar, isSeq, type Node, type ParsedNode } from 'yaml';
import type { Problem } from '../base/place.ts';
import { prescan } from './prescan.ts';
import { type Entry, type Path, type ProblemText, problemAtSpan, type Source, type Span, type Tree } from './tree.ts';

/** The tree, or everything that is wrong with the text. */
export type Parsed = { readonly tree: Tree } | { readonly problems: readonly Problem[] };

/**
 * Reads one YAML document, from an offset on where the text before it is something else (`--set key=`).
 * Never throws for a text, whatever it holds.
 */
export function parseSource(source: Source, from = 0): Parsed {
  const scan = prescan(source, from);
  if ('problem' in scan) return { problems: [scan.problem] };
  const composer = new Composer({ version: '1.2', schema: 'core', uniqueKeys: false, stringKeys: true, merge: false });
  const documents = [...composer.compose(scan.tokens, true, source.text.length)];
  const [document, second] = documents as Document.Parsed[];
  if (document === undefined) return { problems: [emptyProblem(source)] };
  if (second !== undefined) {
    const span = { source, start: second.range[0], end: second.range[0] + 3 };
    const message = 'the file has a second document';
    return { problems: [problemAtSpan(span, [], { code: 'LAB_DOCUMENTS', message, hint: 'keep one, without `---`' })] };
  }
  const broken = [...document.errors, ...document.warnings];
  if (broken.length > 0) return { problems: broken.slice(0, 20).map((error) => syntaxProblem(source, error)) };
  if (document.contents === null || (isScalar(document.contents) && document.contents.value === null)) {
    return { problems: [emptyProblem(source)] };
  }
  const reader = new TreeReader(source);
  const tree = reader.read(document.contents, []);
  return reader.problems.length > 0 ? { problems: reader.problems } : { tree };
}

function emptyProblem(source: Source): Problem {
  const hint = 'begin with `title:`, `cluster:` and `calico:`; `labctl list` shows labs to start from';
  return problemAtSpan({ source, start: 0, end: 1 }, [], { code: 'LAB_EMPTY', message: 'the file is empty', hint });
}

function syntaxProblem(source: Source, error: { code: string; message: string; pos: [number, number] }): Problem {
  const [start, end] = error.pos;
  const hint = syntaxHints[error.code];
  const message = `not valid YAML: ${lowerFirst(error.message)}`;
  return problemAtSpan({ source, start, end: Math.max(end, start + 1) }, [], { code: 'LAB_YAML', message, hint });
}

/** Where the parser's own words do not say what to do. */
const syntaxHints: Readonly<Record<string, string>> = {
  TAB_AS_INDENT: 'indent with spaces',
  BAD_INDENT: 'indent items of one list or map equally; close brackets that are open',
  MISSING_CHAR: 'close the quote or the bracket',
  NON_STRING_KEY: 'write keys as plain words',
};

function lowerFirst(text: string): string {
  return text.slice(0, 1).toLowerCase() + text.slice(1);
}

/** Keys that would reach an object's prototype when a value is turned into plain data. */
const refusedKeys: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

/** Turns the library's nodes into a tree; gathers problems of keys and numbers on the way. */
class TreeReader {
  readonly problems: Problem[] = [];
  private readonly source: Source;

  constructor(source: Source) {
    this.source = source;
  }

  read(node: Node, path: Path): Tree {
    const span = this.spanOf(node);
    if (isSeq(node)) {
      return { kind: 'list', span, items: node.items.map((item, i) => this.read(item as ParsedNode, [...path, i])) };
    }
    if (isMap(node)) return { kind: 'map', span, entries: this.readEntries(node.items as readonly YamlPair[], path) };
    return { kind: 'scalar', span, value: this.readScalar(isScalar(node) ? node.value : null, span, path) };
  }

  private readEntries(pairs: readonly YamlPair[], path: Path): ReadonlyMap<string, Entry> {
    const entries = new Map<string, Entry>();
    for (const pair of pairs) {
      const key = isScalar(pair.key) ? String(pair.key.value) : '';
      const at = this.spanOf(pair.key);
      const keyPath = [...path, key];
      if (refusedKeys.has(key)) {
        this.report(at, keyPath, { code: 'LAB_BAD_KEY', message: `\`${key}\` cannot be a key` });
        continue;
      }
      if (entries.has(key)) {
        const hint = 'remove one of the two';
        this.report(at, keyPath, { code: 'LAB_DUPLICATE_KEY', message: `\`${key}\` is written twice here`, hint });
        continue;
      }
      const value: Tree =
        pair.value === null ? { kind: 'scalar', value: null, span: at } : this.read(pair.value, keyPath);
      entries.set(key, { key: at, value });
    }
    return entries;
  }

  private readScalar(value: unknown, span: Span, path: Path): string | number | boolean | null {
    if (typeof value === 'number') {
      const isExact = Number.isFinite(value) && (!Number.isInteger(value) || Number.isSafeInteger(value));
      if (isExact) return value;
      const hint = 'quote it if it is meant as text';
      this.report(span, path, { code: 'LAB_BAD_NUMBER', message: 'the number is too large to be exact', hint });
      return 0;
    }
    return typeof value === 'string' || typeof value === 'boolean' ? value : null;
  }

  private spanOf(node: Node | null): Span {
    const [start, end] = node?.range ?? [0, 1];
    return { source: this.source, start, end };
  }

  private report(span: Span, path: Path, text: ProblemText): void {
    if (this.problems.length < 50) this.problems.push(problemAtSpan(span, path, text));
  }
}

interface YamlPair {
  readonly key: Node | null;
  readonly value: Node | null;
}
