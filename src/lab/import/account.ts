// Owns the account of an import: what was understood of an original lab and where it stood, what was not, and what that costs.

import type { Problem, SourcePlace } from '../../base/place.ts';
import { placeOfSpan, problemAtSpan, type Source, type Span, type Tree } from '../tree.ts';

/** Something that was understood, and where it stood. */
export interface Understood {
  readonly at: SourcePlace;
  readonly what: string;
}

/** Gathers what the readers of an original lab find. */
export class Account {
  readonly understood: Understood[] = [];
  readonly problems: Problem[] = [];

  /** Something was understood. */
  take(at: Span, what: string): void {
    this.understood.push({ at: placeOfSpan(headOf(at)), what });
  }

  /** Something is left out, and no packet changes by it. */
  leave(at: Span, message: string, hint?: string): void {
    const text = { code: 'IMPORT_LEFT_OUT', message, hint };
    this.problems.push({ ...problemAtSpan(headOf(at), [], text), severity: 'warning' });
  }

  /** Something cannot be carried over, and the lab would send other packets without it. */
  refuse(at: Span, message: string, hint?: string): void {
    this.problems.push(problemAtSpan(headOf(at), [], { code: 'IMPORT_REFUSED', message, hint }));
  }

  /** Problems of another reader, as they are. */
  add(problems: readonly Problem[]): void {
    this.problems.push(...problems);
  }
}

/** A stretch of many lines is shown by its first word. */
function headOf({ source, start, end }: Span): Span {
  const line = source.text.slice(start, end).split('\n', 1)[0] ?? '';
  return { source, start, end: start + Math.max(1, line.length) };
}

/** The beginning of a text. */
export function startOf(source: Source): Span {
  return { source, start: 0, end: 1 };
}

/** A scalar's text, whatever its type; undefined for anything else and for nothing. */
export function textOf(tree: Tree | undefined): string | undefined {
  return tree?.kind === 'scalar' && tree.value !== null ? String(tree.value) : undefined;
}

/** The items of a list; none for anything else. */
export function itemsOf(tree: Tree | undefined): readonly Tree[] {
  return tree?.kind === 'list' ? tree.items : [];
}

/** The entries of a map, in their order; none for anything else. */
export function entriesOf(tree: Tree | undefined): readonly (readonly [string, Tree, Span])[] {
  return tree?.kind === 'map' ? [...tree.entries].map(([key, entry]) => [key, entry.value, entry.key] as const) : [];
}
