// Owns the story of `exec` and `shell`: a command in a machine of a running lab, with the caller's own streams.

import { LabError } from '../base/errors.ts';
import { machineNamed } from '../design/named-machine.ts';
import { spawnAttached } from '../host/spawn-attached.ts';
import type { Context } from './context.ts';
import { machineReference } from './machine-reference.ts';
import { openRunning } from './running.ts';

/** What `labctl exec` is told. */
export interface ExecOptions {
  readonly lab: string | undefined;
  /** `leaf0`, `worker2`, `pod-a`, `bgp-rr/leaf0`. */
  readonly machine: string;
  readonly command: readonly string[];
  /** Hand standard input on; otherwise the command's is empty. */
  readonly interactive: boolean;
  /** The caller insists on a terminal. */
  readonly terminal: boolean;
}

/** Runs the command and returns its exit status (128 + signal when a signal ended it). */
export async function exec(context: Context, options: ExecOptions): Promise<number> {
  if (options.command.length === 0) {
    throw new LabError('USAGE', 'exec needs a command', { hint: `labctl exec ${options.machine} -- ip route` });
  }
  if (options.terminal && !context.isStdinTty) {
    throw new LabError('USAGE', 'the input is not a terminal', { hint: 'leave -t out' });
  }
  const { lab, machine } = machineReference(options.machine, options.lab);
  const { design, engine } = await openRunning(context, { lab });
  const argv = engine.shell(machineNamed(design, machine).name).argv(options.command);
  const stdin = options.interactive ? 'inherit' : 'ignore';
  return spawnAttached(argv, { stdin, signal: context.signal, isTerminal: context.isStdinTty });
}

/** Opens a shell in a machine: bash where the host has it. Returns the shell's exit status. */
export async function shell(context: Context, options: { lab: string | undefined; machine: string }): Promise<number> {
  const script = 'command -v bash >/dev/null 2>&1 && exec bash; exec sh';
  const command = ['sh', '-c', script];
  return exec(context, { ...options, command, interactive: true, terminal: false });
}
