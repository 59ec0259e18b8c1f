// Owns where the programs stand that labctl runs: on this machine, or unpacked in labctl's cache by scripts/setup.

import { readFileSync, type Stats, statSync } from 'node:fs';
import { machine } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { LabError } from '../base/errors.ts';
import type { Shell } from '../base/shell.ts';

const waysToGet = ['unpack', 'install', 'rootless', 'guest', 'docker'] as const;

/**
 * Who can bring a program: labctl unpacks it (`guest`: for --kernel uml alone; `docker`: for labctl's own tests), or an administrator
 * installs it (`rootless`: only an ordinary user needs it).
 */
export type HowToGet = (typeof waysToGet)[number];

/** One program and the Debian package it comes in (a line of scripts/packages.txt has several). */
export interface KnownProgram {
  readonly name: string;
  readonly package: string;
  readonly how: HowToGet;
}

/** A program that was found. */
export interface Program extends KnownProgram {
  readonly source: 'host' | 'cache';
  /** The file on this machine. */
  readonly path: string;
  /** The same file as a lab sees it: for the cache its usual place (`/usr/sbin/bird`), else `path`. */
  readonly labPath: string;
}

/** All programs of labctl on this machine. */
export interface Programs {
  /**
   * The unpacked set in the cache, when at least one program comes from there: a lab lays `<root>/usr` over its
   * `/usr` (and `<root>/etc/iproute2` where the machine has no such folder). Undefined when the machine has all.
   */
  readonly root: string | undefined;
  readonly tools: ReadonlyMap<string, Program>;
  readonly missing: readonly KnownProgram[];
}

/** Where to look. */
export interface FindProgramsOptions {
  /** The folder that has `scripts/`. */
  readonly packageRoot: string;
  /** labctl's cache folder. */
  readonly cacheHome: string;
  /** The value of PATH; folders that are not absolute are passed over. */
  readonly path: string | undefined;
  /** 0 needs no newuidmap. */
  readonly uid: number;
  /** Folders to look in after PATH; by default the usual ones, sbin among them (not in an ordinary user's PATH). */
  readonly usualPlaces?: readonly string[] | undefined;
  /** The file that names the distribution; `/etc/os-release` by default. */
  readonly osRelease?: string | undefined;
}

const usualPlaces = [
  '/usr/local/sbin',
  '/usr/local/bin',
  '/usr/sbin',
  '/usr/bin',
  '/sbin',
  '/bin',
  '/usr/lib/frr',
] as const;

/** The folders of a set that hold programs, as a lab sees them. */
const placesInSet = ['/usr/sbin', '/usr/bin', '/usr/lib/frr'] as const;

/**
 * Finds every program by looking at files only (no process is started: about a millisecond). What the machine
 * lacks is taken from the cache; then the cache's file also wins where both have the same place, as it does in a lab.
 */
export async function findPrograms(options: FindProgramsOptions): Promise<Programs> {
  const known = readPackageTable(join(options.packageRoot, 'scripts', 'packages.txt'));
  const fromPath = (options.path ?? '').split(':').filter((folder) => isAbsolute(folder));
  const folders = [...new Set([...fromPath, ...(options.usualPlaces ?? usualPlaces)])];
  const set = setFolder(options.cacheHome, options.osRelease);
  const isWhole = lookAt(join(set, 'packages')) !== undefined;

  const tools = new Map<string, Program>();
  const missing: KnownProgram[] = [];
  for (const program of known) {
    if (program.how === 'guest' || program.how === 'docker' || (program.how === 'rootless' && options.uid === 0))
      continue;
    const found = onHost(program, folders) ?? (isWhole ? inSet(program, set) : undefined);
    if (found === undefined) missing.push(program);
    else tools.set(program.name, found);
  }
  const root = [...tools.values()].some((tool) => tool.source === 'cache') ? set : undefined;
  if (root !== undefined) shadow(tools, root);
  return { root, tools, missing };
}

/** The Debian packages of all programs that a lab runs, for an image that shall have them. */
export function imagePackages({ packageRoot }: { readonly packageRoot: string }): readonly string[] {
  const known = readPackageTable(join(packageRoot, 'scripts', 'packages.txt'));
  const wanted = known.filter(({ how }) => how === 'unpack' || how === 'install');
  return [...new Set(wanted.map((program) => program.package))];
}

/** The command that sets up what is missing, to be shown as a fix and to be run by `installPrograms`. */
export function setupCommand(packageRoot: string, part: 'programs' | 'guest' = 'programs'): readonly string[] {
  return [join(packageRoot, 'scripts', 'setup'), `--${part}`, '--yes'];
}

/** How `installPrograms` runs scripts/setup. */
export interface InstallProgramsOptions {
  readonly packageRoot: string;
  readonly cacheHome: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** `given`: the user said --yes. `ask`: scripts/setup asks on the terminal, and refuses where there is none. */
  readonly consent: 'given' | 'ask';
  /** `programs` unless told. */
  readonly part?: 'programs' | 'guest' | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Runs scripts/setup, which says what it does on standard error and unpacks what is missing into the cache.
 * Throws LabError HOST_PROGRAM_MISSING (exit 4) when consent was not given or something only an administrator can
 * install is left, HOST_COMMAND_FAILED when a step failed, INTERRUPTED when `signal` was aborted.
 */
export async function installPrograms(options: InstallProgramsOptions): Promise<void> {
  const given = setupCommand(options.packageRoot, options.part);
  const [file = '', ...words] = options.consent === 'given' ? given : given.slice(0, -1);
  const { execa } = await import('execa');
  const { exitCode, isCanceled } = await execa(file, words, {
    reject: false,
    stdin: 'inherit',
    stdout: 2,
    stderr: 'inherit',
    extendEnv: false,
    env: { ...options.env, LABCTL_CACHE: options.cacheHome },
    ...(options.signal === undefined ? {} : { cancelSignal: options.signal }),
  });
  if (exitCode === 0) return;
  if (isCanceled || exitCode === 130 || exitCode === 143) {
    throw new LabError('INTERRUPTED', 'The setup of programs was interrupted; the cache is as it was before.');
  }
  const code = exitCode === 4 ? 'HOST_PROGRAM_MISSING' : 'HOST_COMMAND_FAILED';
  throw new LabError(code, 'The programs that labs need were not set up (see above).', { hint: given.join(' ') });
}

interface VersionQuestion {
  readonly program: string;
  readonly words: readonly string[];
  readonly answer: RegExp;
}

/** Package to the question that any version of its program answers. */
const versionQuestions: Readonly<Record<string, VersionQuestion>> = {
  frr: { program: 'zebra', words: ['--version'], answer: /version (\S+)/ },
  bird2: { program: 'bird', words: ['--version'], answer: /version (\S+)/ },
  iproute2: { program: 'ip', words: ['-V'], answer: /iproute2-([\w.]+)/ },
  nftables: { program: 'nft', words: ['--version'], answer: /v([\d.]+)/ },
  tcpdump: { program: 'tcpdump', words: ['--version'], answer: /tcpdump version (\S+)/ },
  'iputils-ping': { program: 'ping', words: ['-V'], answer: /iputils (\S+)/ },
  traceroute: { program: 'traceroute', words: ['--version'], answer: /version (\S+)/ },
  'util-linux': { program: 'unshare', words: ['--version'], answer: /util-linux (\S+)/ },
  'perl-base': { program: 'perl', words: ['-e', 'print $^V'], answer: /v([\d.]+)/ },
};

/**
 * Package to upstream version (`frr` to `8.4.4`), for doctor. Programs of the cache are read from its manifest,
 * those of the machine are asked. A program that does not run or says something else has no entry.
 */
export async function programVersions(programs: Programs, shell: Shell): Promise<ReadonlyMap<string, string>> {
  const manifest = programs.root === undefined ? new Map<string, string>() : readManifest(programs.root);
  const entries = await Promise.all(
    Object.entries(versionQuestions).map(async ([name, question]) => {
      const program = programs.tools.get(question.program);
      if (program === undefined) return [name, undefined] as const;
      if (program.source === 'cache') return [name, manifest.get(name)] as const;
      const ran = await shell.run([program.path, ...question.words], { onFailure: 'return', timeoutMs: 5000 });
      return [name, question.answer.exec(`${ran.stdout}\n${ran.stderr}`)?.[1]] as const;
    }),
  );
  return new Map(entries.filter((entry): entry is readonly [string, string] => entry[1] !== undefined));
}

/** `8.4.4` of `8.4.4-1.1~deb12u2`, `20221126` of `3:20221126-1+deb12u1` (Debian Policy 5.6.12). */
function upstreamVersion(version: string): string {
  return version.replace(/^\d+:/, '').replace(/-[^-]*$/, '');
}

function readManifest(root: string): ReadonlyMap<string, string> {
  const lines = readFileSync(join(root, 'packages'), 'utf8').trim().split('\n');
  return new Map(
    lines.map((line) => {
      const [name = '', version = ''] = line.split(' ');
      return [name, upstreamVersion(version)];
    }),
  );
}

function readPackageTable(file: string): readonly KnownProgram[] {
  const known: KnownProgram[] = [];
  for (const line of readFileSync(file, 'utf8').split('\n')) {
    const [name, word, ...programs] = line.trim().split(/\s+/);
    if (name === undefined || name === '' || name.startsWith('#')) continue;
    const how = waysToGet.find((way) => way === word);
    if (how === undefined) throw new TypeError(`${file}: ${line}`);
    for (const program of programs) known.push({ name: program, package: name, how });
  }
  return known;
}

/** `<cache>/programs/debian-12-x86_64`, as scripts/setup names it; a set of another kind has that after it: `-guest`. */
export function setFolder(cacheHome: string, osRelease = '/etc/os-release'): string {
  const text = lookAt(osRelease) === undefined ? '' : readFileSync(osRelease, 'utf8');
  const value = (key: string): string | undefined => new RegExp(`^${key}="?([^"\\n]+)"?$`, 'm').exec(text)?.[1];
  const release = value('VERSION_ID') ?? value('VERSION_CODENAME') ?? 'rolling';
  return join(cacheHome, 'programs', `${value('ID') ?? 'linux'}-${release}-${machine()}`);
}

/** BIRD 1 has the same program names, and bird6 beside them: it does not count. */
function standsIn(folder: string, name: string): boolean {
  const file = lookAt(join(folder, name));
  if (file === undefined || !file.isFile() || (file.mode & 0o111) === 0) return false;
  return !name.startsWith('bird') || lookAt(join(folder, 'bird6')) === undefined;
}

/** What stands at a path; undefined when nothing does or this user may not look (somebody else's folder in PATH). */
function lookAt(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}

function onHost(program: KnownProgram, folders: readonly string[]): Program | undefined {
  const folder = folders.find((candidate) => standsIn(candidate, program.name));
  if (folder === undefined) return undefined;
  const path = join(folder, program.name);
  return { ...program, source: 'host', path, labPath: path };
}

function inSet(program: KnownProgram, set: string): Program | undefined {
  const folder = placesInSet.find((candidate) => standsIn(join(set, candidate), program.name));
  if (folder === undefined) return undefined;
  const labPath = join(folder, program.name);
  return { ...program, source: 'cache', path: join(set, labPath), labPath };
}

/** What a lab's overlay hides of the machine is the cache's. `/bin` and `/sbin` are links into `/usr`. */
function shadow(tools: Map<string, Program>, root: string): void {
  for (const tool of tools.values()) {
    if (tool.source === 'cache') continue;
    const cached = inSet(tool, root);
    if (cached === undefined) continue;
    if (cached.labPath === tool.labPath.replace(/^\/(s?bin)\//, '/usr/$1/')) tools.set(tool.name, cached);
  }
}
