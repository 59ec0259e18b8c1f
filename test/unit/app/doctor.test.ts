// Owns the proof that doctor is asked about a lab as up is, and that what up refuses names the doctor of that lab.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { call } from '../../support/call.ts';
import { absent, recordingDocker } from '../../support/recording-docker.ts';
import { scratchFolder } from '../../support/scratch.ts';

const router = 'registry.example/vyos:1.5';

/** As much of a calico.yaml as preflight reads; the release's own would come by the network. */
const manifest = join(scratchFolder('labctl-doctor-'), 'calico.yaml');
writeFileSync(
  manifest,
  `kind: ConfigMap
metadata: {name: calico-config}
data: {calico_backend: bird}
---
kind: DaemonSet
metadata: {name: calico-node}
spec: {template: {spec: {containers: [{name: calico-node, image: "quay.io/calico/node:v3.33.0", env: [{name: IP, value: autodetect}]}]}}}
`,
);
const onKind = ['--engine', 'kind', '--set', `engines.kind.manifest=${manifest}`];
const words = [...onKind, '--router', 'vyos', '--set', `engines.kind.images.router=${router}`];

describe('doctor', () => {
  it('of a lab on kind looks for the images of the routers that are meant', async () => {
    const images = [
      'docker.io/kindest/node:v1.30.14',
      'docker.io/library/busybox:1.36.1',
      'quay.io/calico/node:v3.33.0',
      'quay.io/frrouting/frr:10.5.1',
      router,
    ];
    const { env, asked } = await recordingDocker({
      'GET /networks': { body: [] },
      ...Object.fromEntries(images.map((name) => [`GET /images/${name}/json`, absent])),
    });

    const { exitCode, stdout } = await call(['doctor', 'bgp-rr', ...words], { env: { PATH: '/usr/bin:/bin', ...env } });

    expect(exitCode).toBe(4);
    expect(asked).toContain(`GET /images/${router}/json`);
    expect(stdout).toContain(router);
  });

  it('has nothing to set where no lab is named', async () => {
    const { exitCode, stderr } = await call(['doctor', '--set', 'calico.version=v3.23']);

    expect(exitCode).toBe(2);
    expect(stderr).toContain('labctl doctor <lab>');
  });
});

it('up names the doctor of its lab', async () => {
  const env = { PATH: '/usr/bin:/bin', DOCKER_HOST: 'unix:///run/absent.sock' };

  const { exitCode, stderr } = await call(['up', 'bgp-rr:one-spine', ...onKind], { env });

  expect(exitCode).toBe(4);
  expect(stderr).toContain('there is no such socket');
  expect(stderr).toContain('try: labctl doctor bgp-rr:one-spine --engine kind');
});
