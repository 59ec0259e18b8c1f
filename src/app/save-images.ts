// Owns the stories of `images save` and `images load`: labs go to a machine without a network as one file.

import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import * as z from 'zod';
import { LabError } from '../base/errors.ts';
import { connectDocker } from '../host/docker/connect.ts';
import { findImage, loadImages as load, saveImages as save } from '../host/docker/images.ts';
import { type ImageArchive, readArchive, writeArchive } from '../host/image-archive.ts';
import type { Context, RunView } from './context.ts';
import { demandLock } from './image-lock.ts';
import { eachImage } from './image-steps.ts';
import { type ImagesChoice, imagesHere, type Wanted, wantedBy } from './lab-images.ts';
import { keepManifest, sha256Of } from './manifest.ts';
import { lockDifferences, missingOf } from './verify-images.ts';

const indexSchema = z.object({
  version: z.literal(1),
  labs: z.array(z.string()),
  images: z.array(
    z.object({
      reference: z.string(),
      id: z.string(),
      digest: z.string().optional(),
      platform: z.string(),
      bytes: z.number(),
    }),
  ),
  manifests: z.array(z.object({ source: z.string(), sha256: z.string(), file: z.string() })),
});

/** What an archive says is in it. */
export type ArchiveIndex = z.infer<typeof indexSchema>;

/** What `images save` is told. */
export interface SaveOptions extends ImagesChoice {
  readonly out: string;
  /** Refuse what labctl.lock does not have. */
  readonly locked: boolean;
}

/** Writes every image and manifest of the labs into one file. Throws IMAGE_UNAVAILABLE with all that is not here. */
export async function saveImages(
  context: Context,
  options: SaveOptions,
  view: RunView,
): Promise<ArchiveIndex & { readonly file: string; readonly bytes: number }> {
  const lock = options.locked ? await demandLock(context) : undefined;
  const wanted = await wantedBy(context, options);
  const docker = await connectDocker(context.env, context.signal);
  const here = await imagesHere(context, docker, wanted.images);
  const problems = [...missingOf(wanted, here, docker.daemon.platform), ...lockDifferences(wanted, here, lock)];
  if (problems.length > 0)
    throw new LabError('IMAGE_UNAVAILABLE', 'not everything that the labs need is here', {
      facts: problems,
      hint: `labctl images pull ${options.labs.join(' ')}`,
    });
  const { index, texts } = contentsOf(options.labs, wanted, here);
  const file = resolve(context.cwd, options.out);
  const [failure] = await eachImage(context, view, 'saveImages', [options.out], async (_, report) => {
    report(`${index.images.length} images`);
    const names = index.images.map(({ reference }) => reference);
    await writeArchive(file, await save(docker, names, context), texts, index, context.signal);
  });
  if (failure !== undefined) throw failure.error;
  return { ...index, file, bytes: (await stat(file)).size };
}

function contentsOf(
  labs: readonly string[],
  { images, manifests }: Wanted,
  here: Awaited<ReturnType<typeof imagesHere>>,
): { readonly index: ArchiveIndex; readonly texts: ReadonlyMap<string, string> } {
  const texts = new Map<string, string>();
  const index: ArchiveIndex = { version: 1, labs: [...labs], images: [], manifests: [] };
  for (const { reference } of images) {
    const image = here.get(reference);
    if (image === undefined) continue;
    const { digest, ...rest } = image;
    index.images.push({ reference, ...rest, ...(digest === undefined ? {} : { digest }) });
  }
  for (const [at, { source, text = '' }] of manifests.entries()) {
    const file = `manifests/${at + 1}.yaml`;
    texts.set(file, text);
    index.manifests.push({ source, sha256: sha256Of(text), file });
  }
  return { index, texts };
}

/** An archive that is whole, as its checksums say. Throws IMAGE_DIFFERS with every file that is not. */
export async function openArchive(
  context: Context,
  name: string,
): Promise<ImageArchive & { readonly contents: ArchiveIndex }> {
  const archive = await readArchive(resolve(context.cwd, name), context.signal);
  const contents = indexSchema.safeParse(archive.index);
  const problems = [
    ...archive.problems,
    ...(contents.success || archive.problems.length > 0 ? [] : ['its index is of another labctl']),
  ];
  if (problems.length > 0 || !contents.success)
    throw new LabError('IMAGE_DIFFERS', `${name} is not whole: nothing of it is used`, {
      facts: problems,
      hint: 'copy it again, or labctl images save once more',
    });
  return { ...archive, contents: contents.data };
}

/** Puts an archive's images into Docker and its manifests into the cache; nothing is asked of any network. */
export async function loadImages(context: Context, name: string, view: RunView): Promise<ArchiveIndex> {
  const { contents, texts } = await openArchive(context, name);
  const docker = await connectDocker(context.env, context.signal);
  const foreign = contents.images.filter(({ platform }) => platform !== docker.daemon.platform);
  if (foreign.length > 0)
    throw new LabError(
      'IMAGE_UNAVAILABLE',
      `${name} is for another kind of machine; this Docker runs ${docker.daemon.platform}`,
      {
        facts: foreign.map(({ reference, platform }) => `${reference}: ${platform}`),
      },
    );
  const { signal } = context;
  const [failure] = await eachImage(context, view, 'loadImages', [name], (_, report) =>
    load(docker, createReadStream(resolve(context.cwd, name)), { signal, report }),
  );
  if (failure !== undefined) throw failure.error;
  for (const { source, file } of contents.manifests) await keepManifest(context, source, texts.get(file) ?? '');
  const loaded = await Promise.all(contents.images.map(({ reference }) => findImage(docker, reference, { signal })));
  const lost = contents.images.filter((_, at) => loaded[at] === undefined);
  if (lost.length > 0)
    throw new LabError('IMAGE_UNAVAILABLE', 'Docker took the archive and does not have all of it', {
      facts: lost.map(({ reference }) => reference),
    });
  return contents;
}
