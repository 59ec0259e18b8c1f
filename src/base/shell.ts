// Owns the one way to run a command somewhere: on this machine, in a node, in a router, in a pod.

/** What a finished command was and said. */
export interface Ran {
  readonly argv: readonly string[];
  /** "host", "node worker2", "router leaf1", "pod pod-a": appears in every error. */
  readonly where: string;
  /** The exit status; 128 + signal number when a signal ended it, as a shell says it. */
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
  /** Wall time in milliseconds. */
  readonly ms: number;
}

/** How a command is run. */
export interface RunOptions {
  /** Text given on standard input. */
  readonly input?: string | undefined;
  /** Called with each line of either stream as it comes, for a command that runs long. */
  readonly onLine?: ((line: string) => void) | undefined;
  /** Ends the command (SIGTERM, then SIGKILL) when aborted. */
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds after which the command is ended. */
  readonly timeoutMs?: number | undefined;
  /** `throw` (the default) raises HOST_COMMAND_FAILED on a non-zero exit; `return` leaves judging to the caller. */
  readonly onFailure?: 'throw' | 'return' | undefined;
}

/** A place where commands can be run. Always an argument list, never a shell string. */
export interface Shell {
  readonly where: string;
  /** The argument list as the host's kernel sees it, for a caller that must own streams or terminal. */
  argv(argv: readonly string[]): readonly string[];
  /** Runs and waits. Throws LabError HOST_PROGRAM_MISSING or HOST_COMMAND_FAILED (see `onFailure`). */
  run(argv: readonly string[], options?: RunOptions): Promise<Ran>;
}

/** A command as one can paste it into a POSIX shell. */
export function pasteable(argv: readonly string[]): string {
  return argv.map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`)).join(' ');
}
