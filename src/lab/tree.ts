// Owns a document's values together with where each of them stands, so that merging files never loses a place.

import type { Problem, SourcePlace } from '../base/place.ts';

/** A text that was read: a lab, a topology, or one `--set` from the command line. */
export interface Source {
  readonly file: string;
  readonly text: string;
  /** Offset of the first character of each line. */
  readonly lineStarts: readonly number[];
}

/** A stretch of a source, offsets in UTF-16 units, `end` exclusive. */
export interface Span {
  readonly source: Source;
  readonly start: number;
  readonly end: number;
}

/** Text, a number, true or false, or nothing. */
export interface ScalarTree {
  readonly kind: 'scalar';
  readonly value: string | number | boolean | null;
  readonly span: Span;
}

/** A list with its items. */
export interface ListTree {
  readonly kind: 'list';
  readonly items: readonly Tree[];
  readonly span: Span;
}

/** One entry of a map: where its key stands, and its value. */
export interface Entry {
  readonly key: Span;
  readonly value: Tree;
}

/** A map; `nodeName` is the short name that defaults gave to an item of `cluster.nodes`. */
export interface MapTree {
  readonly kind: 'map';
  readonly entries: ReadonlyMap<string, Entry>;
  readonly span: Span;
  readonly nodeName?: string;
}

/** A value and where it stands. */
export type Tree = ScalarTree | ListTree | MapTree;

/** Keys and indices from the root of a document. */
export type Path = readonly (string | number)[];

/** A source for a text. */
export function sourceOf(file: string, text: string): Source {
  const lineStarts = [0];
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) lineStarts.push(at + 1);
  return { file, text, lineStarts };
}

/** The 1-based place of a stretch; its width ends with the line. */
export function placeOfSpan(span: Span): SourcePlace {
  const { file, text, lineStarts } = span.source;
  let low = 0;
  let high = lineStarts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((lineStarts[middle] ?? 0) <= span.start) low = middle;
    else high = middle - 1;
  }
  const lineStart = lineStarts[low] ?? 0;
  const next = text.indexOf('\n', lineStart);
  const line = text.slice(lineStart, next < 0 ? text.length : next).replace(/\r$/, '');
  const end = Math.min(span.end, lineStart + line.length);
  const width = Math.max(1, text.slice(span.start, end).trimEnd().length);
  return { file, line: low + 1, column: span.start - lineStart + 1, text: line, width };
}

/** The child at one key or index, or undefined. */
export function childOf(tree: Tree, key: string | number): Tree | undefined {
  if (tree.kind === 'map') return tree.entries.get(String(key))?.value;
  return tree.kind === 'list' ? tree.items[Number(key)] : undefined;
}

/** The value at a path, or undefined. */
export function treeAt(tree: Tree, path: Path): Tree | undefined {
  let current: Tree | undefined = tree;
  for (const key of path) current = current === undefined ? undefined : childOf(current, key);
  return current;
}

/** A map's entry as a map, list or scalar; undefined when the tree is none or has no such key. */
export function entryOf(tree: Tree | undefined, key: string): Entry | undefined {
  return tree?.kind === 'map' ? tree.entries.get(key) : undefined;
}

/**
 * The stretch that shows a path best: a scalar's own text, a map's or list's key, a list item from its start.
 * A path that leads nowhere is shown at the nearest value above it.
 */
export function spanAt(tree: Tree, path: Path): Span {
  let current = tree;
  let span = firstLine(tree.span);
  for (const key of path) {
    const entry = current.kind === 'map' ? current.entries.get(String(key)) : undefined;
    const child = entry?.value ?? childOf(current, key);
    if (child === undefined) break;
    span = entry === undefined || child.kind === 'scalar' ? child.span : entry.key;
    if (child.kind === 'scalar' && child.value === null && entry !== undefined) span = entry.key;
    current = child;
  }
  return span;
}

/** The stretch of a key; the value's when the path ends in an index. */
export function keySpanAt(tree: Tree, path: Path): Span {
  const last = path.at(-1);
  const parent = treeAt(tree, path.slice(0, -1));
  const entry = last === undefined || parent === undefined ? undefined : entryOf(parent, String(last));
  return entry?.key ?? spanAt(tree, path);
}

function firstLine(span: Span): Span {
  return { ...span, end: Math.min(span.end, span.start + 1) };
}

/** The plain value, as JSON would have it. */
export function plainValue(tree: Tree): unknown {
  if (tree.kind === 'scalar') return tree.value;
  if (tree.kind === 'list') return tree.items.map(plainValue);
  const value: Record<string, unknown> = {};
  for (const [key, entry] of tree.entries) value[key] = plainValue(entry.value);
  return value;
}

/** What a problem says beside its place. */
export interface ProblemText {
  readonly code: string;
  readonly message: string;
  readonly hint?: string | undefined;
}

/** A problem of a stretch of text. */
export function problemAtSpan(span: Span, path: Path, text: ProblemText): Problem {
  return { severity: 'error', ...text, path, at: placeOfSpan(span) };
}
