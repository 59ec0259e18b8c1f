// Owns the command `collect`.

import { collect } from '../../app/collect.ts';
import { type Call, print, say } from '../call.ts';

/** Flags of `collect`. */
export interface CollectFlags {
  readonly out?: string;
  readonly force?: boolean;
}

/** `labctl collect [lab]`: where the archive is, and what could not be had on stderr. */
export async function collectCommand(call: Call, [lab]: readonly string[], flags: CollectFlags): Promise<number> {
  const result = await collect(call.context, {
    lab: lab ?? call.flags.lab,
    out: flags.out,
    force: flags.force ?? false,
  });
  for (const note of result.notes) say(call, `missing: ${note}`);
  const size = `${Math.ceil(result.bytes / 1024)} KiB`;
  print(call, 'CollectResult', { ...result }, () => `${result.archive} (${result.files.length} files, ${size})\n`);
  return 0;
}
