// Owns the stories of `images list` and `images verify`: what labs need, what of it is here, and whether it is what was pinned.

import { LabError } from '../base/errors.ts';
import { connectDocker } from '../host/docker/connect.ts';
import type { Image } from '../host/docker/images.ts';
import type { EngineName } from '../plan/engine.ts';
import type { Context } from './context.ts';
import { demandLock, type ImageLock, imageDifference, manifestDifference, readLock } from './image-lock.ts';
import { type ImagesChoice, imagesHere, type Wanted, wantedBy, wantedOf } from './lab-images.ts';
import { sha256Of } from './manifest.ts';
import { waysToVyos } from './pull-image.ts';
import type { LoadedDesign } from './work-out.ts';

/** An image of `images list`. */
export interface ListedImage {
  readonly reference: string;
  readonly roles: readonly string[];
  readonly labs: readonly string[];
  /** False: not on this Docker. Undefined: no Docker answers. */
  readonly isHere: boolean | undefined;
  readonly bytes: number | undefined;
  readonly platform: string | undefined;
  /** The registry's, as Docker knows it, else as labctl.lock pins it. */
  readonly digest: string | undefined;
  readonly id: string | undefined;
}

/** A manifest of `images list`. */
export interface ListedManifest {
  readonly source: string;
  readonly labs: readonly string[];
  readonly bytes: number | undefined;
  readonly sha256: string | undefined;
}

/** What labs need; `notes` say what could not be found out. */
export interface ImageList {
  readonly images: readonly ListedImage[];
  readonly manifests: readonly ListedManifest[];
  readonly notes: readonly string[];
}

/** Everything that the labs need, with what is known of it without pulling anything. */
export async function listImages(context: Context, choice: ImagesChoice): Promise<ImageList> {
  const { images, manifests } = await wantedBy(context, choice);
  const lock = await readLock(context);
  const notes = manifests.flatMap(({ source, problem }) =>
    problem === undefined ? [] : [`${problem}; the images that ${source} names are not in this list`],
  );
  const here = await connectDocker(context.env, context.signal).then(
    (docker) => imagesHere(context, docker, images),
    (error: unknown) => {
      if (!(error instanceof LabError)) throw error;
      notes.push(error.message);
      return undefined;
    },
  );
  return {
    images: images.map(({ reference, roles, labs }) => {
      const { bytes, platform, digest, id } = here?.get(reference) ?? {};
      const isHere = here === undefined ? undefined : id !== undefined;
      return { reference, roles, labs, isHere, bytes, platform, digest: digest ?? lock?.images[reference]?.digest, id };
    }),
    manifests: manifests.map(({ source, labs, text }) => ({
      source,
      labs,
      bytes: text === undefined ? undefined : Buffer.byteLength(text),
      sha256: text === undefined ? undefined : sha256Of(text),
    })),
    notes,
  };
}

/** What `images verify` found to be right. */
export interface VerifiedImages {
  readonly images: number;
  readonly manifests: number;
  readonly isLocked: boolean;
}

/**
 * Checks that all that the labs need is here, for this machine's platform, and as labctl.lock pins it (where there is one; `locked`: there
 * must be). Throws IMAGE_DIFFERS with everything that is not.
 */
export async function verifyImages(
  context: Context,
  choice: ImagesChoice & { readonly locked: boolean },
): Promise<VerifiedImages> {
  const lock = choice.locked ? await demandLock(context) : await readLock(context);
  const wanted = await wantedBy(context, choice);
  const docker = await connectDocker(context.env, context.signal);
  const here = await imagesHere(context, docker, wanted.images);
  const problems = [...missingOf(wanted, here, docker.daemon.platform), ...lockDifferences(wanted, here, lock)];
  if (problems.length > 0)
    throw new LabError('IMAGE_DIFFERS', 'not everything is here as it should be', {
      facts: problems,
      hint: `labctl images pull ${choice.labs.join(' ')}`,
    });
  return { images: wanted.images.length, manifests: wanted.manifests.length, isLocked: lock !== undefined };
}

/** `up --locked`: throws IMAGE_DIFFERS with every image and manifest of a lab on kind that labctl.lock has otherwise, or not at all. */
export async function refuseUnlocked(
  context: Context,
  reference: string,
  loaded: LoadedDesign & { readonly engine: EngineName },
): Promise<void> {
  if (loaded.engine !== 'kind')
    throw new LabError('USAGE', '--locked is about images, and the netns engine has none', { hint: '--engine kind' });
  const lock = await demandLock(context);
  const wanted = await wantedOf(context, [{ reference, loaded }]);
  const docker = await connectDocker(context.env, context.signal);
  const problems = lockDifferences(wanted, await imagesHere(context, docker, wanted.images), lock);
  if (problems.length === 0) return;
  throw new LabError('IMAGE_DIFFERS', 'the lab is not made of what labctl.lock has', {
    facts: problems,
    hint: `labctl images pull ${reference} --locked`,
  });
}

/** What is not here, or is for another machine; one line each. */
export function missingOf(
  { images, manifests }: Wanted,
  here: ReadonlyMap<string, Image>,
  platform: string,
): readonly string[] {
  const lines = images.flatMap(({ reference, isBuilt }) => {
    const image = here.get(reference);
    if (image === undefined)
      return [`${reference} is not on this Docker`, ...(isBuilt ? waysToVyos.map((way) => `  ${way}`) : [])];
    return image.platform === platform ? [] : [`${reference} is for ${image.platform}; this Docker runs ${platform}`];
  });
  const lost = manifests.flatMap(({ problem }) => (problem === undefined ? [] : [problem]));
  return [...lines, ...lost];
}

/** What is here and differs from the lock; nothing where there is no lock. */
export function lockDifferences(
  { images, manifests }: Wanted,
  here: ReadonlyMap<string, Image>,
  lock: ImageLock | undefined,
): readonly string[] {
  if (lock === undefined) return [];
  const ofImages = images.flatMap(({ reference }) => {
    const image = here.get(reference);
    const difference = image === undefined ? undefined : imageDifference(image, lock.images[reference]);
    return difference === undefined ? [] : [`${reference} ${difference}`];
  });
  const ofManifests = manifests.flatMap(({ source, text }) => {
    const difference = text === undefined ? undefined : manifestDifference(sha256Of(text), lock.manifests[source]);
    return difference === undefined ? [] : [`${source} ${difference}`];
  });
  return [...ofImages, ...ofManifests];
}
