// Owns the program `kind`: how it is called and what its output says.

import type { Shell } from '../base/shell.ts';

/** What `kind version` says (`kind v0.33.0 go1.26.8 linux/amd64`); undefined where there is no kind. */
export async function kindVersion(shell: Shell): Promise<string | undefined> {
  const ran = await shell.run(['kind', 'version'], { onFailure: 'return', timeoutMs: 5000 }).catch(() => undefined);
  return ran?.exitCode === 0 ? ran.stdout.trim() : undefined;
}
