// Owns the program `containerlab`: how it is called and what its output says.

import { dirname } from 'node:path';
import type { Shell } from '../base/shell.ts';
import type { Docker } from './docker/connect.ts';
import { builderMark, versionMs } from './kind.ts';

/** The version in `containerlab version -j`; undefined where there is no containerlab. A build without release says 0.0.0. */
export async function containerlabVersion(shell: Shell): Promise<string | undefined> {
  const argv = ['containerlab', 'version', '-j'];
  const ran = await shell.run(argv, { onFailure: 'return', timeoutMs: versionMs }).catch(() => undefined);
  if (ran?.exitCode !== 0) return undefined;
  const [, version] = /"version":\s*"([^"]+)"/.exec(ran.stdout) ?? [];
  return version === '0.0.0' ? undefined : version;
}

/**
 * containerlab writes the lab's names into /etc/hosts and ssh's configuration, and switches the host's reverse path filter off for ever.
 * It is given copies of them, in a mount namespace that ends with it. Whoever may not do that (containerlab is setuid
 * root then) runs it as it is.
 */
const aside = `[ "$(id -u)" = 0 ] || exec "$@"
exec unshare --mount -- sh -e -c '
  for file in /etc/hosts /proc/sys/net/ipv4/conf/all/rp_filter /proc/sys/net/ipv4/conf/default/rp_filter; do
    copy=$(mktemp); cat "$file" >"$copy"; mount --bind "$copy" "$file"; rm "$copy"
  done
  [ ! -d /etc/ssh/ssh_config.d ] || mount -t tmpfs labctl /etc/ssh/ssh_config.d
  exec "$@"' "$0" "$@"`;

/**
 * The argument list of a command of containerlab. It asks the network for no newer release, and finds the daemon that labctl and kind
 * use: of itself containerlab knows DOCKER_HOST, and no Docker context nor its certificates.
 */
export function clabArgv({ environment }: Pick<Docker, 'environment'>, words: readonly string[]): readonly string[] {
  const topology = words[words.indexOf('--topo') + 1] ?? '';
  const marked = [...environment, builderMark(dirname(topology)), 'CLAB_VERSION_CHECK=disable'];
  return ['sh', '-c', aside, 'labctl', 'env', ...marked, 'containerlab', ...words];
}

/**
 * The words that make a fabric. Waiting external containers hold a worker each: `workers` above their number. `again`: of a fabric
 * whose wires are gone every router is made anew.
 */
export function deployWords(topology: string, workers: number, how: 'first' | 'again'): readonly string[] {
  const words = ['deploy', '--topo', topology, '--max-workers', String(workers)];
  return how === 'again' ? [...words, '--reconfigure'] : words;
}

/**
 * The words that remove a fabric. Never to be said when no container of it is left: `--cleanup` then removes the first folder named
 * `clab-*` beside the topology, whosever it is (recorded: destroy-again).
 */
export function destroyWords(topology: string): readonly string[] {
  return ['destroy', '--topo', topology, '--cleanup'];
}

/** What containerlab says at the end of its log lines: `Created link …`, or the boxed error as one line. */
export function lastWord(output: string): string {
  const lines = output.split('\n').map((line) => line.trim());
  const boxed = lines.slice(lines.lastIndexOf('ERROR') + 1).filter((line) => line !== '');
  if (lines.includes('ERROR')) return boxed.join(' ');
  return (boxed.at(-1) ?? '').replace(/^\d\d:\d\d:\d\d \w+ /, '');
}
