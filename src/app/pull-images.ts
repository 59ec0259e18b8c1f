// Owns the story of `images pull`: manifests first, then every image through its mirrors, checked against digest and platform.

import { LabError } from '../base/errors.ts';
import { connectDocker, type Docker } from '../host/docker/connect.ts';
import type { Image } from '../host/docker/images.ts';
import type { Context, RunView } from './context.ts';
import { demandLock, imageDifference, manifestDifference, readLock, writeLock } from './image-lock.ts';
import { eachImage } from './image-steps.ts';
import { type ImagesChoice, imagesHere, wantedBy } from './lab-images.ts';
import { sha256Of } from './manifest.ts';
import { pullImage } from './pull-image.ts';

/** What `images pull` is told. */
export interface PullOptions extends ImagesChoice {
  /** Refuse what labctl.lock does not have. */
  readonly locked: boolean;
  /** Write labctl.lock afterwards. */
  readonly lock: boolean;
}

/** What it did. */
export interface PullResult {
  readonly pulled: readonly string[];
  readonly present: readonly string[];
  readonly manifests: readonly string[];
  /** The file that was written. */
  readonly lock: string | undefined;
}

/**
 * Everything that the labs need is here afterwards; what labctl.lock pins comes by its digest. Throws IMAGE_UNAVAILABLE with each
 * image and manifest that could not be had, and why.
 */
export async function pullImages(context: Context, options: PullOptions, view: RunView): Promise<PullResult> {
  const lock = options.locked ? await demandLock(context) : await readLock(context);
  const { images, manifests, mirrors } = await wantedBy(context, options, true);
  const docker = await connectDocker(context.env, context.signal);
  const here = await imagesHere(context, docker, images);
  const absent = images.filter(
    ({ reference }) => !isRight(docker, here.get(reference), lock?.images[reference] ?? options.locked),
  );
  const manifestProblems = manifests.flatMap(({ source, text, problem = '' }) => {
    if (text === undefined) return [problem];
    const difference = options.locked ? manifestDifference(sha256Of(text), lock?.manifests[source]) : undefined;
    return difference === undefined ? [] : [`${source} ${difference}`];
  });
  const wanted = new Map(images.map((image) => [image.reference, image]));
  const names = absent.map(({ reference }) => reference);
  const failures = await eachImage(context, view, 'pullImage', names, async (name, report) => {
    const pinned = lock?.images[name];
    if (options.locked && pinned === undefined) throw new LabError('IMAGE_DIFFERS', 'is not in labctl.lock');
    const { isBuilt = false } = wanted.get(name) ?? {};
    await pullImage(context, docker, { reference: name, isBuilt, mirrors, pinned }, report);
  });
  if (context.signal.aborted) throw new LabError('INTERRUPTED', 'interrupted while pulling images');
  const problems = [...manifestProblems, ...failures.flatMap(({ name, error }) => failureLines(name, error))];
  if (problems.length > 0) {
    const count = failures.length + manifestProblems.length;
    throw new LabError(
      'IMAGE_UNAVAILABLE',
      `${count} of ${images.length + manifests.length} images and manifests are not here`,
      {
        facts: problems,
      },
    );
  }
  const written = options.lock
    ? await writeLock(context, await imagesHere(context, docker, images), manifests)
    : undefined;
  const present = images.filter((image) => !absent.includes(image)).map(({ reference }) => reference);
  return { pulled: names, present, manifests: manifests.map(({ source }) => source), lock: written };
}

/** Whether an image needs no pulling: it is here, for this platform, and as it is pinned (`true`: it should be, and is not). */
function isRight(
  docker: Docker,
  image: Image | undefined,
  pinned: Parameters<typeof imageDifference>[1] | boolean,
): boolean {
  if (image === undefined || image.platform !== docker.daemon.platform || pinned === true) return false;
  return typeof pinned !== 'object' || imageDifference(image, pinned) === undefined;
}

function failureLines(name: string, error: unknown): readonly string[] {
  if (!(error instanceof LabError)) throw error;
  return [`${name}: ${error.message}`, ...error.facts.map((fact) => `  ${fact}`)];
}
