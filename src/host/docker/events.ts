// Owns what Docker tells while it happens: containers of a lab that start, die, are paused or removed.

import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { ask, type Docker } from './connect.ts';

/** One thing that happened. */
export interface DockerEvent {
  /** `container`, `network`, `volume`, `image`. */
  readonly kind: string;
  /** `create`, `start`, `die`, `pause`, `destroy`, `connect` … */
  readonly action: string;
  readonly name: string;
  /** Nanoseconds since 1970. */
  readonly time: bigint;
}

interface Told {
  readonly Type?: string;
  readonly Action?: string;
  readonly Actor?: { readonly ID?: string; readonly Attributes?: Readonly<Record<string, string>> };
  readonly timeNano?: number;
}

/** What happens to things that carry a label, from the call on until `signal` is aborted or the daemon goes. */
export async function dockerEvents(
  docker: Docker,
  label: string,
  signal: AbortSignal,
): Promise<AsyncIterable<DockerEvent>> {
  // The daemon answers before it listens itself: `since` has it tell what happened in between.
  const since = Date.now() / 1000;
  // Only asking has a time limit: the stream itself goes on.
  const stream = (await ask(docker, 'events', { signal }, () =>
    docker.api.getEvents({ since, filters: { label: [label] }, abortSignal: signal }),
  )) as Readable;
  return eventsOf(stream, signal);
}

async function* eventsOf(stream: Readable, signal: AbortSignal): AsyncGenerator<DockerEvent> {
  stream.on('error', () => undefined); // an end by `signal` or by the daemon's own end is an end
  const lines = createInterface({ input: stream, signal });
  for await (const line of lines) {
    const told = JSON.parse(line) as Told;
    const { name, ID = '' } = { name: told.Actor?.Attributes?.['name'], ...told.Actor };
    yield {
      kind: told.Type ?? '',
      action: told.Action ?? '',
      name: name ?? ID,
      time: BigInt(Math.round(told.timeNano ?? 0)),
    };
  }
}
