// Owns breaking a port or a daemon of a machine: first what mends it again is read, then it is broken.

import { LabError } from '../base/errors.ts';
import type { Ran, RunOptions, Shell } from '../base/shell.ts';

/** Commands that put a port back as it is now: up, and what the kernel forgets of a port that goes down. */
export async function mendsOfPort(shell: Shell, dev: string): Promise<readonly (readonly string[])[]> {
  const read = async (...argv: readonly string[]): Promise<readonly string[]> => {
    const { stdout } = await shell.run(argv);
    return stdout
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => line !== '');
  };
  const [addresses, routes, routes6, neighbors] = await Promise.all([
    read('ip', '-6', '-o', 'addr', 'show', 'dev', dev, 'scope', 'global'),
    read('ip', 'route', 'show', 'dev', dev),
    read('ip', '-6', 'route', 'show', 'dev', dev),
    read('ip', 'neigh', 'show', 'dev', dev, 'nud', 'permanent'),
  ]);
  return [
    ['ip', 'link', 'set', 'dev', dev, 'up'],
    ...addresses.flatMap((line) => {
      const address = /inet6 (\S+)/.exec(line)?.[1];
      return address === undefined ? [] : [['ip', '-6', 'addr', 'replace', address, 'dev', dev, 'nodad']];
    }),
    ...inOrder(routes).map((line) => ['ip', 'route', 'replace', ...routeWords(line), 'dev', dev]),
    ...inOrder(routes6).map((line) => ['ip', '-6', 'route', 'replace', ...routeWords(line), 'dev', dev]),
    ...neighbors.flatMap((line) => {
      const [, address, mac] = /^(\S+) lladdr (\S+)/.exec(line) ?? [];
      if (address === undefined || mac === undefined) return [];
      return [['ip', 'neigh', 'replace', address, 'lladdr', mac, 'nud', 'permanent', 'dev', dev]];
    }),
  ];
}

/** What must be put back, routes to the wire itself first: the kernel takes no next hop that it cannot reach. */
function inOrder(lines: readonly string[]): readonly string[] {
  const fixed = lines.filter(isFixed);
  return [...fixed.filter((line) => !line.includes(' via ')), ...fixed.filter((line) => line.includes(' via '))];
}

/** Routes that no daemon and no kernel makes again: those without a protocol (boot), static ones, Felix's (80). */
function isFixed(line: string): boolean {
  const protocol = /\bproto (\S+)/.exec(line)?.[1] ?? 'boot';
  return ['boot', 'static', '80'].includes(protocol) && !line.includes('nexthop');
}

function routeWords(line: string): readonly string[] {
  return line
    .replace(/\b(linkdown|dead|pref \S+)\b/g, '')
    .trim()
    .split(/\s+/);
}

/** Takes a port down: its far end loses the carrier at once. When it did, in milliseconds since 1970. */
export async function cutPort(shell: Shell, dev: string): Promise<number> {
  return (await runTimed(shell, ['ip', 'link', 'set', 'dev', dev, 'down'])).time;
}

/** Runs a command, and says when it began: getting into a machine takes longer than a kernel needs to converge. */
export async function runTimed(
  shell: Shell,
  argv: readonly string[],
  options: RunOptions = {},
): Promise<{ readonly ran: Ran; readonly time: number }> {
  const asked = Date.now();
  const ran = await shell.run(['sh', '-c', 'date +%s%N; exec "$@"', 'sh', ...argv], options);
  const [stamp = ''] = ran.stdout.split('\n', 1);
  // Not every date knows nanoseconds.
  return { ran, time: /^\d{19}$/.test(stamp) ? Number(stamp) / 1e6 : asked };
}

/** The command that starts a daemon again as it runs now. Throws HOST_COMMAND_FAILED when it does not run. */
export async function mendOfDaemon(shell: Shell, pidFile: string): Promise<readonly string[]> {
  const script = 'pid=$(cat "$0") && readlink "/proc/$pid/fd/1" && tr "\\0" "\\n" <"/proc/$pid/cmdline"';
  const ran = await shell.run(['sh', '-c', script, pidFile], { onFailure: 'return' });
  const [log = '', ...argv] = ran.stdout.trim().split('\n');
  if (ran.exitCode !== 0 || argv.length === 0) {
    throw new LabError('HOST_COMMAND_FAILED', `the daemon of ${pidFile} does not run in ${shell.where}`, { ran });
  }
  return ['sh', '-c', startAgain, pidFile, log, ...argv];
}

/** Nothing when it runs already; otherwise it is started, outlives the shell, and is waited for until it has its id written. */
const startAgain = `kill -0 "$(cat "$0" 2>/dev/null)" 2>/dev/null && exit 0
log=$1; shift
rm -f "$0"
setsid "$@" </dev/null >>"$log" 2>&1 &
until [ -s "$0" ]; do kill -0 $! 2>/dev/null || exit 1; sleep 0.01; done`;

/** Ends a daemon as a crash does, and waits until it is gone: what starts it again takes its id for its life. When it ended, in milliseconds since 1970. */
export async function killDaemon(shell: Shell, pidFile: string): Promise<number> {
  const script = `pid=$(cat "$0"); kill -9 "$pid" || exit 1
N=0; while kill -0 "$pid" 2>/dev/null && [ $N -lt 500 ]; do N=$((N+1)); sleep 0.01; done`;
  return (await runTimed(shell, ['sh', '-c', script, pidFile])).time;
}
