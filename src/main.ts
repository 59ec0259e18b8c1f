// The edge: argv, streams, signals and the exit status. The only file that says `process`.

import { setMaxListeners } from 'node:events';
import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Context } from './cli/run.ts';

const packageRoot = fileURLToPath(new URL('..', import.meta.url)).replace(/\/$/, '');
const argv = process.argv.slice(2);

function version(): string {
  return (JSON.parse(readFileSync(join(packageRoot, 'package.json'), 'utf8')) as { version: string }).version;
}

/** `$NAME`, else `$<xdg>/labctl`, else a folder below the home folder. */
function folderFrom(name: string, xdg: string, below: string): string {
  return process.env[name] || join(process.env[xdg] || join(homedir(), below), 'labctl');
}

/** The caller's PATH, and after it the folders of root's that an ordinary user's lacks: inside a lab everybody is root. */
function searchPath(path = '/usr/local/bin:/usr/bin:/bin'): string {
  const own = path.split(':');
  return [...own, ...['/usr/local/sbin', '/usr/sbin', '/sbin'].filter((folder) => !own.includes(folder))].join(':');
}

async function readStdin(): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

async function main(): Promise<number> {
  const interrupt = new AbortController();
  setMaxListeners(0, interrupt.signal); // a tap or an operation each
  let next = 'labctl down';
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(name, () => {
      if (interrupt.signal.aborted) {
        process.stderr.write(`left without undoing; type: ${next}\n`);
        process.exit(name === 'SIGTERM' ? 143 : 130);
      }
      interrupt.abort(name);
    });
  }
  // A reader that went away (`labctl ps | head -1`) is no failure of ours; what was begun is still finished or undone.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
  process.umask(0o077);
  process.env['PATH'] = searchPath(process.env['PATH']);
  const context: Context = {
    env: process.env,
    cwd: process.cwd(),
    uid: process.getuid?.() ?? 0,
    packageRoot,
    version: version(),
    stateHome: folderFrom('LABCTL_HOME', 'XDG_STATE_HOME', '.local/state'),
    cacheHome: folderFrom('LABCTL_CACHE', 'XDG_CACHE_HOME', '.cache'),
    signal: interrupt.signal,
    startedAt: 0,
    ifLeft: (command) => {
      next = command;
    },
    isStdinTty: process.stdin.isTTY === true,
    isStdoutTty: process.stdout.isTTY === true,
    isStderrTty: process.stderr.isTTY === true,
    readStdin,
  };
  const { run } = await import('./cli/run.ts');
  return run(argv, context, { stdout: process.stdout, stderr: process.stderr });
}

if (argv.length === 1 && (argv[0] === '--version' || argv[0] === '-V')) {
  process.stdout.write(`${version()}\n`);
} else {
  void main().then((code) => {
    process.exitCode = code;
  });
}
