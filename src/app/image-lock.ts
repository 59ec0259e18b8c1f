// Owns labctl.lock: which bytes an image's name and a manifest's address stand for, so that a lab is the same tomorrow.

import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import * as z from 'zod';
import { LabError } from '../base/errors.ts';
import type { Image } from '../host/docker/images.ts';
import type { Context } from './context.ts';
import { sha256Of } from './manifest.ts';

const sha256 = z.string().regex(/^sha256:[0-9a-f]{64}$/, 'is not sha256: and 64 hexadecimal digits');

const lockSchema = z.strictObject({
  version: z.literal(1),
  images: z.record(
    z.string(),
    z.strictObject({ digest: sha256.optional(), id: sha256, platform: z.string().regex(/^\w+\/\w+$/) }),
  ),
  manifests: z.record(z.string(), sha256),
});

/** What is pinned. `digest` is the registry's; `id` is the image on a Docker of `platform`, also after it was loaded from an archive. */
export type ImageLock = z.infer<typeof lockSchema>;

/** An image as it is pinned. */
export type PinnedImage = ImageLock['images'][string];

const fileName = 'labctl.lock';

/** labctl.lock of the current folder; undefined where there is none. Throws STATE_UNREADABLE for one that is broken. */
export async function readLock(context: Context): Promise<ImageLock | undefined> {
  const file = join(context.cwd, fileName);
  const text = await readFile(file, 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  try {
    return lockSchema.parse(parse(text));
  } catch (error) {
    const facts =
      error instanceof z.ZodError
        ? error.issues.map(({ path, message }) => [path.join(' '), message].filter((text) => text !== '').join(': '))
        : (error as Error).message.trim().split('\n');
    const hint = 'remove it, then labctl images pull --lock <lab>';
    throw new LabError('STATE_UNREADABLE', `${file} cannot be read`, { facts, hint, cause: error });
  }
}

/** The lock that `--locked` asks for. Throws IMAGE_DIFFERS where there is none. */
export async function demandLock(context: Context): Promise<ImageLock> {
  const lock = await readLock(context);
  if (lock !== undefined) return lock;
  throw new LabError('IMAGE_DIFFERS', `--locked, and there is no ${fileName} in ${context.cwd}`, {
    hint: 'labctl images pull --lock <lab>',
  });
}

/** Writes labctl.lock: what was pinned before stays unless it is pinned anew. Returns the file's name. */
export async function writeLock(
  context: Context,
  images: ReadonlyMap<string, Image>,
  manifests: readonly { readonly source: string; readonly text: string | undefined }[],
): Promise<string> {
  const before = await readLock(context);
  const pins = [...images].map(([reference, { digest, id, platform }]): [string, PinnedImage] => [
    reference,
    digest === undefined ? { id, platform } : { digest, id, platform },
  ]);
  const hashes = manifests.flatMap(({ source, text }): [string, string][] =>
    text === undefined ? [] : [[source, sha256Of(text)]],
  );
  const lock: ImageLock = {
    version: 1,
    images: sorted([...Object.entries(before?.images ?? {}), ...pins]),
    manifests: sorted([...Object.entries(before?.manifests ?? {}), ...hashes]),
  };
  const head =
    '# What images and manifests stand for. Written by labctl images pull --lock; --locked refuses anything else.\n';
  const file = join(context.cwd, fileName);
  await writeFile(file, head + stringify(lock, { lineWidth: 0 }), { mode: 0o644 }).catch((error: Error) => {
    throw new LabError('STATE_UNWRITABLE', `cannot write ${file}: ${error.message}`, { cause: error });
  });
  return fileName;
}

/** By name; of two with one name the later. */
function sorted<T>(entries: readonly [string, T][]): Record<string, T> {
  return Object.fromEntries(entries.toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
}

/** Why an image is not the pinned one; undefined when it is. Another platform has other ids: only digests compare. */
export function imageDifference(image: Image, pinned: PinnedImage | undefined): string | undefined {
  if (pinned === undefined) return `is not in ${fileName}`;
  if (image.digest !== undefined && image.digest === pinned.digest) return undefined;
  if (image.id === pinned.id) return undefined;
  return `is ${image.digest ?? image.id}; ${fileName} has ${pinned.digest ?? pinned.id}`;
}

/** Why a manifest is not the pinned one; undefined when it is. */
export function manifestDifference(hash: string, pinned: string | undefined): string | undefined {
  if (pinned === undefined) return `is not in ${fileName}`;
  return hash === pinned ? undefined : `is ${hash}; ${fileName} has ${pinned}`;
}
