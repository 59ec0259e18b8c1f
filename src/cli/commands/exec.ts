// Owns the command `exec`.

import { exec } from '../../app/exec.ts';
import type { Call } from '../call.ts';

/** Flags of `exec`. */
export interface ExecFlags {
  readonly interactive?: boolean;
  readonly tty?: boolean;
}

/** `labctl exec [-it] <machine> -- command…`: the command's own exit status. */
export async function execCommand(
  call: Call,
  [machine = '', ...rest]: readonly string[],
  flags: ExecFlags,
): Promise<number> {
  return exec(call.context, {
    lab: call.flags.lab,
    machine,
    command: rest[0] === '--' ? rest.slice(1) : rest,
    interactive: flags.interactive ?? false,
    terminal: flags.tty ?? false,
  });
}
