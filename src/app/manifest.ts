// Owns getting a manifest's text: the user's file, the network, or labctl's cache of what came from there before.

import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { LabError } from '../base/errors.ts';
import type { Context } from './context.ts';

/**
 * The text of a file, or of an http(s) address. What came from the network is kept: a lab comes up without one. `anew` asks
 * the network again, where there is one. Throws USAGE with the address and the cause.
 */
export async function readManifest(context: Context, source: string, anew = false): Promise<string> {
  const hint = 'give a file with --set engines.kind.manifest=calico.yaml';
  if (!isAddress(source)) {
    return readFile(resolve(context.cwd, source), 'utf8').catch((error: unknown) => {
      throw new LabError('USAGE', `cannot read ${source}: ${(error as Error).message}`, { hint, cause: error });
    });
  }
  const kept = await readFile(placeOf(context, source), 'utf8').catch(() => undefined);
  if (kept !== undefined && !anew) return kept;
  const { download } = await import('../host/download.ts');
  try {
    const text = await download(source, { signal: context.signal, hint });
    await keepManifest(context, source, text);
    return text;
  } catch (error) {
    if (kept === undefined || context.signal.aborted) throw error;
    return kept;
  }
}

/** Keeps the text of an address; a file of the user's stays where it is. A cache that cannot be written costs a download. */
export async function keepManifest(context: Context, source: string, text: string): Promise<void> {
  if (!isAddress(source)) return;
  const path = placeOf(context, source);
  const temporary = `${path}.${randomUUID()}`;
  try {
    await mkdir(join(context.cacheHome, 'manifests'), { recursive: true, mode: 0o700 });
    await writeFile(temporary, text, { mode: 0o600 });
    await rename(temporary, path);
  } catch {
    // as said above
  }
}

/** `sha256:…` of a text's bytes. */
export function sha256Of(text: string): string {
  return `sha256:${createHash('sha256').update(text).digest('hex')}`;
}

function placeOf(context: Context, source: string): string {
  return join(context.cacheHome, 'manifests', `${sha256Of(source).slice(7, 23)}.yaml`);
}

function isAddress(source: string): boolean {
  return /^https?:\/\//.test(source);
}
