// Owns how a scenario runs the built labctl: as root or as the test user, in folders of its own, with nothing left behind.

import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  accessSync,
  chmodSync,
  chownSync,
  constants,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { processesAndNamespaces } from './leaks/processes.ts';
import {
  type Leak,
  type LeakOptions,
  leaksSince,
  leaksToText,
  type Snapshot,
  snapshot,
  type UidRange,
} from './leaks.ts';

/** Who runs labctl: root, or an ordinary user with a range of subordinate ids. */
export type RunnerKind = 'root' | 'user';

/** A finished labctl. */
export interface Finished {
  /** 128 + signal number when a signal ended it. */
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly ms: number;
}

/** A labctl that runs. */
export interface Started {
  /** The pid of node itself. */
  readonly pid: number;
  readonly finished: Promise<Finished>;
  /** What it has written so far, stdout and stderr together. */
  output(): string;
  /** Sends a signal to labctl alone, or to its process group as a terminal does. Nothing when it has ended. */
  kill(signal: NodeJS.Signals, to?: 'process' | 'group'): void;
}

/** How a labctl is started. */
export interface StartOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  readonly input?: string;
  /** Milliseconds until it is killed (240000 unless told): it ends what hangs, and judges nothing. */
  readonly timeoutMs?: number;
  /** Put before `node …`: strace and its options. */
  readonly prefix?: readonly string[];
}

/** Folders of one scenario, and labctl in them. */
export interface Workspace {
  readonly kind: RunnerKind;
  readonly folder: string;
  /** LABCTL_HOME. */
  readonly home: string;
  /** The working directory, empty at the start. */
  readonly cwd: string;
  start(argv: readonly string[], options?: StartOptions): Started;
  labctl(argv: readonly string[], options?: StartOptions): Promise<Finished>;
  /** Runs labctl and throws with all its output unless it ends with `exitCode` (0 unless told). */
  must(argv: readonly string[], exitCode?: number, options?: StartOptions): Promise<Finished>;
  /** What is left since the workspace was made, or since `before`. */
  leaks(before?: Snapshot): Promise<readonly Leak[]>;
  snapshot(): Snapshot;
  /** Gives everything in the folder to the user who runs labctl, after a test that runs as root wrote there. */
  own(): void;
  /** Ends what is left of it and removes its folder. */
  remove(): void;
}

const root = join(import.meta.dirname, '..', '..');
/** The labctl under test: LABCTL_TEST_PROGRAM, else the build. */
const program = process.env['LABCTL_TEST_PROGRAM'] ?? join(root, 'dist', 'main.cjs');
const said = new Set<string>();

/** The kinds of runner that this machine and user allow; prints why one is missing, and throws where CI is true. */
export function runnerKinds(what: string): readonly RunnerKind[] {
  return (['root', 'user'] as const).filter((kind) => skipReason(kind, what) === undefined);
}

/** Why `what` cannot run as `kind`; undefined when it can. Printed once; where CI is true it is an error. */
export function skipReason(kind: RunnerKind, what: string): string | undefined {
  const reason = obstacle(kind);
  if (reason === undefined) return undefined;
  // An ordinary user cannot become root: in CI the whole suite also runs as root.
  const isExpected = kind === 'root' && process.getuid?.() !== 0;
  if (process.env['CI'] === 'true' && !isExpected) throw new Error(`${what} cannot run as ${kind}: ${reason}`);
  const line = `skipped as ${kind}: ${what}: ${reason}`;
  if (!said.has(line)) console.log(line);
  said.add(line);
  return reason;
}

/** Why the built labctl cannot be run at all; undefined when it can. In CI a missing build is an error. */
export function missingBuild(): string | undefined {
  if (existsSync(program)) return undefined;
  const reason = `${program} is missing: run npm run build`;
  if (process.env['CI'] === 'true') throw new Error(reason);
  return reason;
}

function obstacle(kind: RunnerKind): string | undefined {
  if (process.platform !== 'linux') return 'namespaces need Linux';
  const isRoot = process.getuid?.() === 0;
  if (kind === 'root') return isRoot ? undefined : 'this user is not root';
  const user = userOf();
  if (user === undefined) return 'LABCTL_TEST_USER names no user (scripts/test makes one)';
  if (subordinateIds(user.name).length === 0) return `user ${user.name} has no range in /etc/subuid`;
  if (!isRoot) return undefined;
  try {
    execFileSync('setpriv', [...becoming(user), 'test', '-r', existsSync(program) ? program : root], { stdio: 'pipe' });
    return undefined;
  } catch {
    return `user ${user.name} may not read ${program}`;
  }
}

type User = { readonly name: string; readonly uid: number; readonly gid: number; readonly home: string };

/** The ordinary user: whoever runs, or as root the one that LABCTL_TEST_USER names. */
function userOf(): User | undefined {
  const { username, uid, gid, homedir } = userInfo();
  if (uid !== 0) return { name: username, uid, gid, home: homedir };
  const line = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .find((entry) => entry.startsWith(`${process.env['LABCTL_TEST_USER']}:`));
  const [name, , id, group, , home] = line?.split(':') ?? [];
  return name === undefined ? undefined : { name, uid: Number(id), gid: Number(group), home: home ?? '/' };
}

function becoming(user: User): readonly string[] {
  return [`--reuid=${user.uid}`, `--regid=${user.gid}`, '--init-groups', '--'];
}

function subordinateIds(user: string): readonly UidRange[] {
  if (!existsSync('/etc/subuid')) return [];
  const lines = readFileSync('/etc/subuid', 'utf8')
    .split('\n')
    .map((line) => line.split(':'));
  return lines
    .filter(([name]) => name === user)
    .map(([, start, count]) => ({ start: Number(start), count: Number(count) }));
}

/** An ordinary user's has no sbin (Debian's /etc/profile). */
function pathOf(kind: RunnerKind): string {
  const folders = (process.env['PATH'] ?? '/usr/bin:/bin:/usr/sbin:/sbin').split(':');
  return (kind === 'user' ? folders.filter((folder) => !folder.endsWith('/sbin')) : folders).join(':');
}

/** Makes folders for a scenario and takes the first snapshot. */
export function workspace(kind: RunnerKind): Workspace {
  const user = kind === 'user' ? userOf() : undefined;
  const isOther = user !== undefined && process.getuid?.() === 0;
  const folder = mkdtempSync('/tmp/scenario-');
  const folders = {
    home: join(folder, 'state'),
    cwd: join(folder, 'work'),
    tmp: join(folder, 'tmp'),
    user: join(folder, 'user'),
  };
  for (const path of [folders.cwd, folders.tmp, folders.user]) mkdirSync(path, { mode: 0o700 });
  if (isOther) for (const path of [folder, folders.cwd, folders.tmp, folders.user]) chownSync(path, user.uid, user.gid);
  chmodSync(folder, 0o700);
  const owner = user ?? { name: 'root', home: userInfo().homedir };
  const mark = randomBytes(8).toString('hex');
  const env: Record<string, string> = {
    PATH: pathOf(kind),
    HOME: folders.user,
    USER: owner.name,
    TMPDIR: folders.tmp,
    LANG: 'C.UTF-8',
    NO_COLOR: '1',
    LABCTL_HOME: folders.home,
    LABCTL_CACHE: process.env['LABCTL_CACHE'] ?? join(owner.home, '.cache', 'labctl'),
    LABCTL_TEST_MARK: mark,
    // What is true ends both at once; a slow machine is no failure.
    LABCTL_UP_TIMEOUT: '3m',
    LABCTL_VERIFY_TIMEOUT: '1m',
  };
  const options: LeakOptions = {
    mark,
    home: folders.home,
    folders: [folder],
    // Whoever runs the tests has other processes and files: only a user made for tests is watched by its own id.
    uids: user === undefined ? [] : [...subordinateIds(user.name), ...(isOther ? [{ start: user.uid, count: 1 }] : [])],
  };
  const before = snapshot(options);

  const start = (argv: readonly string[], started: StartOptions = {}): Started => {
    const become = isOther ? ['setpriv', ...becoming(user)] : [];
    const command = [...become, ...(started.prefix ?? []), process.execPath, program, ...argv];
    const child = spawn(command[0] ?? '', command.slice(1), {
      cwd: started.cwd ?? folders.cwd,
      env: { ...env, ...started.env },
      detached: true,
      stdio: 'pipe',
    });
    return follow(child, started);
  };
  const labctl = (argv: readonly string[], started?: StartOptions): Promise<Finished> => start(argv, started).finished;
  return {
    kind,
    folder,
    home: folders.home,
    cwd: folders.cwd,
    start,
    labctl,
    must: async (argv, exitCode = 0, started = {}) => {
      const finished = await labctl(argv, started);
      if (finished.exitCode === exitCode) return finished;
      const said = `${finished.stdout}${finished.stderr}`.trimEnd();
      throw new Error(
        `labctl ${argv.join(' ')} (${kind}) exited ${finished.exitCode}, not ${exitCode}, after ${finished.ms} ms:\n${said}`,
      );
    },
    leaks: (since = before) => leaksSince(since, options),
    snapshot: () => snapshot(options),
    own: () => {
      if (isOther) execFileSync('chown', ['-R', `${user.uid}:${user.gid}`, folder]);
    },
    remove: () => {
      // What a failed test left is ended here, by mark, so that it does not disturb the next one.
      for (const { pid, isMarked } of processesAndNamespaces(options).processes.values()) {
        if (isMarked) endProcess(pid);
      }
      rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
    },
  };
}

function endProcess(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended meanwhile.
  }
}

function follow(child: ChildProcess, options: StartOptions): Started {
  const began = Date.now();
  let stdout = '';
  let stderr = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  child.stdin?.on('error', () => undefined).end(options.input ?? '');
  const kill = (signal: NodeJS.Signals, to: 'process' | 'group' = 'process'): void => {
    if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
    process.kill(to === 'group' ? -child.pid : child.pid, signal);
  };
  const finished = new Promise<Finished>((resolve, reject) => {
    const timer = setTimeout(() => kill('SIGKILL', 'group'), options.timeoutMs ?? 240_000);
    child.on('error', reject);
    child.on('exit', (code, signal) => {
      clearTimeout(timer);
      const end = { exitCode: code ?? 128 + (signalNumber[signal ?? 'SIGKILL'] ?? 0), ms: Date.now() - began };
      const done = (): void => resolve({ ...end, stdout, stderr });
      // Its last words may still be on their way; but a daemon that inherited the streams must not make it look alive.
      const patience = setTimeout(done, 2000);
      child.on('close', () => {
        clearTimeout(patience);
        done();
      });
    });
  });
  finished.catch(() => undefined);
  return { pid: child.pid ?? 0, finished, output: () => stdout + stderr, kill };
}

const signalNumber: Readonly<Record<string, number>> = { SIGHUP: 1, SIGINT: 2, SIGQUIT: 3, SIGKILL: 9, SIGTERM: 15 };

/** A lab that runs. */
export interface RunningLab extends Workspace {
  readonly lab: string;
  /** Runs a command in a machine and gives what it printed; throws when it fails. */
  exec(machine: string, ...argv: readonly string[]): Promise<string>;
}

/** How `withLab` brings a lab up. */
export interface LabOptions {
  readonly kind: RunnerKind;
  readonly up?: readonly string[];
  /** Lab files put into the working directory first. */
  readonly files?: Readonly<Record<string, string>>;
  /** The lab's name where the reference is a file. */
  readonly name?: string;
}

/**
 * Brings a lab up, runs `body`, takes it down, and throws when anything is left. With LABCTL_KEEP_FAILED=1 a failed lab
 * stays and the commands to look at it and to end it are printed.
 */
export async function withLab(
  lab: string,
  options: LabOptions,
  body: (running: RunningLab) => Promise<void>,
): Promise<void> {
  const place = workspace(options.kind);
  const name = options.name ?? lab.split(':')[0] ?? lab;
  try {
    for (const [file, text] of Object.entries(options.files ?? {})) writeFileSync(join(place.cwd, file), text);
    place.own();
    await place.must(['up', lab, ...(options.up ?? [])]);
    await body({
      ...place,
      lab: name,
      exec: async (machine, ...argv) => (await place.must(['exec', `${name}/${machine}`, '--', ...argv])).stdout,
    });
  } catch (error) {
    if (process.env['LABCTL_KEEP_FAILED'] === '1') {
      console.log(`kept: LABCTL_HOME=${place.home} labctl status ${name}; then labctl down ${name}`);
      throw error;
    }
    // What failed first is what matters; what its end left is told beside it.
    await finish(place, name, options).catch((left: Error) => console.log(left.message));
    throw error;
  }
  await finish(place, name, options);
}

async function finish(place: Workspace, lab: string, { files = {} }: LabOptions): Promise<void> {
  try {
    await place.must(['down', lab]);
    // The test's own, not labctl's.
    for (const file of Object.keys(files)) rmSync(join(place.cwd, file), { force: true });
    const leaks = await place.leaks();
    if (leaks.length > 0) throw new Error(`labctl down ${lab} (${place.kind}) left:\n${leaksToText(leaks)}`);
  } finally {
    place.remove();
  }
}

/** Whether strace is there, which kills labctl at an exact system call. */
export function straceReason(): string | undefined {
  try {
    accessSync('/usr/bin/strace', constants.X_OK);
    return undefined;
  } catch {
    const reason = 'this machine has no /usr/bin/strace';
    if (process.env['CI'] === 'true') throw new Error(reason);
    return reason;
  }
}
