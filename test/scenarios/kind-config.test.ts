// Owns the proof that the real kind takes every golden kind.yaml: its own parser, defaults and checks, up to the first pull.

import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { root } from '../support/catalogue-lab.ts';
import { goldenFolder } from '../support/golden.ts';
import { scratchFolder } from '../support/scratch.ts';

const run = promisify(execFile);

/** The newest kind that labctl knows, by its documented way; kept for the next run. */
const version = 'v0.33.0';
const cache = join(tmpdir(), `labctl-test-kind-${version}`);
const scratch = scratchFolder('labctl-kind-config-');

/** A `docker` that is there, has nothing, and pulls nothing: kind checks its configuration before it needs more. */
const docker = `#!/bin/sh
case "$1" in
  info) echo '{"CgroupVersion":"2","MemoryLimit":true,"PidsLimit":true,"CPUShares":true,"SecurityOptions":[]}' ;;
  ps) ;;
  pull) echo "nothing is pulled here" >&2; exit 1 ;;
  *) exit 1 ;;
esac
`;

/** Why kind is not there: no Go, or its module cannot be had. Undefined when it is. */
async function obstacle(): Promise<string | undefined> {
  await writeFile(join(scratch, 'docker'), docker, { mode: 0o755 });
  if (existsSync(join(cache, 'kind'))) return undefined;
  const env = { ...process.env, GOBIN: cache, PATH: `${process.env['PATH']}:/usr/local/go/bin` };
  return run('go', ['install', `sigs.k8s.io/kind@${version}`], { env, timeout: 240_000 }).then(
    () => undefined,
    (error: Error) => error.message.split('\n')[0],
  );
}

const why = await obstacle();
if (why !== undefined) console.warn(`left out: the real kind's word on every configuration: ${why}`);

/** What kind says of a configuration, on both streams. */
async function createWith(config: string): Promise<string> {
  const PATH = `${scratch}:${process.env['PATH']}`;
  const env = { ...process.env, PATH, KIND_EXPERIMENTAL_PROVIDER: 'docker' };
  const argv = ['create', 'cluster', '--config', config, '--kubeconfig', join(scratch, 'kubeconfig')];
  return run(join(cache, 'kind'), argv, { env, timeout: 240_000 }).then(
    ({ stderr }) => stderr,
    (error: { readonly stderr: string }) => error.stderr,
  );
}

it('every golden lab has a configuration of the form that kind reads', async () => {
  const labs = await readdir(join(root, goldenFolder));
  const texts = await Promise.all(
    labs.map((lab) => readFile(join(root, goldenFolder, lab, 'kind', 'kind.yaml'), 'utf8')),
  );
  const wrong = labs.filter((_, i) => !/^kind: Cluster\napiVersion: kind\.x-k8s\.io\/v1alpha4$/m.test(texts[i] ?? ''));

  expect(wrong).toEqual([]);
});

// Go is no part of what labctl needs: where kind cannot be built, CI goes on without its word.
if (why === undefined)
  describe(`kind ${version}`, () => {
    it('takes the configuration of every golden lab and goes on to pull its node image', async () => {
      const labs = await readdir(join(root, goldenFolder));
      // kind tries a pull five times in ten seconds: all labs wait at the same time.
      const said = await Promise.all(labs.map((lab) => createWith(join(root, goldenFolder, lab, 'kind', 'kind.yaml'))));
      const wrong = labs.filter(
        (_, i) => said[i]?.includes('failed to pull image "docker.io/kindest/node:v1.30.14"') !== true,
      );
      expect(wrong).toEqual([]);
    });

    it('refuses one with a wrong prefix, and one with a wrong word', async () => {
      const good = await readFile(join(root, goldenFolder, 'bgp-rr', 'kind', 'kind.yaml'), 'utf8');
      const bad = join(scratch, 'bad.yaml');
      await writeFile(bad, good.replace('10.244.0.0/16', '10.244.0.0/99'));
      expect(await createWith(bad)).toContain('invalid pod subnet');
      await writeFile(bad, good.replace('role: worker', 'rol: worker'));
      expect(await createWith(bad)).toContain('field rol not found');
    });
  });
