// Owns the pcap files on disk: a folder of its own for each capture, files nobody else may read, nothing overwritten.

import { constants } from 'node:fs';
import { chown, lstat, mkdir, open } from 'node:fs/promises';
import { join } from 'node:path';
import { LabError } from '../base/errors.ts';
import type { Pieces } from '../packet/capture-parser.ts';
import type { PointEvidence } from './capture.ts';

/** Where the files go, and whose they are. */
export interface SaveOptions {
  /** The lab's folder in which `capture-<n>` is made, unless `folder` is given. */
  readonly parent: string;
  /** Stated by the user: made if absent. */
  readonly folder: string | undefined;
  /** The user behind sudo: files belong to them (`SUDO_UID`, `SUDO_GID`). */
  readonly owner: { readonly uid: number; readonly gid: number } | undefined;
}

/** What was written: the folder, and a file name for each point in path order. */
export interface SavedCaptures {
  readonly folder: string;
  readonly files: readonly string[];
  /** The pcapng file that has the packets of all points. */
  readonly merged: string;
}

/**
 * Writes `NN-<machine>-<interface>.pcap` for each point and `all.pcapng`, mode 0600. Existing files and symbolic links are never
 * written to: STATE_UNWRITABLE names the path.
 */
export async function saveCaptures(
  points: readonly Pick<PointEvidence, 'point' | 'pcap'>[],
  pcapng: Pieces,
  options: SaveOptions,
): Promise<SavedCaptures> {
  const folder = options.folder ?? (await newFolder(options));
  try {
    if (options.folder !== undefined) await makeFolder(folder, options.owner);
    const files: string[] = [];
    for (const [index, { point, pcap }] of points.entries()) {
      const name = `${String(index + 1).padStart(2, '0')}-${point.name.replace(':', '-')}.pcap`;
      await writeNew(join(folder, name), pcap, options.owner);
      files.push(name);
    }
    await writeNew(join(folder, merged), pcapng, options.owner);
    return { folder, files, merged };
  } catch (error) {
    throw unwritable(error, folder);
  }
}

const merged = 'all.pcapng';
const writtenAtOnce = 1024 * 1024;

/** Makes `<parent>/capture-<n>` with the first free number; making it is the test whether it is free. */
async function newFolder(options: SaveOptions): Promise<string> {
  try {
    await makeFolder(options.parent, options.owner);
    for (let number = 1; ; number++) {
      const folder = join(options.parent, `capture-${number}`);
      if (await isMadeNow(folder, options.owner)) return folder;
    }
  } catch (error) {
    throw unwritable(error, options.parent);
  }
}

async function makeFolder(folder: string, owner: SaveOptions['owner']): Promise<void> {
  if (await isMadeNow(folder, owner)) return;
  const found = await lstat(folder);
  if (!found.isDirectory()) throw new LabError('STATE_UNWRITABLE', `${folder} is not a folder`, { hint: '--out DIR' });
}

async function isMadeNow(folder: string, owner: SaveOptions['owner']): Promise<boolean> {
  try {
    await mkdir(folder, { mode: 0o700 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
  if (owner !== undefined) await chown(folder, owner.uid, owner.gid);
  return true;
}

async function writeNew(path: string, pieces: Pieces, owner: SaveOptions['owner']): Promise<void> {
  const { O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW } = constants;
  const file = await open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600);
  try {
    await file.chmod(0o600);
    if (owner !== undefined) await file.chown(owner.uid, owner.gid);
    let [waiting, size]: [Uint8Array[], number] = [[], 0];
    for (const piece of pieces) {
      waiting.push(new Uint8Array(piece));
      size += piece.length;
      if (size < writtenAtOnce) continue;
      await file.writeFile(Buffer.concat(waiting));
      [waiting, size] = [[], 0];
    }
    await file.writeFile(Buffer.concat(waiting));
  } finally {
    await file.close();
  }
}

function unwritable(error: unknown, folder: string): unknown {
  if (error instanceof LabError) return error;
  const { code, path, message } = error as NodeJS.ErrnoException;
  const what = code === 'EEXIST' ? 'exists already; captures are never overwritten' : message;
  return new LabError('STATE_UNWRITABLE', `cannot write captures: ${path ?? folder}: ${what}`, {
    hint: '--out DIR',
    cause: error,
  });
}
