// Owns the archive of images: what `docker save` wrote, with labctl's own files and a list of checksums behind it.

import { createHash, type Hash, randomUUID } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { extract, type Headers, pack } from 'tar-stream';
import { LabError } from '../base/errors.ts';

/** labctl's own files stand below this folder; `docker load` passes over them, so the archive is also one for it. */
const own = 'labctl/';
const indexName = `${own}index.json`;

/** Longest of labctl's own files that is read. */
const maxOwnBytes = 64 * 1024 * 1024;

/** What was found in an archive. */
export interface ImageArchive {
  /** The index that was written, as data; undefined where the archive has none. */
  readonly index: unknown;
  /** labctl's other files, by the name they were given. */
  readonly texts: ReadonlyMap<string, string>;
  /** What is not as the checksums say, one line each. */
  readonly problems: readonly string[];
}

/**
 * Writes an archive: the entries of `images`, then `texts`, then `index` with the checksum of every file before it. The file has its name
 * when it is whole, or is not there. Throws STATE_UNWRITABLE.
 */
export async function writeArchive(
  path: string,
  images: Readable,
  texts: ReadonlyMap<string, string>,
  index: object,
  signal?: AbortSignal,
): Promise<void> {
  const temporary = `${path}.${randomUUID()}`;
  const entries = async function* (): AsyncGenerator<Buffer> {
    const archive = pack();
    const filled = fillArchive(archive, images, texts, index).catch((error: Error) => archive.destroy(error));
    yield* archive as unknown as AsyncIterable<Buffer>;
    await filled;
  };
  try {
    await pipeline(Readable.from(entries()), createWriteStream(temporary, { mode: 0o644 }), { signal });
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    if (error instanceof LabError) throw error;
    if (signal?.aborted) throw new LabError('INTERRUPTED', `interrupted while writing ${path}`);
    throw new LabError('STATE_UNWRITABLE', `cannot write ${path}: ${(error as Error).message}`, { cause: error });
  }
}

async function fillArchive(
  archive: ReturnType<typeof pack>,
  images: Readable,
  texts: ReadonlyMap<string, string>,
  index: object,
): Promise<void> {
  const checksums: Record<string, string> = {};
  const source = extract();
  const fed = pipeline(images, source);
  for await (const entry of source) {
    const header: Headers = entry.header;
    const hash = createHash('sha256');
    await pipeline(entry, hashing(hash), archive.entry(header));
    if (header.type === 'file') checksums[header.name] = `sha256:${hash.digest('hex')}`;
  }
  await fed;
  for (const [name, text] of texts) {
    archive.entry({ name: `${own}${name}` }, text);
    checksums[`${own}${name}`] = `sha256:${createHash('sha256').update(text).digest('hex')}`;
  }
  archive.entry({ name: indexName }, `${JSON.stringify({ ...index, files: checksums }, undefined, 2)}\n`);
  archive.finalize();
}

/** Passes data on and counts it in. */
function hashing(hash: Hash): (source: AsyncIterable<Buffer>) => AsyncGenerator<Buffer> {
  return async function* (source) {
    for await (const chunk of source) {
      hash.update(chunk);
      yield chunk;
    }
  };
}

/** Reads a whole archive and checks every file of it. Throws USAGE for a file that cannot be read or is no tar. */
export async function readArchive(path: string, signal?: AbortSignal): Promise<ImageArchive> {
  const found = new Map<string, string>();
  const texts = new Map<string, string>();
  const source = extract();
  try {
    const fed = pipeline(createReadStream(path), source, { signal });
    fed.catch(() => undefined); // told by the loop, or below
    for await (const entry of source) {
      const { name, size = 0, type } = entry.header as Headers;
      const hash = createHash('sha256');
      const kept: Buffer[] = [];
      for await (const chunk of entry as AsyncIterable<Buffer>) {
        hash.update(chunk);
        if (name.startsWith(own) && size <= maxOwnBytes) kept.push(chunk);
      }
      if (type !== 'file') continue;
      found.set(name, `sha256:${hash.digest('hex')}`);
      if (name.startsWith(own)) texts.set(name.slice(own.length), Buffer.concat(kept).toString('utf8'));
    }
    await fed;
  } catch (error) {
    if (signal?.aborted) throw new LabError('INTERRUPTED', `interrupted while reading ${path}`);
    throw new LabError('USAGE', `cannot read ${path}: ${(error as Error).message}`, {
      hint: 'an archive is written by labctl images save',
      exitCode: 1,
      cause: error,
    });
  }
  const text = texts.get('index.json');
  texts.delete('index.json');
  found.delete(indexName);
  if (text === undefined)
    return { index: undefined, texts, problems: ['it has no index: it is torn, or not of labctl images save'] };
  const index = readIndex(text);
  return { index, texts, problems: problemsOf(index, found) };
}

function readIndex(text: string): { readonly files?: unknown } {
  try {
    return JSON.parse(text) as object;
  } catch {
    return {};
  }
}

function problemsOf({ files }: { readonly files?: unknown }, found: ReadonlyMap<string, string>): readonly string[] {
  if (typeof files !== 'object' || files === null) return ['its index cannot be read'];
  const told = new Map(Object.entries(files as Readonly<Record<string, unknown>>));
  const problems = [...told].flatMap(([name, checksum]) => {
    const seen = found.get(name);
    if (seen === undefined) return [`${name} is missing`];
    return seen === checksum ? [] : [`${name} is ${seen}; its checksum is ${String(checksum)}`];
  });
  for (const name of found.keys()) if (!told.has(name)) problems.push(`${name} has no checksum`);
  return problems;
}
