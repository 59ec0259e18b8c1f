// Images of labs on a real dockerd, from a real registry: list, pull through mirrors, lock, save, load without one, verify.

import { closeSync, openSync, readFileSync, statSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { withEngine } from '../../src/app/kind-artifacts.ts';
import { loadLab } from '../../src/app/load-lab.ts';
import { refuseUnlocked } from '../../src/app/verify-images.ts';
import { findImage } from '../../src/host/docker/images.ts';
import { type Called, call, testContext } from '../support/call.ts';
import { startDockerd, type TestDocker, whyNoDockerd } from '../support/dockerd.ts';
import { startRegistry, type TestRegistry } from '../support/registry.ts';
import { scratchFolder } from '../support/scratch.ts';

const why = whyNoDockerd();
if (why !== undefined) console.log(`skipped: images on a real dockerd: ${why}`);

const manifest = `kind: DaemonSet
apiVersion: apps/v1
metadata:
  name: calico-node
  namespace: kube-system
spec:
  template:
    spec:
      containers:
        - name: calico-node
          image: docker.io/calico/node:v3.33.0
`;

/** Every image stands in the test's registry; Docker Hub's are there behind a mirror alone. */
const lab = `extends: bgp-rr
name: image-test
engines:
  kind:
    manifest: calico.yaml
    mirrors:
      docker.io: [http://127.0.0.1:5001, http://127.0.0.1:5000/hub]
    images:
      node: 127.0.0.1:5000/lab/node:1
      router: 127.0.0.1:5000/lab/router:1
      switch: 127.0.0.1:5000/lab/router:1
      pod: busybox:1.36.1
`;

const references = [
  '127.0.0.1:5000/lab/node:1',
  '127.0.0.1:5000/lab/router:1',
  'busybox:1.36.1',
  'docker.io/calico/node:v3.33.0',
];

describe.skipIf(why !== undefined)('labctl images', () => {
  const cwd = scratchFolder('labctl-images-');
  let place: TestDocker;
  let registry: TestRegistry;
  beforeAll(async () => {
    place = await startDockerd();
    registry = await startRegistry(place);
    writeFileSync(join(cwd, 'test.lab.yml'), lab);
    writeFileSync(join(cwd, 'calico.yaml'), manifest);
  });
  afterAll(async () => {
    registry?.stop();
    await place?.stop();
  });

  /** `labctl images …` in the test's folder, with the test's daemon. */
  function images(...argv: readonly string[]): Promise<Called> {
    const env = { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', ...place.env };
    return call(['images', ...argv], { cwd, env, cacheHome: join(cwd, 'cache') });
  }

  /** What is said of one image of the pods, asked for alone: nothing else can be missing. */
  async function pullPod(reference: string): Promise<string> {
    const { exitCode, stderr } = await images('pull', 'test.lab.yml', '--set', `engines.kind.images.pod=${reference}`);
    expect(exitCode).toBe(4);
    return stderr;
  }

  /** What `up --engine kind --locked` checks before it builds. */
  async function upLocked(): Promise<void> {
    const context = testContext({ cwd, env: place.env, cacheHome: join(cwd, 'cache') });
    const loaded = await withEngine(context, await loadLab(context, './test.lab.yml', []), 'kind');
    await refuseUnlocked(context, './test.lab.yml', loaded);
  }

  async function forget(): Promise<void> {
    for (const { Id } of await place.docker.api.listImages())
      await place.docker.api.getImage(Id).remove({ force: true });
  }

  it('lists every image and manifest, and that none is here', async () => {
    const { stdout, exitCode } = await images('list', 'test.lab.yml');

    expect(exitCode).toBe(0);
    expect(stdout.replace(/ {2,}/g, '  ')).toMatch(
      /^NAME {2}FOR {2}HERE {2}SIZE {2}DIGEST\n127\.0\.0\.1:5000\/lab\/node:1 {2}node {2}no {2}- {2}-\n127\.0\.0\.1:5000\/lab\/router:1 {2}router, switch {2}no {2}- {2}-\nbusybox:1\.36\.1 {2}pod {2}no {2}- {2}-\ndocker\.io\/calico\/node:v3\.33\.0 {2}calico {2}no {2}- {2}-\ncalico\.yaml {2}manifest {2}yes {2}0\.0 MB {2}sha256:[0-9a-f]{64}\n$/,
    );
  });

  it('pulls through mirrors, and writes what it got into labctl.lock', async () => {
    const { stdout, stderr, exitCode } = await images('pull', 'test.lab.yml', '--lock');

    expect(stderr).toMatch(/^images: 4 steps, /m);
    expect(stdout).toBe('4 images pulled, 0 were here, 1 manifests\nlabctl.lock written\n');
    expect(exitCode).toBe(0);
    const asked = registry.asked();
    expect(asked.some((line) => line.startsWith('GET /v2/hub/library/busybox/manifests/sha256:'))).toBe(true);
    expect(asked.some((line) => line.startsWith('GET /v2/hub/calico/node/blobs/sha256:'))).toBe(true);
    const { images: pinned, manifests } = parse(readFileSync(join(cwd, 'labctl.lock'), 'utf8'));
    expect(Object.keys(pinned)).toEqual(references);
    for (const reference of references) {
      const image = await findImage(place.docker, reference);
      expect(image?.digest).toMatch(/^sha256:/);
      expect(pinned[reference]).toEqual({
        digest: image?.digest,
        id: image?.id,
        platform: place.docker.daemon.platform,
      });
    }
    expect(manifests['calico.yaml']).toMatch(/^sha256:/);
  });

  it('asks no registry for what is here', async () => {
    const { stdout } = await images('pull', 'test.lab.yml', '--locked');

    expect(stdout).toBe('0 images pulled, 4 were here, 1 manifests\n');
    expect(registry.asked()).toEqual([]);
    expect((await images('verify', 'test.lab.yml', '--locked')).stdout).toBe(
      '4 images and 1 manifests are here, as labctl.lock pins them\n',
    );
  });

  it('saves one file with checksums, and loads it where there is neither image nor registry', async () => {
    const saved = await images('save', 'test.lab.yml', '--locked');
    expect(saved.stdout).toMatch(/labctl-images\.tar: 4 images, 1 manifests, \d+\.\d MB\n$/);
    expect((await images('verify', '--archive', 'labctl-images.tar')).stdout).toBe(
      'labctl-images.tar is whole: 4 images, 1 manifests\n',
    );
    await forget();
    expect(await findImage(place.docker, 'busybox:1.36.1')).toBeUndefined();
    registry.asked();

    const loaded = await images('load', 'labctl-images.tar');

    expect(loaded.stdout).toBe('4 images and 1 manifests are here now, for test.lab.yml\n');
    expect(registry.asked()).toEqual([]);
    const verified = await images('verify', 'test.lab.yml', '--locked');
    expect(verified.stderr).toBe('');
    expect(verified.exitCode).toBe(0);
  });

  it('uses nothing of an archive that is not whole', async () => {
    const file = join(cwd, 'labctl-images.tar');
    const { size } = statSync(file);
    const damaged = openSync(file, 'r+');
    writeSync(damaged, Buffer.from('damage'), 0, 6, Math.floor(size / 2));
    closeSync(damaged);
    await forget();

    const { exitCode, stderr } = await images('load', 'labctl-images.tar');

    expect(exitCode).toBe(1);
    expect(stderr).toMatch(
      /^error: labctl-images\.tar is not whole: nothing of it is used \[IMAGE_DIFFERS\]\n {2}\S+ is sha256:[0-9a-f]+; its checksum is sha256:/,
    );
    expect(await findImage(place.docker, 'busybox:1.36.1')).toBeUndefined();
    writeFileSync(join(cwd, 'text.tar'), 'no archive');
    expect((await images('load', 'text.tar')).stderr).toMatch(/^error: cannot read .*text\.tar: .* \[USAGE\]/);
  });

  it('refuses what differs from the lock', async () => {
    writeFileSync(join(cwd, 'calico.yaml'), `${manifest}# changed\n`);
    const pod = '127.0.0.1:5000/lab/other:1';

    const pulled = await images('pull', 'test.lab.yml', '--locked', '--set', `engines.kind.images.pod=${pod}`);

    expect(pulled.exitCode).toBe(4);
    expect(pulled.stderr).toMatch(/^ +calico\.yaml is sha256:[0-9a-f]+; labctl\.lock has sha256:[0-9a-f]+$/m);
    expect(pulled.stderr).toMatch(/^ +127\.0\.0\.1:5000\/lab\/other:1: is not in labctl\.lock$/m);
    await expect(upLocked()).rejects.toThrow('the lab is not made of what labctl.lock has');
    writeFileSync(join(cwd, 'calico.yaml'), manifest);
    await images('pull', 'test.lab.yml', '--locked');
    await upLocked();
  });

  it.each([
    ['127.0.0.1:5000/limited/pod:1', 'the registry lets this address pull no more for now (rate limit)'],
    ['127.0.0.1:5000/unknown/pod:1', 'the registry has no such image; check name and tag'],
    ['127.0.0.1:5000/lies/pod:1', 'what the registry sent is not what its digest says; nothing of it was kept'],
    ['127.0.0.1:5000/arm/pod:1', 'it has linux/'],
    ['127.0.0.1:5003/lab/pod:1', 'the registry wants to know who asks, or has no such image; docker login'],
    [
      '127.0.0.1:5002/lab/pod:1',
      'the registry cannot be reached; a mirror (engines.kind.mirrors), or labctl images load',
    ],
  ])('says plainly why it has no %s', async (reference, reason) => {
    const said = await pullPod(reference);

    expect(said).toContain('1 of 5 images and manifests are not here [IMAGE_UNAVAILABLE]');
    expect(said).toContain(`${reference}: ${reason}`);
    expect(await findImage(place.docker, reference)).toBeUndefined();
  });

  it('names every source that did not serve', async () => {
    expect(await pullPod('docker.io/unknown/pod:1')).toMatch(
      /unknown\/pod:1: none of its 3 sources has it\n +127\.0\.0\.1:5001\/unknown\/pod: the registry cannot be reached.*\n +127\.0\.0\.1:5000\/hub\/unknown\/pod: /,
    );
  });

  it('is who docker login says', async () => {
    const auth = Buffer.from('me:secret').toString('base64');
    const config = { auths: { '127.0.0.1:5003': { auth } } };
    writeFileSync(join(place.env['DOCKER_CONFIG'] ?? '', 'config.json'), JSON.stringify(config));

    const pod = '127.0.0.1:5003/lab/pod:1';
    const { exitCode, stderr } = await images('pull', 'test.lab.yml', '--set', `engines.kind.images.pod=${pod}`);

    expect(stderr).toMatch(/^images: /);
    expect(exitCode).toBe(0);
    expect(await findImage(place.docker, pod)).toBeDefined();
  });

  it('says that nobody publishes VyOS, and what to do', async () => {
    const router = ['--set', 'engines.kind.images.router=vyos:1.5', '--router', 'vyos'];

    const { exitCode, stderr } = await images('pull', 'test.lab.yml', ...router);

    expect(exitCode).toBe(4);
    expect(stderr).toMatch(
      /^ {2}vyos:1\.5: nobody publishes an image of VyOS\n {4}build it: .*\n {4}or --router frr, which needs none$/m,
    );
    expect((await images('list', 'test.lab.yml', '--router', 'frr')).stdout).not.toContain('vyos');
  });
});
