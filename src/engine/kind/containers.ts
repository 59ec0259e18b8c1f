// Owns what Docker says of a lab's containers while a step makes them, and of those that ended when something failed.

import { LabError } from '../../base/errors.ts';
import type { Connect } from '../../host/docker/connect.ts';
import { containersLabelled, inspectContainers, lastLines } from '../../host/docker/containers.ts';
import { dockerEvents } from '../../host/docker/events.ts';
import type { OperationContext } from '../../plan/engine.ts';
import { labelsOf } from './names.ts';

/** Lines of a container's log that are shown. */
const shown = 5;

/** What is worth a word: kind and containerlab say nothing of single containers for half a minute. */
const words: Readonly<Record<string, string>> = { start: 'started', die: 'ended' };

/**
 * Runs a step that makes a lab's nodes or its fabric; each container of it that starts or ends meanwhile is reported. Where a program
 * of the step fails, its error names the containers that ended.
 */
export async function tellingContainers(
  connect: Connect,
  { lab, part }: { readonly lab: string; readonly part: 'cluster' | 'fabric' },
  { signal, report }: OperationContext,
  step: () => Promise<void>,
): Promise<void> {
  const ending = new AbortController();
  const events = await dockerEvents(await connect(), labelsOf(lab)[part], AbortSignal.any([signal, ending.signal]));
  const telling = (async () => {
    for await (const { kind, action, name } of events)
      if (kind === 'container' && words[action] !== undefined) report(`${name} ${words[action]}`);
  })().catch(() => undefined);
  try {
    await step();
  } catch (error) {
    if (!(error instanceof LabError) || error.code !== 'HOST_COMMAND_FAILED') throw error;
    const facts = [...error.facts, ...(await endedContainers(connect, lab))];
    throw new LabError(error.code, error.message, { ...error, facts, cause: error });
  } finally {
    ending.abort();
    // A daemon that goes in the middle of a line says nothing more; the step itself fails of it.
    await telling;
  }
}

/** Containers of a lab that do not run, with the last lines of each one's log: for an error on its way, so nothing where Docker is silent. */
export async function endedContainers(connect: Connect, lab: string): Promise<readonly string[]> {
  const { cluster, fabric } = labelsOf(lab);
  try {
    const docker = await connect();
    const names = [...(await containersLabelled(docker, cluster)), ...(await containersLabelled(docker, fabric))];
    const ended = (await inspectContainers(docker, names)).filter(({ isRunning }) => !isRunning);
    const told = ended.map(async ({ name, exitCode }) => [
      `container ${name} ended with ${exitCode}`,
      ...(await lastLines(docker, name, shown)).map((line) => `${name}: ${line}`),
    ]);
    return (await Promise.all(told)).flat();
  } catch (error) {
    if (error instanceof LabError) return [];
    throw error;
  }
}
