// Owns running a program in a container through Docker, where its input is a stream that no argument list and no pid can carry.

import { PassThrough, type Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { LabError } from '../../base/errors.ts';
import { ask, type Docker } from './connect.ts';
import type { Following } from './images.ts';

/** Lines of a program that failed which its error shows. */
const shown = 10;

/**
 * Runs a program on a stream, to its end; `report` gets each line it says. Throws HOST_COMMAND_FAILED with its last lines when it
 * fails, INTERRUPTED when `signal` was aborted.
 */
export async function runInContainer(
  docker: Docker,
  name: string,
  argv: readonly string[],
  input: Readable,
  following: Following,
): Promise<void> {
  const { signal } = following;
  const what = `${argv[0]} in ${name}`;
  const attached = { AttachStdin: true, AttachStdout: true, AttachStderr: true };
  const exec = await ask(docker, what, { signal }, (abortSignal) =>
    docker.api.getContainer(name).exec({ Cmd: [...argv], ...attached, abortSignal }),
  );
  const stream = await ask(docker, what, { signal }, () => exec.start({ hijack: true, stdin: true }));
  const [output, lines] = [new PassThrough(), [] as string[]];
  docker.api.modem.demuxStream(stream, output, output);
  const ended = new Promise((resolve) => stream.once('close', resolve));
  output.setEncoding('utf8').on('data', (text: string) => {
    for (const line of text.split('\n').filter(Boolean)) following.report(lines[lines.push(line) - 1] ?? '');
  });
  // A program that ends before its input does closes the stream: its exit status says why.
  await pipeline(input, stream, { ...(signal === undefined ? {} : { signal }) }).catch(() => stream.destroy());
  await ended;
  if (signal?.aborted) throw new LabError('INTERRUPTED', `interrupted: ${what}`);
  const { ExitCode } = await ask(docker, what, { signal }, (abortSignal) => exec.inspect({ abortSignal }));
  if (ExitCode !== 0)
    throw new LabError('HOST_COMMAND_FAILED', `${what} exited with ${ExitCode}`, { facts: lines.slice(-shown) });
}
