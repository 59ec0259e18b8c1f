// Owns what Docker says while it pulls or loads: one JSON value a line, summed up to a line that people read.

import { createInterface } from 'node:readline';
import { LabError } from '../../base/errors.ts';

/** One line of the daemon's (moby, pkg/jsonmessage). */
interface Message {
  readonly status?: string;
  readonly stream?: string;
  readonly id?: string;
  readonly progressDetail?: { readonly current?: number; readonly total?: number };
  readonly error?: string;
}

/** How long the daemon may say nothing: it repeats itself several times a second while it works. */
const silenceMs = 120_000;

/**
 * Follows a stream to its end; `report` gets a line whenever something moved. Throws HOST_COMMAND_FAILED with the daemon's own words
 * when it failed, or when it fell silent for two minutes; INTERRUPTED when `signal` was aborted.
 */
export async function followProgress(
  stream: NodeJS.ReadableStream,
  what: string,
  { signal, report }: { readonly signal?: AbortSignal | undefined; readonly report: (line: string) => void },
): Promise<void> {
  const layers = new Map<string, { readonly current: number; readonly total: number }>();
  const silence = new AbortController();
  let timer = setTimeout(() => silence.abort(), silenceMs);
  const ending = signal === undefined ? silence.signal : AbortSignal.any([signal, silence.signal]);
  const end = (): void => void (stream as NodeJS.ReadableStream & { destroy(): void }).destroy();
  ending.addEventListener('abort', end, { once: true });
  const failures: string[] = [];
  stream.on('error', (error: Error) => failures.push(error.message));
  try {
    for await (const line of createInterface({ input: stream, signal: ending })) {
      timer = timer.refresh();
      const message = readMessage(line);
      if (message.error !== undefined) throw new LabError('HOST_COMMAND_FAILED', message.error);
      const { id = '', status = '', progressDetail: { current = 0, total = 0 } = {} } = message;
      if (total > 0) layers.set(`${status} ${id}`, { current, total });
      report(wordOf(message, layers));
    }
  } catch (error) {
    if (error instanceof LabError) throw error;
    failures.push((error as Error).message);
  } finally {
    clearTimeout(timer);
    ending.removeEventListener('abort', end);
  }
  if (signal?.aborted) throw new LabError('INTERRUPTED', `interrupted: ${what}`);
  if (silence.signal.aborted) failures.unshift(`Docker said nothing for ${silenceMs / 1000} s`);
  const [failure] = failures;
  if (failure !== undefined) throw new LabError('HOST_COMMAND_FAILED', failure);
}

function readMessage(line: string): Message {
  try {
    return JSON.parse(line) as Message;
  } catch {
    return { status: line };
  }
}

/** `Downloading 12 of 45 MB`: all layers in that state together. */
function wordOf(
  { status = '', stream = '', progressDetail }: Message,
  layers: ReadonlyMap<string, { readonly current: number; readonly total: number }>,
): string {
  if (!progressDetail?.total) return (status || stream).trim();
  let [current, total] = [0, 0];
  for (const [key, layer] of layers) {
    if (!key.startsWith(`${status} `)) continue;
    current += layer.current;
    total += layer.total;
  }
  return `${status} ${megabytes(current)} of ${megabytes(total)} MB`;
}

function megabytes(bytes: number): string {
  return (bytes / 1_000_000).toFixed(bytes < 9_500_000 ? 1 : 0);
}
