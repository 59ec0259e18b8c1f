// Owns the lock of a lab: flock(1) on labctl's own file, held by a child that ends with labctl, however labctl ends.

import { spawn } from 'node:child_process';
import { mkdir, readFile, rmdir, stat, unlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pid as ownPid } from 'node:process';
import { LabError } from '../base/errors.ts';

/** A lock that is held. */
export interface Lock {
  /** Gives it back; `andRemove` takes the lock's file along, and folders that are empty then. */
  release(andRemove: boolean): Promise<void>;
}

/** How often a lock file that vanished between open and flock is tried again. */
const maxTries = 20;

/**
 * Takes the lock `name` in `folder` or throws LAB_BUSY naming what it is about and the process that has it. The child
 * `cat` holds the open file: when labctl dies its pipe closes, `cat` ends and the kernel frees the lock. A file that was
 * removed by the former owner meanwhile is noticed by its inode.
 */
export async function takeLock(folder: string, name: string, what = `lab ${name}`): Promise<Lock> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, `${name}.lock`);
  for (let attempt = 0; attempt < maxTries; attempt++) {
    const child = spawn('flock', ['-x', '-n', '--no-fork', path, 'cat'], {
      stdio: ['pipe', 'pipe', 'ignore'],
      detached: true,
    });
    const isHeld = await new Promise<boolean>((resolve, reject) => {
      child.on('error', (error) =>
        reject(
          new LabError('HOST_PROGRAM_MISSING', `cannot run flock: ${error.message}`, { hint: 'install util-linux' }),
        ),
      );
      child.on('close', () => resolve(false));
      child.stdout.once('data', () => resolve(true));
      child.stdin.on('error', () => undefined);
      child.stdin.write('?');
    });
    const release = (): Promise<void> =>
      new Promise((resolve) => {
        if (child.exitCode !== null || child.signalCode !== null) return resolve();
        child.once('close', () => resolve());
        child.stdin.end();
      });
    if (!isHeld) {
      const owner = (await readFile(path, 'utf8').catch(() => '')).trim();
      throw new LabError('LAB_BUSY', `another labctl works on ${what}${owner === '' ? '' : `: process ${owner}`}`, {
        hint: owner === '' ? 'wait and try again' : `wait for it, or: ps -fp ${owner}`,
      });
    }
    const [held, named] = await Promise.all([
      stat(`/proc/${child.pid}/fd/3`).catch(() => undefined),
      stat(path).catch(() => undefined),
    ]);
    if (held === undefined || named === undefined || held.ino !== named.ino) {
      await release();
      continue;
    }
    await writeFile(path, `${ownPid}\n`, { mode: 0o600 });
    return {
      release: async (andRemove) => {
        if (andRemove) await unlink(path).catch(() => undefined);
        await release();
        if (andRemove) for (const empty of [folder, dirname(folder)]) await rmdir(empty).catch(() => undefined);
      },
    };
  }
  throw new LabError('LAB_BUSY', `the lock of ${what} changes hands too fast`, { hint: 'try again' });
}
