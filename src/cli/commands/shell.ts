// Owns the command `shell`.

import { shell } from '../../app/exec.ts';
import type { Call } from '../call.ts';

/** `labctl shell <machine>`: the shell's own exit status. */
export async function shellCommand(call: Call, [machine = '']: readonly string[]): Promise<number> {
  return shell(call.context, { lab: call.flags.lab, machine });
}
