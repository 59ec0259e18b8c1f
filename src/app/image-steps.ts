// Owns how work on images is shown while it happens: one operation an image, as in a run of `up`.

import type { Operation } from '../plan/plan.ts';
import type { Context, RunView } from './context.ts';

/** How many images are worked on at one time: Docker itself takes three layers of each. */
const width = 3;

/** What went wrong with one image. */
export interface ImageFailure {
  readonly name: string;
  readonly error: unknown;
}

/**
 * Does `work` for every name, some at one time, and shows it. All are tried: what failed is returned, in the order of the names.
 * After an interrupt nothing more is begun.
 */
export async function eachImage(
  { signal }: Context,
  view: RunView,
  verb: string,
  names: readonly string[],
  work: (name: string, report: (line: string) => void) => Promise<void>,
): Promise<readonly ImageFailure[]> {
  const operations = names.map(
    (name, index): Operation => ({
      id: index + 1,
      verb,
      resource: name,
      cause: 'not here',
      needs: [],
      phase: 'images',
      input: null,
    }),
  );
  view.begin({ lab: '', engine: 'kind', operations });
  const failures = new Map<string, unknown>();
  const waiting = [...operations];
  const worker = async (): Promise<void> => {
    for (let operation = waiting.shift(); operation !== undefined && !signal.aborted; operation = waiting.shift()) {
      const { resource } = operation;
      const current = operation;
      const started = performance.now();
      view.event({ kind: 'start', operation });
      try {
        await work(resource, (line) =>
          view.event({ kind: 'progress', operation: current, line: `${resource}: ${line}` }),
        );
        view.event({ kind: 'done', operation, ms: performance.now() - started });
      } catch (error) {
        failures.set(resource, error);
        view.event({ kind: 'failed', operation, error });
      }
    }
  };
  await Promise.all(Array.from({ length: width }, worker));
  return names.flatMap((name) => (failures.has(name) ? [{ name, error: failures.get(name) }] : []));
}
