// Owns getting one image here: which of its sources has it, for this machine, byte for byte as its digest says.

import { LabError } from '../base/errors.ts';
import type { Docker } from '../host/docker/connect.ts';
import { findImage, pullDigest, resolveImage, tagImage } from '../host/docker/images.ts';
import { loginFor } from '../host/docker/login.ts';
import { type ImageReference, parseReference, repositoryOf } from '../host/docker/reference.ts';
import { registryFault } from '../host/docker/registry-fault.ts';
import type { Context } from './context.ts';
import type { PinnedImage } from './image-lock.ts';

/** One image to be had. */
export interface ImageRequest {
  readonly reference: string;
  /** Nobody publishes it. */
  readonly isBuilt: boolean;
  /** Registry to its mirrors. */
  readonly mirrors: Readonly<Record<string, readonly string[]>>;
  /** As labctl.lock has it. */
  readonly pinned: PinnedImage | undefined;
}

/**
 * Pulls an image from the first of its sources that has it (mirrors, then its own registry), by digest, and gives it its own name.
 * Throws IMAGE_UNAVAILABLE with every source and why it did not serve.
 */
export async function pullImage(
  context: Context,
  docker: Docker,
  { reference, isBuilt, mirrors, pinned }: ImageRequest,
  report: (line: string) => void,
): Promise<void> {
  if (isBuilt) {
    throw new LabError('IMAGE_UNAVAILABLE', 'nobody publishes an image of VyOS', {
      facts: [...waysToVyos],
    });
  }
  if (pinned !== undefined && pinned.digest === undefined)
    throw new LabError('IMAGE_UNAVAILABLE', `labctl.lock has it as built (${pinned.id}), so no registry has it`, {
      facts: ['labctl images load on this machine'],
    });
  const image = parseReference(reference);
  const sources = sourcesOf(image, mirrors);
  const refused: string[] = [];
  for (const source of sources) {
    try {
      await pullFrom(context, docker, source, { image, reference, digest: pinned?.digest ?? image.digest }, report);
      return;
    } catch (error) {
      if (!(error instanceof LabError) || error.code === 'INTERRUPTED' || error.code === 'ENGINE_MISSING') throw error;
      const { why, way } = registryFault(error.message);
      refused.push(`${source}: ${why}${way === undefined ? '' : `; ${way}`}`);
    }
  }
  const [first = '', ...others] = refused;
  if (others.length === 0) throw new LabError('IMAGE_UNAVAILABLE', first.slice(first.indexOf(': ') + 2));
  throw new LabError('IMAGE_UNAVAILABLE', `none of its ${sources.length} sources has it`, { facts: refused });
}

/** What to do without an image of VyOS. */
export const waysToVyos = [
  'build it: labctl render <lab> --for kind writes how into README.md; or name yours: --set engines.kind.images.router=…',
  'or --router frr, which needs none',
] as const;

/** Repositories to ask, the image's own last. A name that is a digest can have no other name, so mirrors are no use to it. */
function sourcesOf(image: ImageReference, mirrors: ImageRequest['mirrors']): readonly string[] {
  const others = image.tag === undefined ? [] : (mirrors[image.registry] ?? []);
  return [...others.map((mirror) => `${mirror.replace(/^https?:\/\//, '')}/${image.repository}`), repositoryOf(image)];
}

interface Target {
  readonly image: ImageReference;
  readonly reference: string;
  /** The digest that it must have; undefined: what the tag stands for now. */
  readonly digest: string | undefined;
}

async function pullFrom(
  context: Context,
  docker: Docker,
  source: string,
  { image, reference, digest: wanted }: Target,
  report: (line: string) => void,
): Promise<void> {
  const { signal } = context;
  const login = await loginFor(parseReference(source).registry, context.env);
  const asked = wanted === undefined ? `${source}:${image.tag}` : `${source}@${wanted}`;
  report(`asking ${source}`);
  const { digest, platforms } = await resolveImage(docker, asked, login, { signal });
  const { platform } = docker.daemon;
  if (platforms.length > 0 && !platforms.includes(platform))
    throw wrongPlatform(`it has ${platforms.join(', ')}, and none for ${platform}`);
  await pullDigest(docker, source, wanted ?? digest, login, { signal, report });
  const pulled = await findImage(docker, `${source}@${wanted ?? digest}`, { signal });
  if (pulled?.platform !== platform)
    throw wrongPlatform(`it is for ${pulled?.platform ?? 'nothing'}, and this Docker runs ${platform}`);
  if (image.tag !== undefined) await tagImage(docker, `${source}@${wanted ?? digest}`, reference, { signal });
}

function wrongPlatform(what: string): LabError {
  return new LabError('IMAGE_UNAVAILABLE', `${what}; name another with --set engines.kind.images.…`);
}
