// Owns the command `down`.

import { down } from '../../app/down.ts';
import { type Call, print } from '../call.ts';

/** Flags of `down`. */
export interface DownFlags {
  readonly all?: boolean;
}

/** `labctl down [lab]`. */
export async function downCommand(call: Call, [lab]: readonly string[], flags: DownFlags): Promise<number> {
  const result = await down(call.context, { lab: lab ?? call.flags.lab, all: flags.all ?? false });
  print(call, 'DownResult', { ...result }, () =>
    result.removed.length === 0 ? 'nothing to remove\n' : `removed: ${result.removed.join(', ')}\n`,
  );
  return 0;
}
