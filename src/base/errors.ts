// Owns what a user may read when something goes wrong: one error type, its codes and its exit status.

import type { Problem, SourcePlace } from './place.ts';
import type { Ran } from './shell.ts';

/**
 * Exit statuses of labctl, the same for every verb (`exec` alone returns the command's own status instead).
 * 125 to 127 are labctl's own failures inside `exec`, as Docker has them.
 */
export const exitCodes = {
  ok: 0,
  failed: 1,
  usage: 2,
  nothing: 3,
  prerequisite: 4,
  timeout: 5,
  conflict: 6,
  execFailed: 125,
  execCannotRun: 126,
  execNotFound: 127,
  interrupted: 130,
  terminated: 143,
} as const;

/** Stable codes of errors a user may read; printed in brackets, safe to grep for. */
export type ErrorCode =
  | 'USAGE'
  | 'LAB_INVALID'
  | 'LAB_NOT_FOUND'
  | 'LAB_NOT_RUNNING'
  | 'LAB_AMBIGUOUS'
  | 'LAB_GONE'
  | 'LAB_BUSY'
  | 'LAB_STRUCTURE_DIFFERS'
  | 'UNKNOWN_MACHINE'
  | 'UNKNOWN_OBJECT'
  | 'OBJECT_INVALID'
  | 'HOST_COMMAND_FAILED'
  | 'HOST_PROGRAM_MISSING'
  | 'ENGINE_MISSING'
  | 'IMAGE_UNAVAILABLE'
  | 'IMAGE_DIFFERS'
  | 'NOT_CONVERGED'
  | 'CHECK_FAILED'
  | 'STATE_UNREADABLE'
  | 'STATE_UNWRITABLE'
  | 'UNDO_FAILED'
  | 'INTERRUPTED';

const exitCodeOf: Readonly<Record<ErrorCode, number>> = {
  USAGE: exitCodes.usage,
  LAB_INVALID: exitCodes.usage,
  LAB_NOT_FOUND: exitCodes.usage,
  LAB_NOT_RUNNING: exitCodes.failed,
  LAB_AMBIGUOUS: exitCodes.usage,
  LAB_GONE: exitCodes.failed,
  LAB_BUSY: exitCodes.conflict,
  LAB_STRUCTURE_DIFFERS: exitCodes.conflict,
  UNKNOWN_MACHINE: exitCodes.usage,
  UNKNOWN_OBJECT: exitCodes.failed,
  OBJECT_INVALID: exitCodes.usage,
  HOST_COMMAND_FAILED: exitCodes.failed,
  HOST_PROGRAM_MISSING: exitCodes.prerequisite,
  ENGINE_MISSING: exitCodes.prerequisite,
  IMAGE_UNAVAILABLE: exitCodes.prerequisite,
  IMAGE_DIFFERS: exitCodes.failed,
  NOT_CONVERGED: exitCodes.timeout,
  CHECK_FAILED: exitCodes.failed,
  STATE_UNREADABLE: exitCodes.failed,
  STATE_UNWRITABLE: exitCodes.failed,
  UNDO_FAILED: exitCodes.failed,
  INTERRUPTED: exitCodes.interrupted,
};

/** What an error knows beside its message; every part is optional, none is ever shown as `undefined`. */
export interface ErrorDetails {
  /** The next thing to type or to change. */
  readonly hint?: string | undefined;
  /** Where in a file the cause stands. */
  readonly at?: SourcePlace | undefined;
  /** The command that failed: printed so that it can be pasted, with its output. */
  readonly ran?: Ran | undefined;
  /** Further lines, one fact a line: what was expected and what was seen. */
  readonly facts?: readonly string[] | undefined;
  /** Everything that is wrong with a file, all at once. */
  readonly problems?: readonly Problem[] | undefined;
  /** An exit status other than the code's own. */
  readonly exitCode?: number | undefined;
  /** The error underneath. */
  readonly cause?: unknown;
}

/** What a user may read. Anything else that is thrown is labctl's bug and is shown with its stack. */
export class LabError extends Error {
  readonly code: ErrorCode;
  readonly exitCode: number;
  readonly hint: string | undefined;
  readonly at: SourcePlace | undefined;
  readonly ran: Ran | undefined;
  readonly facts: readonly string[];
  readonly problems: readonly Problem[];

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = 'LabError';
    this.code = code;
    this.exitCode = details.exitCode ?? exitCodeOf[code];
    this.hint = details.hint;
    this.at = details.at;
    this.ran = details.ran;
    this.facts = details.facts ?? [];
    this.problems = details.problems ?? [];
  }
}
