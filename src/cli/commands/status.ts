// Owns the command `status`.

import { knownDifferences, status } from '../../app/status.ts';
import { differencesText, statusText } from '../../report/status-text.ts';
import { type Call, print } from '../call.ts';

/** Flags of `status`. */
export interface StatusFlags {
  readonly differences?: boolean;
}

/** `labctl status [lab]`. */
export async function statusCommand(call: Call, [argument]: readonly string[], flags: StatusFlags): Promise<number> {
  const lab = argument ?? call.flags.lab;
  if (flags.differences === true) {
    const items = await knownDifferences(call.context, { lab });
    print(call, 'KnownDifferenceList', { items }, () => differencesText(call.flags.engine, items));
    return 0;
  }
  const result = await status(call.context, { lab });
  print(call, 'LabStatus', { ...result }, () => statusText(result));
  return 0;
}
