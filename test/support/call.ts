// Owns calling labctl's command line inside a test: a context without a terminal, streams that are kept.

import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import type { Context } from '../../src/app/context.ts';
import { run } from '../../src/cli/run.ts';
import { root } from './catalogue-lab.ts';
import { scratchFolder } from './scratch.ts';

/** What a call gave. */
export interface Called {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A context of the catalogue's labs with a state folder of its own; nothing of the tester's environment. */
export function testContext(more: Partial<Context> = {}): Context {
  const folder = scratchFolder('labctl-cli-');
  return {
    env: { PATH: '/usr/bin:/bin' },
    cwd: root,
    uid: 1000,
    packageRoot: root,
    version: '0.0.0-test',
    stateHome: join(folder, 'state'),
    cacheHome: join(folder, 'cache'),
    signal: new AbortController().signal,
    startedAt: 0,
    ifLeft: () => {},
    isStdinTty: false,
    isStdoutTty: false,
    isStderrTty: false,
    readStdin: async () => '',
    ...more,
  };
}

/** Streams that keep what is written. */
export function keptStreams(): {
  readonly stdout: PassThrough;
  readonly stderr: PassThrough;
  texts(): { stdout: string; stderr: string };
} {
  const stdout = new PassThrough();
  const stderr = new PassThrough();
  const text = (stream: PassThrough) => ((stream.read() as Buffer | null) ?? '').toString();
  return { stdout, stderr, texts: () => ({ stdout: text(stdout), stderr: text(stderr) }) };
}

/** Runs `labctl argv…` in this process. */
export async function call(argv: readonly string[], more: Partial<Context> = {}): Promise<Called> {
  const { stdout, stderr, texts } = keptStreams();
  const exitCode = await run(argv, testContext(more), { stdout, stderr });
  return { exitCode, ...texts() };
}
