// Owns the command `version`.

import { type Call, print } from '../call.ts';

/** `labctl version`. */
export async function versionCommand(call: Call): Promise<number> {
  const { version } = call.context;
  print(call, 'Version', { version }, `labctl ${version}\n`);
  return 0;
}
