// Owns User-Mode Linux: where its kernel is, and running one command in a guest that lives and dies with that command.

import { spawn } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Duplex } from 'node:stream';
import { LabError } from '../base/errors.ts';
import { endWithParent } from './namespaces.ts';
import { setFolder } from './programs.ts';

/** A guest's kernel and what belongs to it. */
export interface GuestKernel {
  readonly program: string;
  /** The folder with modules.dep. */
  readonly modules: string;
  /** The unpacked set it comes from; undefined when the machine has it installed. */
  readonly set: string | undefined;
}

/** The kernel that is installed, else the one that scripts/setup --guest unpacked; undefined when there is none. */
export function findGuestKernel(cacheHome: string): GuestKernel | undefined {
  const set = `${setFolder(cacheHome)}-guest`;
  for (const root of ['/', set]) {
    const program = join(root, 'usr/bin/linux.uml');
    const folder = join(root, 'usr/lib/uml/modules');
    if (statSync(program, { throwIfNoEntry: false }) === undefined) continue;
    const modules = readdirSync(folder)
      .map((version) => join(folder, version))
      .find((path) => statSync(join(path, 'modules.dep'), { throwIfNoEntry: false }) !== undefined);
    if (modules !== undefined) return { program, modules, set: root === '/' ? undefined : root };
  }
  return undefined;
}

/** What runs in a guest. */
export interface GuestRun {
  readonly kernel: GuestKernel;
  /** scripts/guest-init, the guest's pid 1. */
  readonly init: string;
  readonly isRoot: boolean;
  /** Trees laid over the guest's /usr, copied into its memory first. */
  readonly trees: readonly string[];
  /** Single files of this machine that are laid over the guest's /usr at their own places. */
  readonly files: readonly string[];
  /** Folders of this machine that the guest may write to; it reads all others. */
  readonly writable: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  readonly argv: readonly string[];
  readonly stdout: NodeJS.WritableStream;
  readonly stderr: NodeJS.WritableStream;
  readonly signal: AbortSignal;
}

/** Memory of a guest; the host gives it page by page as it is used. */
const memory = '2G';

/** UML keeps its memory and its sockets in files; these and what it shall do are in a tmpfs of its own, which goes with it. */
const privateFiles = 'mount -t tmpfs -o mode=0755,size=3g tmpfs /run && cat >/run/guest && TMPDIR=/run exec "$@"';

/**
 * Boots a guest, runs the command in it as root, and returns its exit status when the guest is gone. Output is passed on as it
 * comes. When the signal is aborted, or this process dies however suddenly, the guest ends and nothing of it stays. Throws
 * HOST_COMMAND_FAILED with the kernel's last words when it ends without a status, INTERRUPTED when aborted.
 */
export async function runGuest(run: GuestRun): Promise<number> {
  const lines = instructions(run);
  const broken = lines.find((line) => line.includes('\n'));
  if (broken !== undefined) {
    throw new LabError('USAGE', `a guest takes no line break in a name or an argument: ${JSON.stringify(broken)}`);
  }
  if (run.signal.aborted) throw new LabError('INTERRUPTED', 'no guest was started');
  const [program = '', ...words] = kernelArgv(run);
  const began = performance.now();
  const child = spawn(program, words, {
    stdio: ['pipe', 'pipe', 'pipe', 'pipe', 'pipe', 'pipe'],
    env: { PATH: run.env['PATH'] },
  });
  const end = (): void => void child.kill('SIGKILL');
  run.signal.addEventListener('abort', end, { once: true });
  const [input, , , output, errors, state] = child.stdio as readonly (Duplex | null)[];
  // A guest that is killed resets its lines.
  for (const stream of child.stdio) stream?.on('error', () => undefined);
  let kernelSaid = '';
  let told = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (chunk: Buffer) => {
      kernelSaid = `${kernelSaid}${chunk}`.slice(-4000);
    });
  state?.on('data', (chunk: Buffer) => {
    told += chunk;
  });
  passOn(output, run.stdout);
  passOn(errors, run.stderr);
  input?.end(`${lines.join('\n')}\n`);
  const exitCode = await new Promise<number>((resolve) => {
    child.on('error', () => resolve(127));
    child.on('close', (code) => resolve(code ?? 137));
  });
  run.signal.removeEventListener('abort', end);
  if (run.signal.aborted) throw new LabError('INTERRUPTED', 'the guest was ended');
  const status = /^exit (\d+)/m.exec(told)?.[1];
  if (status !== undefined) return Number(status);
  const ran = { argv: [program, ...words], where: 'host', exitCode, stdout: '', stderr: kernelSaid };
  throw new LabError('HOST_COMMAND_FAILED', 'the guest ended before the command in it did', {
    ran: { ...ran, ms: performance.now() - began },
    hint: 'labctl doctor',
  });
}

/** A serial line ends lines as terminals do. */
function passOn(from: Duplex | null | undefined, to: NodeJS.WritableStream): void {
  const decoder = new TextDecoder();
  from?.on('data', (chunk: Buffer) => {
    to.write(decoder.decode(chunk, { stream: true }).replaceAll('\r', ''));
  });
}

/** The kernel as pid 1 of namespaces of its own: who ends that, ends the helper processes it runs guest programs in. */
function kernelArgv({ kernel, init, isRoot }: GuestRun): readonly string[] {
  const user = isRoot ? [] : ['--user', '--map-root-user'];
  return [
    ...endWithParent,
    'unshare',
    ...[...user, '--mount', '--propagation', 'private', '--pid', '--fork', '--kill-child=KILL', '--'],
    ...['sh', '-c', privateFiles, 'guest', kernel.program],
    ...[`mem=${memory}`, 'root=/dev/root', 'rootfstype=hostfs', 'rootflags=/', 'ro', `init=${init}`, 'quiet'],
    ...['uml_dir=/run/', 'con=null', 'con0=null,fd:1', 'ssl=null'],
    ...['ssl0=null,fd:3', 'ssl1=null,fd:4', 'ssl2=null,fd:5'],
  ];
}

/** What scripts/guest-init reads. */
function instructions({ kernel, trees, files, writable, env, cwd, argv }: GuestRun): readonly string[] {
  const byFolder = new Map<string, string[]>();
  for (const file of files) {
    const folder = dirname(file).replace(/^\/(usr\/)?/, '');
    byFolder.set(folder, [...(byFolder.get(folder) ?? []), file]);
  }
  return [
    `modules ${kernel.modules}`,
    ...(kernel.set === undefined ? [] : [`lower ${kernel.set}/usr`]),
    ...trees.map((tree) => `tree ${tree}`),
    ...[...byFolder].flatMap(([folder, inside]) => [...inside.map((file) => `item ${file}`), `into ${folder}`]),
    ...writable.map((folder) => `write ${folder}`),
    ...Object.entries(env).map(([name, value]) => `env ${name}=${value}`),
    ...argv.map((word) => `item ${word}`),
    `run ${cwd}`,
  ];
}
