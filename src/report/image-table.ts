// Owns the table of images and manifests that labs on kind are made of. Pure.

import { textTable } from './text-table.ts';

/** What the table needs to know of an image. */
export interface TabledImage {
  readonly reference: string;
  readonly roles: readonly string[];
  readonly isHere: boolean | undefined;
  readonly bytes: number | undefined;
  readonly digest: string | undefined;
  readonly id: string | undefined;
}

/** What the table needs to know of a manifest. */
export interface TabledManifest {
  readonly source: string;
  readonly bytes: number | undefined;
  readonly sha256: string | undefined;
}

/** Images, then manifests; a digest that only an image's own content has is marked `id`. */
export function imageTable(list: {
  readonly images: readonly TabledImage[];
  readonly manifests: readonly TabledManifest[];
}): string {
  const images = list.images.map(({ reference, roles, isHere, bytes, digest, id }) => [
    reference,
    roles.join(', '),
    isHere === undefined ? '?' : isHere ? 'yes' : 'no',
    megabytes(bytes),
    digest ?? (id === undefined ? '-' : `id ${id}`),
  ]);
  const manifests = list.manifests.map(({ source, bytes, sha256 }) => [
    source,
    'manifest',
    sha256 === undefined ? 'no' : 'yes',
    megabytes(bytes),
    sha256 ?? '-',
  ]);
  return textTable(['NAME', 'FOR', 'HERE', 'SIZE', 'DIGEST'], [...images, ...manifests]);
}

/** `12.3 MB` as registries count, `-` for what is not known. */
export function megabytes(bytes: number | undefined): string {
  return bytes === undefined ? '-' : `${(bytes / 1_000_000).toFixed(1)} MB`;
}
