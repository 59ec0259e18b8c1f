// Owns the state folder of labs: one folder a lab, 0700, files 0600, each written whole or not at all.

import { chmod, mkdir, readdir, readFile, rename, rm, rmdir, stat, unlink, writeFile } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import { LabError } from '../base/errors.ts';

/** Folder and files of one lab's state. */
export interface StateFolder {
  readonly lab: string;
  readonly folder: string;
  readonly logs: string;
  /** Reads a JSON file of it; undefined when absent or not JSON (a torn write is as good as none). */
  read(file: string): Promise<unknown>;
  /** Writes a JSON file: temporary file, then rename. Throws STATE_UNWRITABLE naming the path. */
  write(file: string, value: unknown): Promise<void>;
  /** Makes folder and logs folder. */
  create(): Promise<void>;
  /** Removes all of it, and empty folders above that labctl made. Idempotent. */
  remove(): Promise<void>;
}

/** Names a lab's folder may have: what `lab/` accepts as a name; anything else is refused, never joined to a path. */
const labName = /^[a-z][a-z0-9-]{0,62}$/;

/** The state folder of one lab under labctl's state home. Throws USAGE for a name that is no lab name. */
export function stateFolder(stateHome: string, lab: string): StateFolder {
  if (!labName.test(lab)) {
    throw new LabError('USAGE', `not a lab name: ${JSON.stringify(lab)}`, { hint: 'labctl list' });
  }
  const folder = join(stateHome, 'labs', lab);
  const logs = join(folder, 'logs');
  return {
    lab,
    folder,
    logs,
    read: (file) => readJson(join(folder, file)),
    write: (file, value) => writeJson(join(folder, file), value),
    create: async () => {
      await attempt(logs, async () => {
        await ownedFolder(stateHome);
        await mkdir(logs, { recursive: true, mode: 0o700 });
        for (const path of [folder, logs]) await chmod(path, 0o700);
      });
    },
    remove: async () => {
      await attempt(folder, () => rm(folder, { recursive: true, force: true }));
      for (const path of [join(stateHome, 'labs'), join(stateHome, 'locks'), stateHome])
        await rmdir(path).catch(() => undefined);
    },
  };
}

/** Names of all labs that have a state folder. */
export async function listStateFolders(stateHome: string): Promise<readonly string[]> {
  try {
    return (await readdir(join(stateHome, 'labs'))).filter((name) => labName.test(name)).sort();
  } catch {
    return [];
  }
}

/** Makes a 0700 folder if need be, and refuses one that another user owns. */
async function ownedFolder(path: string): Promise<void> {
  await mkdir(path, { recursive: true, mode: 0o700 });
  const found = await stat(path);
  const owner = userInfo().uid;
  if (found.uid !== owner) throw new Error(`owned by user ${found.uid}, not by ${owner}`);
}

async function readJson(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, 'utf8'));
  } catch {
    return undefined;
  }
}

async function writeJson(path: string, value: unknown): Promise<void> {
  const temporary = `${path}.new`;
  await attempt(path, async () => {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    await unlink(temporary).catch(() => undefined);
    await writeFile(temporary, `${JSON.stringify(value)}\n`, { mode: 0o600, flag: 'wx' });
    await rename(temporary, path);
  });
}

async function attempt(path: string, action: () => Promise<unknown>): Promise<void> {
  try {
    await action();
  } catch (error) {
    throw new LabError('STATE_UNWRITABLE', `cannot write labctl's state in ${path}: ${(error as Error).message}`, {
      hint: 'set LABCTL_HOME to a folder of yours on a disk with free space',
      cause: error,
    });
  }
}
