// Owns the story of `collect`: everything that tells what a running lab is and does, in one archive without secrets.

import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { LabError } from '../base/errors.ts';
import {
  capturesPart,
  clusterPart,
  configurationsPart,
  labPart,
  logsPart,
  type Part,
  reportsPart,
  tablesPart,
  versionsPart,
} from './collect-parts.ts';
import type { Context } from './context.ts';
import { attempt } from './render.ts';
import { openRunning, type Running } from './running.ts';

/** What `labctl collect` is told. */
export interface CollectOptions {
  readonly lab?: string | undefined;
  /** `labctl-<lab>.tar.gz` in the current folder when left out. */
  readonly out?: string | undefined;
  /** Replace a file that is there. */
  readonly force: boolean;
}

/** What was written. */
export interface CollectResult {
  readonly lab: string;
  /** Absolute. */
  readonly archive: string;
  readonly bytes: number;
  /** Names inside the archive. */
  readonly files: readonly string[];
  /** Parts that could not be had, and why. */
  readonly notes: readonly string[];
}

/**
 * Gathers the resolved lab, versions, configurations, every machine's tables, the logs, what Kubernetes and Docker say on kind, status
 * and verdict, and a capture of a ping between the first and the last pod. What cannot be had is noted, not fatal. Throws USAGE when the archive is there already.
 */
export async function collect(context: Context, options: CollectOptions): Promise<CollectResult> {
  const running = await openRunning(context, { lab: options.lab });
  const { name } = running;
  const archive = resolve(context.cwd, options.out ?? `labctl-${name}.tar.gz`);
  const notes: string[] = [];
  const parts: readonly (readonly [string, () => Promise<Part>])[] = [
    ['the lab', () => labPart(running)],
    ['versions', () => versionsPart(context, running)],
    ['configurations', () => configurationsPart(context, running)],
    ['tables', () => tablesPart(running, context.signal)],
    ['logs', () => logsPart(running)],
    ['Kubernetes and Docker', () => clusterPart(context, running)],
    ['reports', () => reportsPart(context, name)],
    ['captures', () => capturesPart(context, running)],
  ];
  const files = new Map<string, string | Uint8Array>();
  for (const [what, gather] of parts) {
    try {
      for (const [file, content] of await gather()) files.set(file, content);
    } catch (error) {
      if (context.signal.aborted) throw error;
      notes.push(`${what}: ${(error as Error).message}`);
    }
  }
  if (notes.length > 0) files.set('missing.txt', `${notes.join('\n')}\n`);
  const { tarGz } = await import('../host/archive.ts');
  const bytes = tarGz(`labctl-${name}`, await withoutSecretsIn(files, running));
  await attempt(archive, () => writeNew(archive, bytes, options.force));
  return { lab: name, archive, bytes: bytes.length, files: [...files.keys()], notes };
}

async function writeNew(archive: string, bytes: Uint8Array, force: boolean): Promise<void> {
  try {
    await writeFile(archive, bytes, { mode: 0o600, flag: force ? 'w' : 'wx' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    throw new LabError('USAGE', `${archive} is there already`, { hint: 'give --force to replace it, or --out' });
  }
}

/** Passwords that the lab's files name go by their value, all others by where they stand. A capture has none: TCP MD5 sends no key. */
async function withoutSecretsIn(files: Part, { design }: Running): Promise<ReadonlyMap<string, Uint8Array>> {
  const { withoutSecrets } = await import('../report/without-secrets.ts');
  const { readSecretFile } = await import('../host/secret-file.ts');
  const read = Object.values(design.secrets).map((path) => readSecretFile(path).catch(() => ''));
  const known = await Promise.all(read);
  const encoder = new TextEncoder();
  return new Map(
    [...files].map(([name, content]) => [
      name,
      typeof content === 'string' ? encoder.encode(withoutSecrets(content, known)) : content,
    ]),
  );
}
