// Owns the story of --kernel uml: the same command line, run by the same labctl, in a guest with a kernel of its own.

import { join } from 'node:path';
import { LabError } from '../base/errors.ts';
import { guestFiles } from '../host/guest-files.ts';
import { localShell } from '../host/local-shell.ts';
import { findPrograms, installPrograms } from '../host/programs.ts';
import { findGuestKernel, type GuestKernel, runGuest } from '../host/uml.ts';
import type { Context } from './context.ts';
import { placesOf } from './preflight.ts';
import { withSignal } from './up.ts';

/** What is run in a guest. */
export interface InGuest {
  /** The command line after `labctl`, without --kernel. */
  readonly argv: readonly string[];
  /** Folders that results are written to, beside the current one. */
  readonly writable: readonly string[];
  /** Consent to set up missing programs. */
  readonly yes: boolean;
  readonly color: boolean;
  readonly stdout: NodeJS.WritableStream;
  readonly stderr: NodeJS.WritableStream;
  note(line: string): void;
}

/**
 * Runs labctl in a guest and returns its exit status; the guest is gone then, with all labs in it. What it writes into the
 * current folder and `writable` is on this machine. Throws HOST_PROGRAM_MISSING without consent to set a kernel up.
 */
export async function inGuest(context: Context, request: InGuest): Promise<number> {
  const kernel = await guestKernel(context, request.yes);
  const programs = await findPrograms(placesOf(context));
  if (programs.missing.length > 0) await setUp(context, 'programs', request.yes);
  const { root, tools } = programs.missing.length > 0 ? await findPrograms(placesOf(context)) : programs;
  const own = [...tools.values()].filter(({ source }) => source === 'host').map(({ path }) => path);
  request.note('booting the kernel of User-Mode Linux; what follows runs in it');
  try {
    return await runGuest({
      kernel,
      init: join(context.packageRoot, 'scripts', 'guest-init'),
      isRoot: context.uid === 0,
      trees: root === undefined ? [] : [`${root}/usr`],
      files: await guestFiles(localShell('host'), own),
      writable: [...new Set([context.cwd, ...request.writable])],
      env: environment(context, request.color),
      cwd: context.cwd,
      argv: ['node', join(context.packageRoot, 'dist', 'main.cjs'), ...request.argv],
      stdout: request.stdout,
      stderr: request.stderr,
      signal: context.signal,
    });
  } catch (error) {
    throw withSignal(context, error);
  }
}

async function guestKernel(context: Context, yes: boolean): Promise<GuestKernel> {
  const there = findGuestKernel(context.cacheHome);
  if (there !== undefined) return there;
  await setUp(context, 'guest', yes);
  const found = findGuestKernel(context.cacheHome);
  if (found !== undefined) return found;
  throw new LabError('HOST_PROGRAM_MISSING', 'there is no kernel for a guest here', { hint: 'scripts/setup --guest' });
}

async function setUp(context: Context, part: 'programs' | 'guest', yes: boolean): Promise<void> {
  await installPrograms({
    ...placesOf(context),
    part,
    env: context.env,
    consent: yes ? 'given' : 'ask',
    signal: context.signal,
  });
}

/** Settings of the user's, with folders in the guest's memory: its labs are its own. */
function environment(context: Context, color: boolean): Readonly<Record<string, string>> {
  const own = Object.entries(context.env).filter(
    ([name, value]) => value !== undefined && (name.startsWith('LABCTL_') || /^(CI|NO_COLOR|SUDO_[UG]ID)$/.test(name)),
  );
  return {
    ...Object.fromEntries(own as [string, string][]),
    ...(color ? { FORCE_COLOR: '1' } : {}),
    PATH: `${context.env['PATH'] ?? ''}:/usr/sbin:/usr/bin:/sbin:/bin`,
    HOME: '/run/home',
    LABCTL_HOME: '/run/labctl-home',
    LABCTL_CACHE: '/run/labctl-cache',
    LABCTL_KERNEL: 'host',
  };
}
