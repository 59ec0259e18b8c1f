// Owns what a verb may know of the outside: folders, environment, streams, the interrupt. Made once, in main.ts.

import type { OperationEvent } from '../plan/engine.ts';
import type { Plan } from '../plan/plan.ts';

/** How results are shaped on stdout. */
export type Format = 'table' | 'json';

/** The outside as a verb sees it. No verb touches `process`. */
export interface Context {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly uid: number;
  /** The folder that has `labs/` and `topologies/`. */
  readonly packageRoot: string;
  readonly version: string;
  /** `$LABCTL_HOME`, else `$XDG_STATE_HOME/labctl`, else `~/.local/state/labctl`. */
  readonly stateHome: string;
  /** `$LABCTL_CACHE`, else `$XDG_CACHE_HOME/labctl`, else `~/.cache/labctl`: unpacked programs. */
  readonly cacheHome: string;
  /** Aborted by SIGINT or SIGTERM; `signal.reason` is the signal's name. */
  readonly signal: AbortSignal;
  /** When labctl began, on the clock of `performance.now()`. */
  readonly startedAt: number;
  /** What a second interrupt prints as the next thing to type. */
  ifLeft(command: string): void;
  readonly isStdinTty: boolean;
  readonly isStdoutTty: boolean;
  readonly isStderrTty: boolean;
  /** All of standard input as text. */
  readStdin(): Promise<string>;
}

/** Who shows a run while it happens (listr2 on a terminal, plain lines elsewhere, nothing when quiet). */
export interface RunView {
  begin(plan: Plan): void;
  event(event: OperationEvent): void;
  /** One line beside the operations: a warning, a note. */
  note(line: string): void;
  end(): Promise<void>;
}
