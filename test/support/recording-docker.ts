// Owns the seam for daemons that cannot run here: answers by method and path on a real socket, and a failure for any other question.

import { createServer } from 'node:http';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { scratchFolder } from './scratch.ts';

/** What the daemon says to one question: `body` as JSON, text as it is. */
export interface DaemonAnswer {
  readonly status?: number;
  readonly body?: unknown;
}

/** A daemon that answers from a table. */
export interface RecordingDocker {
  readonly env: { readonly DOCKER_HOST: string };
  /** All that was asked, in order: `GET /containers/json?all=true`. */
  readonly asked: readonly string[];
  /** What was sent with a question last, as JSON. */
  body(question: string): unknown;
  /** Answers that nobody asked for. */
  unused(): readonly string[];
}

const closing: (() => void)[] = [];
afterAll(() => {
  for (const close of closing.splice(0)) close();
});

/** What any daemon of 20.10 says of itself. */
const itself: Readonly<Record<string, DaemonAnswer>> = {
  'GET /version': { body: { Version: '20.10.24', ApiVersion: '1.41', Os: 'linux', Arch: 'amd64' } },
  'GET /info': { body: { CgroupVersion: '2', DockerRootDir: '/var/lib/docker' } },
};

/** What a daemon answers; a list of answers is given one after the other, the last for ever. */
export type DaemonAnswers = Readonly<Record<string, DaemonAnswer | readonly DaemonAnswer[]>>;

/** What the API says of something that is not there. */
export const absent: DaemonAnswer = { status: 404, body: { message: 'no such thing' } };

/** A daemon that answers by method and path; the query counts where the table has one. */
export async function recordingDocker(answers: DaemonAnswers): Promise<RecordingDocker> {
  const asked: string[] = [];
  const bodies = new Map<string, string>();
  const used = new Map<string, number>();
  const table = { ...itself, ...answers };
  const server = createServer((request, response) => {
    const line = `${request.method} ${decodeURIComponent(request.url ?? '')}`;
    const key = [line, line.replace(/\?.*$/, '')].find((each) => Object.hasOwn(table, each));
    asked.push(line);
    const unexpected = { status: 501, body: { message: `unexpected question: ${line}` } };
    const times = used.get(key ?? '') ?? 0;
    used.set(key ?? '', times + 1);
    const given: DaemonAnswer | readonly DaemonAnswer[] = table[key ?? ''] ?? unexpected;
    const { status = 200, body = {} } = Array.isArray(given) ? given[Math.min(times, given.length - 1)] : given;
    const sent: Buffer[] = [];
    request
      .on('data', (part: Buffer) => sent.push(part))
      .on('end', () => {
        if (key !== undefined) bodies.set(key, Buffer.concat(sent).toString());
        response.statusCode = status;
        response.end(typeof body === 'string' ? body : JSON.stringify(body));
      });
  });
  const socket = join(scratchFolder('labctl-recording-docker-'), 'docker.sock');
  await new Promise<void>((resolve) => server.listen(socket, resolve));
  closing.push(() => server.close());
  return {
    env: { DOCKER_HOST: `unix://${socket}` },
    asked,
    body: (question) => JSON.parse(bodies.get(question) ?? 'null'),
    unused: () => Object.keys(answers).filter((key) => !used.has(key)),
  };
}
