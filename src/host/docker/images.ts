// Owns images on a Docker: which it has, what a registry says of one, and how one gets here and away.

import type { Readable } from 'node:stream';
import { type AskLimit, ask, type Docker, unlessAbsent } from './connect.ts';
import { followProgress } from './progress.ts';
import { parseReference, repositoryOf } from './reference.ts';

/** An image that Docker has. */
export interface Image {
  /** The digest of its configuration (of its manifest, where Docker keeps images in containerd): `sha256:…`. */
  readonly id: string;
  /** The digest under which the registry of this name, or of a mirror, has it; undefined for one that was built or loaded. */
  readonly digest: string | undefined;
  readonly bytes: number;
  /** `linux/amd64` */
  readonly platform: string;
}

/** What a registry says of an image before it is pulled. */
export interface RemoteImage {
  readonly digest: string;
  /** `linux/amd64`, …; empty where the registry does not say. */
  readonly platforms: readonly string[];
}

/** What happens meanwhile, and what ends it. */
export interface Following {
  readonly signal?: AbortSignal | undefined;
  readonly report: (line: string) => void;
}

/** The image of this name; undefined when Docker does not have it. */
export async function findImage(docker: Docker, reference: string, limit: AskLimit = {}): Promise<Image | undefined> {
  const image = docker.api.getImage(reference);
  const found = await unlessAbsent(ask(docker, `image ${reference}`, limit, () => image.inspect()));
  if (found === undefined) return undefined;
  const own = repositoryOf(parseReference(reference));
  const digests = (found.RepoDigests ?? []).map(parseReference);
  const { digest } = digests.find((each) => repositoryOf(each) === own) ?? digests[0] ?? {};
  return { id: found.Id, digest, bytes: found.Size, platform: `${found.Os}/${found.Architecture}` };
}

/** What the registry in `reference` says of it, asked by the daemon: its network and its trust are what counts. */
export async function resolveImage(
  docker: Docker,
  reference: string,
  login: object | undefined,
  limit: AskLimit = {},
): Promise<RemoteImage> {
  const found = await ask(docker, reference, { timeoutMs: 60_000, ...limit }, (abortSignal) =>
    docker.api.getImage(reference).distribution({ ...(login === undefined ? {} : { authconfig: login }), abortSignal }),
  );
  const platforms = (found.Platforms ?? []).map(({ os, architecture }) => `${os}/${architecture}`);
  return { digest: found.Descriptor.digest, platforms: platforms.filter((platform) => !/unknown/.test(platform)) };
}

/** Pulls `repository@digest`; the daemon checks every byte against the digest. Throws with the daemon's own words. */
export async function pullDigest(
  docker: Docker,
  repository: string,
  digest: string,
  login: object | undefined,
  following: Following,
): Promise<void> {
  const options = { fromImage: repository, tag: digest, ...(login === undefined ? {} : { authconfig: login }) };
  const stream = await ask(docker, `${repository}@${digest}`, following, () =>
    docker.api.createImage({ ...options, ...abortable(following) }),
  );
  await followProgress(stream, `pulling ${repository}`, following);
}

/** Gives the image `source` another name. */
export async function tagImage(docker: Docker, source: string, reference: string, limit: AskLimit = {}): Promise<void> {
  const named = parseReference(reference);
  await ask(docker, `naming ${reference}`, limit, (abortSignal) =>
    docker.api.getImage(source).tag({ repo: repositoryOf(named), tag: named.tag ?? 'latest', abortSignal }),
  );
}

/** The images as one tar, as `docker save` writes it. */
export function saveImages(docker: Docker, names: readonly string[], limit: AskLimit = {}): Promise<Readable> {
  return ask(docker, 'saving images', limit, () => docker.api.getImages({ names, ...abortable(limit) }));
}

/** Loads a tar that `docker save` wrote. Throws with the daemon's own words. */
export async function loadImages(docker: Docker, archive: Readable, following: Following): Promise<void> {
  const stream = await ask(docker, 'loading images', following, () =>
    docker.api.loadImage(archive, abortable(following)),
  );
  await followProgress(stream, 'loading images', following);
}

/** The whole stream, not only the question, ends with the signal. */
function abortable({ signal }: AskLimit): { readonly abortSignal?: AbortSignal } {
  return signal === undefined ? {} : { abortSignal: signal };
}
