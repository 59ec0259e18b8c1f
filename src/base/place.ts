// Owns where a value stands in a file, and a problem that names that place.

/** A place in a text file: 1-based line and column, and the line itself so that it can be shown with a caret. */
export interface SourcePlace {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** The text of the line, without its end. */
  readonly text: string;
  /** How many columns the caret marks (at least 1). */
  readonly width: number;
}

/** `error` stops labctl (exit 2); `warning` is shown and work goes on. */
export type Severity = 'error' | 'warning';

/**
 * One thing that is wrong with a lab, a topology or a Calico object. Checks that know no file return
 * the `path` of the value (keys and indices from the document's root); `lab/` turns that into a place.
 */
export interface Problem {
  readonly severity: Severity;
  /** Stable, upper-case with underscores, for example `LAB_UNKNOWN_KEY`. */
  readonly code: string;
  readonly message: string;
  /** What to type or change. */
  readonly hint?: string | undefined;
  /** Where the value stands: `['calico', 'peers', 0, 'to']`. */
  readonly path: readonly (string | number)[];
  readonly at?: SourcePlace | undefined;
}
