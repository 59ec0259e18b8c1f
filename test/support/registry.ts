// Owns the start of the test registry where a test's dockerd reaches it, as 127.0.0.1:5000, and the list of what it was asked.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { busyboxRootfs, type TestDocker } from './dockerd.ts';
import { scratchFolder } from './scratch.ts';

/** A registry that runs. */
export interface TestRegistry {
  /** `127.0.0.1:5000` for the daemon it was started beside. */
  readonly host: string;
  /** Since the last call: `GET /v2/lab/pod/manifests/1`. */
  asked(): readonly string[];
  stop(): void;
}

/** Starts a registry; what its names mean stands in registry-server.ts. */
export async function startRegistry({ enter }: Pick<TestDocker, 'enter'>): Promise<TestRegistry> {
  const folder = scratchFolder('labctl-registry-');
  const [rootfs, log] = [join(folder, 'rootfs.tar'), join(folder, 'log')];
  await pipeline(busyboxRootfs(), createWriteStream(rootfs));
  writeFileSync(log, '');
  const server = join(import.meta.dirname, 'registry-server.ts');
  const [program = '', ...argv] = enter([process.execPath, '--import', 'tsx', server, rootfs, log]);
  const child = spawn(program, argv, { cwd: join(import.meta.dirname, '../..'), stdio: ['ignore', 'pipe', 'inherit'] });
  const ready = await Promise.race([once(child.stdout, 'data'), once(child, 'exit').then(() => undefined)]);
  if (ready === undefined) throw new Error('the registry does not start: its words stand above');
  let read = 0;
  return {
    host: '127.0.0.1:5000',
    asked: () => {
      const lines = readFileSync(log, 'utf8').split('\n').slice(0, -1);
      const fresh = lines.slice(read);
      read = lines.length;
      return fresh;
    },
    stop: () => child.kill('SIGKILL'),
  };
}
