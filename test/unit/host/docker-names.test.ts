// Names of images, logins for registries, and what registries' refusals mean: what needs no daemon.

import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { loginFor } from '../../../src/host/docker/login.ts';
import { parseReference, repositoryOf } from '../../../src/host/docker/reference.ts';
import { registryFault } from '../../../src/host/docker/registry-fault.ts';
import { scratchFolder } from '../../support/scratch.ts';

describe('a reference', () => {
  const digest = `sha256:${'0'.repeat(64)}`;

  it.each([
    ['busybox', 'docker.io/library/busybox', 'latest', undefined],
    ['docker.io/busybox:1', 'docker.io/library/busybox', '1', undefined],
    ['index.docker.io/library/busybox:1', 'docker.io/library/busybox', '1', undefined],
    ['kindest/node:v1.30.14', 'docker.io/kindest/node', 'v1.30.14', undefined],
    ['localhost/tools', 'localhost/tools', 'latest', undefined],
    ['registry.example:5000/a/b:1', 'registry.example:5000/a/b', '1', undefined],
    [`quay.io/a/b@${digest}`, 'quay.io/a/b', undefined, digest],
    [`quay.io/a/b:1@${digest}`, 'quay.io/a/b', '1', digest],
  ])('%s', (text, repository, tag, pinned) => {
    const reference = parseReference(text);

    expect([repositoryOf(reference), reference.tag, reference.digest]).toEqual([repository, tag, pinned]);
  });
});

describe('a login', () => {
  const folder = scratchFolder('labctl-login-');
  const env = { DOCKER_CONFIG: folder };
  const configured = (config: object) => writeFileSync(join(folder, 'config.json'), JSON.stringify(config));
  afterEach(() => void vi.unstubAllEnvs());

  it('is the one that docker login wrote, by the name that docker has for the registry', async () => {
    const auth = Buffer.from('me:pass:word').toString('base64');
    const hub = 'https://index.docker.io/v1/';
    configured({ auths: { [hub]: { auth }, 'quay.io': { identitytoken: 'token' } } });

    expect(await loginFor('docker.io', env)).toEqual({ username: 'me', password: 'pass:word', serveraddress: hub });
    expect(await loginFor('quay.io', env)).toEqual({ identitytoken: 'token', serveraddress: 'quay.io' });
    expect(await loginFor('gcr.io', env)).toBeUndefined();
  });

  it('comes from the credential helper that is named, and counts as none when that fails', async () => {
    const bin = join(folder, 'bin');
    mkdirSync(bin);
    const helper = join(bin, 'docker-credential-vault');
    const answer = '[ "$(cat)" = quay.io ] && echo \'{"Username":"me","Secret":"word"}\'';
    writeFileSync(helper, `#!/bin/sh\n[ "$1" = get ] && ${answer}\n`);
    chmodSync(helper, 0o755);
    vi.stubEnv('PATH', `${bin}:${process.env['PATH']}`);
    configured({ credsStore: 'absent', credHelpers: { 'quay.io': 'vault', 'gcr.io': 'vault', 'ghcr.io': '../vault' } });

    expect(await loginFor('quay.io', env)).toEqual({ username: 'me', password: 'word', serveraddress: 'quay.io' });
    expect(await loginFor('gcr.io', env)).toBeUndefined();
    expect(await loginFor('ghcr.io', env)).toBeUndefined();
    expect(await loginFor('docker.io', env)).toBeUndefined();
  });

  it('is none where there is no config.json', async () => {
    expect(await loginFor('quay.io', { HOME: join(folder, 'nobody') })).toBeUndefined();
  });
});

// Docker's own words for what the scenario with a real daemon does not provoke.
it.each([
  ['Get "https://mirror.example/v2/": http: server gave HTTP response to HTTPS client', 'plain http'],
  ['Get "https://mirror.example/v2/": x509: certificate signed by unknown authority', 'certificate'],
  [
    "pull access denied for vyos, repository does not exist or may require 'docker login'",
    'no such image, or does not show it',
  ],
  ['toomanyrequests: You have reached your unauthenticated pull rate limit.', 'rate limit'],
  ['Get "https://registry-1.docker.io/v2/": net/http: request canceled (Client.Timeout exceeded)', 'cannot be reached'],
  ['write /var/lib/docker/tmp/GetImageBlob1: no space left on device', 'no room left'],
  ['no matching manifest for linux/arm64/v8 in the manifest list entries', 'for other machines'],
  ['something new', 'something new'],
])('%s', (reason, why) => {
  expect(registryFault(reason).why).toContain(why);
});
