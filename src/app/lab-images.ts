// Owns what labs on kind are made of: every image and manifest, each with the labs that need it, and what this Docker has.

import { LabError } from '../base/errors.ts';
import type { Docker } from '../host/docker/connect.ts';
import type { Image } from '../host/docker/images.ts';
import type { Context } from './context.ts';
import type { LoadedDesign } from './work-out.ts';

/** An image that labs need. */
export interface WantedImage {
  readonly reference: string;
  /** What it is for: `node`, `router`, `switch`, `pod`, `calico`. */
  readonly roles: readonly string[];
  readonly labs: readonly string[];
  /** Nobody publishes it. */
  readonly isBuilt: boolean;
}

/** A manifest that labs need; `text` is undefined where it could not be got, and `problem` says why. */
export interface WantedManifest {
  readonly source: string;
  readonly labs: readonly string[];
  readonly text: string | undefined;
  readonly problem: string | undefined;
}

/** All that some labs need. */
export interface Wanted {
  readonly images: readonly WantedImage[];
  readonly manifests: readonly WantedManifest[];
  /** Registry to its mirrors, of all the labs together. */
  readonly mirrors: Readonly<Record<string, readonly string[]>>;
}

/** Which labs, and how they are changed. */
export interface ImagesChoice {
  readonly labs: readonly string[];
  readonly set: readonly string[];
}

/** A lab and what the user calls it. */
export interface NamedLab {
  readonly reference: string;
  readonly loaded: LoadedDesign;
}

/** What labs on kind are made of. `anew` asks the network for manifests that came from it before. Throws LAB_NOT_FOUND and LAB_INVALID. */
export async function wantedBy(context: Context, { labs, set }: ImagesChoice, anew = false): Promise<Wanted> {
  const { chooseLabs } = await import('./choose-labs.ts');
  const { loadLab } = await import('./load-lab.ts');
  const named: NamedLab[] = [];
  for (const reference of await chooseLabs(context, { patterns: labs, all: false }))
    named.push({ reference, loaded: await loadLab(context, reference, set) });
  return wantedOf(context, named, anew);
}

/** What these labs are made of. */
export async function wantedOf(context: Context, labs: readonly NamedLab[], anew = false): Promise<Wanted> {
  const { kindArtifacts } = await import('./kind-artifacts.ts');
  const { kindClusterOf } = await import('../design/kind-cluster.ts');
  const { kindImages } = await import('../artifact/kind-images.ts');
  const { manifestSource } = await import('../artifact/manifest-source.ts');
  const images = new Map<string, WantedImage>();
  const manifests = new Map<string, WantedManifest>();
  const mirrors = new Map<string, readonly string[]>();
  for (const { reference, loaded } of labs) {
    const cluster = kindClusterOf(loaded.lab);
    const source = manifestSource(loaded.design.version, cluster);
    const got = manifests.get(source) ?? { source, labs: [], ...(await gotManifest(context, source, anew)) };
    manifests.set(source, { ...got, labs: [...got.labs, reference] });
    const edited =
      got.text === undefined ? undefined : (await kindArtifacts(context, loaded)).artifacts.get('calico.yaml');
    for (const image of kindImages(loaded.design, cluster, edited)) {
      const before = images.get(image.reference);
      images.set(image.reference, {
        ...image,
        roles: [...new Set([...(before?.roles ?? []), ...image.roles])],
        labs: [...(before?.labs ?? []), reference],
      });
    }
    for (const [registry, list] of Object.entries(cluster.mirrors))
      mirrors.set(registry, [...new Set([...(mirrors.get(registry) ?? []), ...list])]);
  }
  return { images: [...images.values()], manifests: [...manifests.values()], mirrors: Object.fromEntries(mirrors) };
}

async function gotManifest(
  context: Context,
  source: string,
  anew: boolean,
): Promise<Pick<WantedManifest, 'text' | 'problem'>> {
  const { readManifest } = await import('./manifest.ts');
  return readManifest(context, source, anew).then(
    (text) => ({ text, problem: undefined }),
    (error: unknown) => {
      if (!(error instanceof LabError)) throw error;
      return { text: undefined, problem: error.message };
    },
  );
}

/** What Docker has of these images, by reference; absent ones are left out. */
export async function imagesHere(
  context: Context,
  docker: Docker,
  images: readonly WantedImage[],
): Promise<ReadonlyMap<string, Image>> {
  const { findImage } = await import('../host/docker/images.ts');
  const found = await Promise.all(
    images.map(async ({ reference }) => {
      const image = await findImage(docker, reference, { signal: context.signal });
      return image === undefined ? [] : ([[reference, image]] as const);
    }),
  );
  return new Map(found.flat());
}
