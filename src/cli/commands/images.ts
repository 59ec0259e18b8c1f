// Owns the commands under `images`: flags to one call each, and what is said of it.

import { pullImages } from '../../app/pull-images.ts';
import { loadImages, openArchive, saveImages } from '../../app/save-images.ts';
import { listImages, verifyImages } from '../../app/verify-images.ts';
import { LabError } from '../../base/errors.ts';
import { imageTable, megabytes } from '../../report/image-table.ts';
import { type Call, print, say, withView } from '../call.ts';
import { settingsOf } from '../flag-values.ts';

/** Flags that change the labs. */
export interface LabsFlags {
  readonly set?: readonly string[];
  readonly router?: string;
}

/** Flags of `images save`. */
export interface SaveFlags extends LabsFlags {
  readonly locked?: boolean;
  readonly out: string;
}

/** Flags of `images pull` and `images verify`. */
export interface PullFlags extends LabsFlags {
  readonly locked?: boolean;
  readonly lock?: boolean;
  readonly archive?: string;
}

/** `labctl images list <labs...>` */
export async function listImagesCommand(call: Call, labs: readonly string[], flags: LabsFlags): Promise<number> {
  const list = await listImages(call.context, { labs, set: settingsOf(flags) });
  print(call, 'ImageList', list, () => imageTable(list));
  for (const note of list.notes) say(call, `note: ${note}`);
  return 0;
}

/** `labctl images pull <labs...>` */
export async function pullImagesCommand(call: Call, labs: readonly string[], flags: PullFlags): Promise<number> {
  const { locked = false, lock = false } = flags;
  const options = { labs, set: settingsOf(flags), locked, lock };
  const result = await withView(call, (view) => pullImages(call.context, options, view));
  const { pulled, present, manifests } = result;
  print(call, 'PullResult', result, () =>
    [
      `${pulled.length} images pulled, ${present.length} were here, ${manifests.length} manifests`,
      ...(result.lock === undefined ? [] : [`${result.lock} written`]),
      '',
    ].join('\n'),
  );
  return 0;
}

/** `labctl images save <labs...>` */
export async function saveImagesCommand(call: Call, labs: readonly string[], flags: SaveFlags): Promise<number> {
  const options = { labs, set: settingsOf(flags), locked: flags.locked ?? false, out: flags.out };
  const saved = await withView(call, (view) => saveImages(call.context, options, view));
  const { images, manifests, file, bytes } = saved;
  print(
    call,
    'ImageArchive',
    saved,
    `${file}: ${images.length} images, ${manifests.length} manifests, ${megabytes(bytes)}\n`,
  );
  return 0;
}

/** `labctl images load <file>` */
export async function loadImagesCommand(call: Call, [file = '']: readonly string[]): Promise<number> {
  const loaded = await withView(call, (view) => loadImages(call.context, file, view));
  const { images, manifests, labs } = loaded;
  print(
    call,
    'ImageArchive',
    loaded,
    () => `${images.length} images and ${manifests.length} manifests are here now, for ${labs.join(', ')}\n`,
  );
  return 0;
}

/** `labctl images verify [labs...]` */
export async function verifyImagesCommand(call: Call, labs: readonly string[], flags: PullFlags): Promise<number> {
  if (flags.archive !== undefined) {
    const { contents } = await openArchive(call.context, flags.archive);
    print(
      call,
      'ImageArchive',
      contents,
      () => `${flags.archive} is whole: ${contents.images.length} images, ${contents.manifests.length} manifests\n`,
    );
    return 0;
  }
  if (labs.length === 0)
    throw new LabError('USAGE', 'labctl images verify needs labs, or a file', {
      hint: 'labctl images verify bgp-rr, or --archive labctl-images.tar',
    });
  const verified = await verifyImages(call.context, { labs, set: settingsOf(flags), locked: flags.locked ?? false });
  const { images, manifests, isLocked } = verified;
  print(
    call,
    'VerifiedImages',
    verified,
    () => `${images} images and ${manifests} manifests are here${isLocked ? ', as labctl.lock pins them' : ''}\n`,
  );
  return 0;
}
