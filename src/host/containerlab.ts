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

/** No request to the network for a newer release, on any call. */
const quiet = ['env', 'CLAB_VERSION_CHECK=disable', 'containerlab'];

/** The argument list for any of its commands. */
export function clabArgv(words: readonly string[]): readonly string[] {
  return [...quiet, ...words];
}

/** The argument list that makes a fabric. Waiting external containers hold a worker each: `workers` above their number. */
export function deployArgv(topology: string, workers: number): readonly string[] {
  return clabArgv(['deploy', '--topo', topology, '--max-workers', String(workers)]);
}

/**
 * The argument list that removes a fabric. Never to be called when no container of it is left: `--cleanup` then removes the first
 * folder named `clab-*` beside the topology, whosever it is (recorded: destroy-again).
 */
export function destroyArgv(topology: string): readonly string[] {
  return clabArgv(['destroy', '--topo', topology, '--cleanup']);
}

/** What containerlab says at the end of its log lines: `Created link …`, or the boxed error as one line. */
export function lastWord(output: string): string {
  const lines = output.split('\n').map((line) => line.trim());
  const boxed = lines.slice(lines.lastIndexOf('ERROR') + 1).filter((line) => line !== '');
  if (lines.includes('ERROR')) return boxed.join(' ');
  return (boxed.at(-1) ?? '').replace(/^\d\d:\d\d:\d\d \w+ /, '');
}
