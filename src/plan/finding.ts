// Owns what preflight finds: one thing this machine lacks or has, its cause, and the exact command that mends it.

/** `missing` stops `up`; `warning` is shown; `ok` is shown by doctor only. */
export type FindingLevel = 'ok' | 'warning' | 'missing';

/** One finding of preflight or `labctl doctor`. */
export interface Finding {
  /** Stable id, `userns-restricted`: shown in brackets. */
  readonly id: string;
  readonly level: FindingLevel;
  /** What was looked at and what was found: "FRR 8.4.4 (labctl's cache)". */
  readonly message: string;
  readonly cause?: string | undefined;
  /** The exact command to type. */
  readonly fix?: readonly string[] | undefined;
  /** True when the fix needs an administrator. */
  readonly needsRoot?: boolean | undefined;
}
