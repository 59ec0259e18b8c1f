// Owns the program `containerlab`: how it is called and what its output says.

import type { Shell } from '../base/shell.ts';

/** The version in `containerlab version -j`; undefined where there is no containerlab. A build without release says 0.0.0. */
export async function containerlabVersion(shell: Shell): Promise<string | undefined> {
  const argv = ['containerlab', 'version', '-j'];
  const ran = await shell.run(argv, { onFailure: 'return', timeoutMs: 5000 }).catch(() => undefined);
  if (ran?.exitCode !== 0) return undefined;
  const [, version] = /"version":\s*"([^"]+)"/.exec(ran.stdout) ?? [];
  return version === '0.0.0' ? undefined : version;
}
