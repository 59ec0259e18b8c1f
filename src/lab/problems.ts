// Owns the list of what is wrong with a document: each problem with its place, in file order, all at once.

import { LabError } from '../base/errors.ts';
import type { Problem, Severity } from '../base/place.ts';
import { hintForName } from './names.ts';
import { keySpanAt, type Path, type ProblemText, placeOfSpan, spanAt, type Tree } from './tree.ts';

/** Most problems that are shown of one lab; the last one says how many were left out. */
const maxProblems = 60;

/** Gathers the problems of one document; every one gets its place. */
export class ProblemList {
  private readonly tree: Tree;
  private readonly list: Problem[] = [];

  constructor(tree: Tree) {
    this.tree = tree;
  }

  /** Everything gathered so far. */
  get all(): readonly Problem[] {
    return this.list;
  }

  /** A problem of a value (or, with `at: 'key'`, of its key). */
  add(path: Path, text: ProblemText, options: { severity?: Severity; at?: 'value' | 'key' } = {}): void {
    const span = options.at === 'key' ? keySpanAt(this.tree, path) : spanAt(this.tree, path);
    this.list.push({ severity: options.severity ?? 'error', ...text, path, at: placeOfSpan(span) });
  }

  /** A name that nothing has, with the nearest known one. */
  addUnknown(
    path: Path,
    what: string,
    name: string,
    known: Iterable<string>,
    options: { at?: 'value' | 'key' } = {},
  ): void {
    const message = `no ${what} named \`${name}\``;
    this.add(path, { code: 'LAB_UNKNOWN_NAME', message, hint: hintForName(name, known) }, options);
  }
}

/** Throws LAB_INVALID when a problem is an error; does nothing for none or for warnings alone. */
export function throwIfInvalid(problems: readonly Problem[], what: string): void {
  const errors = problems.filter((problem) => problem.severity === 'error');
  if (errors.length === 0) return;
  const sorted = inFileOrder(problems);
  const shown = sorted.slice(0, maxProblems);
  const message = errors.length === 1 ? `${what} has a problem` : `${what} has ${errors.length} problems`;
  const left = sorted.length - shown.length;
  throw new LabError('LAB_INVALID', message, {
    problems: shown,
    facts: left > 0 ? [`${left} more problems are not shown`] : undefined,
  });
}

/** Problems as one reads them: file by file, from top to bottom; errors of one place before warnings. */
export function inFileOrder(problems: readonly Problem[]): readonly Problem[] {
  const files = [...new Set(problems.map((problem) => problem.at?.file ?? ''))];
  const rank = new Map(files.map((file, i) => [file, i]));
  const fileRank = (problem: Problem): number => rank.get(problem.at?.file ?? '') ?? 0;
  return problems.toSorted(
    (a, b) =>
      fileRank(a) - fileRank(b) ||
      (a.at?.line ?? 0) - (b.at?.line ?? 0) ||
      (a.at?.column ?? 0) - (b.at?.column ?? 0) ||
      (a.severity === b.severity ? 0 : a.severity === 'error' ? -1 : 1),
  );
}
