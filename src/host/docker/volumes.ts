// Owns the end of volumes: an anonymous one outlives its container where that was not removed by `docker rm --volumes`.

import { type AskLimit, ask, type Docker, unlessAbsent } from './connect.ts';

/** Removes a volume; an absent one is no error. Throws HOST_COMMAND_FAILED while a container has it. */
export async function removeVolume(docker: Docker, name: string, limit: AskLimit = {}): Promise<void> {
  await unlessAbsent(
    ask(docker, `removing volume ${name}`, limit, (abortSignal) => docker.api.getVolume(name).remove({ abortSignal })),
  );
}
