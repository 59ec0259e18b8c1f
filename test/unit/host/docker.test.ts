// What is said of a Docker that cannot be used, and of one that refuses.

import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { LabError } from '../../../src/base/errors.ts';
import { clabArgv, destroyWords } from '../../../src/host/containerlab.ts';
import { addressEnvironment, addressText, dockerAddress } from '../../../src/host/docker/address.ts';
import { connectDocker } from '../../../src/host/docker/connect.ts';
import { inspectContainers } from '../../../src/host/docker/containers.ts';
import { builderMark } from '../../../src/host/kind.ts';
import { recordingDocker } from '../../support/recording-docker.ts';
import { scratchFolder } from '../../support/scratch.ts';

/** The error of a promise, as a user reads it. */
async function told(promise: Promise<unknown>): Promise<string> {
  const error = await promise.then(() => undefined).catch((thrown: unknown) => thrown);
  if (!(error instanceof LabError)) throw new Error(`no error for a user: ${String(error)}`);
  return [`${error.message} [${error.code}]`, ...error.facts, error.hint].join('\n');
}

describe('DOCKER_HOST', () => {
  it.each([
    [{}, 'unix:///var/run/docker.sock'],
    [{ DOCKER_HOST: 'unix://' }, 'unix:///var/run/docker.sock'],
    [{ DOCKER_HOST: 'unix:///run/user/1000/docker.sock' }, 'unix:///run/user/1000/docker.sock'],
    [{ DOCKER_HOST: 'tcp://127.0.0.1' }, 'tcp://127.0.0.1:2375'],
    [{ DOCKER_HOST: '127.0.0.1:4000' }, 'tcp://127.0.0.1:4000'],
    [{ DOCKER_HOST: 'tcp://[::1]:4000' }, 'tcp://[::1]:4000'],
    [{ DOCKER_HOST: 'tcp://127.0.0.1', DOCKER_TLS_VERIFY: '1' }, 'tcp://127.0.0.1:2376'],
  ])('%j is %s', async (env, text) => {
    expect(addressText(await dockerAddress({ HOME: '/nobody', ...env }))).toBe(text);
  });

  it('reaches programs that know no contexts, and no other address has its certificates', async () => {
    const env = { HOME: '/home/me', DOCKER_CERT_PATH: '/certs' };
    const none = ['-u', 'DOCKER_CERT_PATH', '-u', 'DOCKER_TLS_VERIFY'];
    const told = async (more: object) => addressEnvironment(await dockerAddress({ ...env, ...more }));

    expect(await told({})).toEqual([...none, 'DOCKER_HOST=unix:///var/run/docker.sock']);
    expect(await told({ DOCKER_HOST: 'tcp://127.0.0.1' })).toEqual([...none, 'DOCKER_HOST=tcp://127.0.0.1:2375']);
    expect(await told({ DOCKER_HOST: 'tcp://127.0.0.1', DOCKER_TLS_VERIFY: '1' })).toEqual([
      'DOCKER_HOST=tcp://127.0.0.1:2376',
      'DOCKER_CERT_PATH=/certs',
      'DOCKER_TLS_VERIFY=1',
    ]);
  });

  it('reaches containerlab, with the folder of the lab by which `down` finds it', async () => {
    const folder = scratchFolder('labctl-clab-');
    writeFileSync(join(folder, 'containerlab'), '#!/bin/sh\nenv\necho "words: $*"\n', { mode: 0o755 });
    const environment = addressEnvironment(await dockerAddress({ HOME: '/nobody', DOCKER_HOST: 'unix:///run/d.sock' }));

    const [program = '', ...words] = clabArgv({ environment }, destroyWords(`${folder}/fabric.clab.yml`));
    const env = { ...process.env, PATH: `${folder}:${process.env['PATH']}`, DOCKER_CERT_PATH: '/stray' };
    const lines = execFileSync(program, words, { env, encoding: 'utf8' }).split('\n');

    expect(lines).toEqual(expect.arrayContaining(['DOCKER_HOST=unix:///run/d.sock', builderMark(folder)]));
    expect(lines.filter((line) => line.startsWith('DOCKER_CERT_PATH'))).toEqual([]);
    expect(lines).toContain(`words: destroy --topo ${folder}/fabric.clab.yml --cleanup`);
  });

  it('names the certificates', async () => {
    const env = { DOCKER_HOST: 'tcp://127.0.0.1:2376', DOCKER_TLS_VERIFY: '1', HOME: '/home/me' };

    expect(await dockerAddress(env)).toMatchObject({ certificates: '/home/me/.docker' });
    expect(await dockerAddress({ ...env, DOCKER_CERT_PATH: '/certs' })).toMatchObject({ certificates: '/certs' });
  });

  it.each([
    [
      'unix:///nowhere/docker.sock',
      'no Docker daemon answers at unix:///nowhere/docker.sock: there is no such socket [ENGINE_MISSING]\nsudo systemctl start docker; DOCKER_HOST names another daemon',
    ],
    [
      'tcp://127.0.0.1:9',
      'no Docker daemon answers at tcp://127.0.0.1:9: nobody listens there [ENGINE_MISSING]\nsudo systemctl start docker; DOCKER_HOST names another daemon',
    ],
    [
      'ssh://me@far',
      "DOCKER_HOST is ssh://me@far: labctl does not speak to a Docker behind ssh [ENGINE_MISSING]\nit enters the containers' namespaces by their pids, which are that machine's\nssh me@far, and labctl there",
    ],
    [
      'far:away:',
      'DOCKER_HOST is not an address of Docker: "far:away:" [USAGE]\nunix:///var/run/docker.sock or tcp://127.0.0.1:2375',
    ],
  ])('%s does not answer', async (DOCKER_HOST, text) => {
    expect(await told(connectDocker({ DOCKER_HOST }))).toBe(text);
  });
});

describe('a Docker context', () => {
  const folder = scratchFolder('labctl-context-');
  const env = { DOCKER_CONFIG: folder };
  /** As `docker context create` writes it; the folder's name is the SHA-256 of the context's. */
  const created = (id: string, Name: string, Host: string): string => {
    mkdirSync(join(folder, 'contexts/meta', id), { recursive: true });
    const meta = { Name, Metadata: {}, Endpoints: { docker: { Host, SkipTLSVerify: false } } };
    writeFileSync(join(folder, 'contexts/meta', id, 'meta.json'), JSON.stringify(meta));
    return join(folder, 'contexts/tls', id, 'docker');
  };
  const rootless = '12b961af5feb3e9d39f93b2cefb9a1a944f18d02cca0cac2f04f5a982240605f';
  writeFileSync(join(folder, 'config.json'), '{"currentContext":"rootless"}');

  it('is followed as docker does: DOCKER_HOST, then DOCKER_CONTEXT, then the one in use', async () => {
    created(rootless, 'rootless', 'unix:///run/user/1000/docker.sock');

    const inUse = await dockerAddress(env);
    const other = await dockerAddress({ ...env, DOCKER_CONTEXT: 'default' });
    const host = await dockerAddress({ ...env, DOCKER_CONTEXT: 'rootless', DOCKER_HOST: 'tcp://127.0.0.1' });

    expect([inUse, other, host].map(addressText)).toEqual([
      'unix:///run/user/1000/docker.sock',
      'unix:///var/run/docker.sock',
      'tcp://127.0.0.1:2375',
    ]);
  });

  it('brings its own certificates', async () => {
    const certificates = created(rootless, 'rootless', 'tcp://127.0.0.1');
    mkdirSync(certificates, { recursive: true });
    // One is missing, for they are read side by side.
    for (const name of ['ca.pem', 'key.pem']) writeFileSync(join(certificates, name), '');

    const address = await dockerAddress(env);
    expect(address).toMatchObject({ port: '2376', certificates });
    expect(addressEnvironment(address)).toContain(`DOCKER_CERT_PATH=${certificates}`);
    expect(await told(connectDocker(env))).toBe(
      `cannot read ${certificates}/cert.pem: ENOENT: no such file or directory, open '${certificates}/cert.pem' [ENGINE_MISSING]\nDOCKER_CERT_PATH, or else the Docker context, has the folder with ca.pem, cert.pem and key.pem`,
    );
  });

  it('that does not exist is named, with where it is from', async () => {
    expect(await told(connectDocker({ ...env, DOCKER_CONTEXT: 'gone' }))).toBe(
      'there is no Docker context "gone" [USAGE]\nDOCKER_CONTEXT names it\ndocker context ls; docker context use default',
    );
  });
});

describe('a daemon', () => {
  it('is not used when it is too old', async () => {
    const { env } = await recordingDocker({ 'GET /version': { body: { Version: '19.03.15', ApiVersion: '1.40' } } });

    expect(await told(connectDocker(env))).toBe(
      'Docker 19.03.15 (API 1.40) is too old [ENGINE_MISSING]\nlabctl speaks API 1.41 (Docker 20.10) and later\nhttps://docs.docker.com/engine/install/',
    );
  });

  it('is told from a server that is not Docker', async () => {
    const { env } = await recordingDocker({ 'GET /version': { body: '<html>hello</html>' } });

    expect(await told(connectDocker(env))).toMatch(/^what answers at unix:.* is not Docker \[ENGINE_MISSING\]/);
  });

  it('is quoted when it refuses', async () => {
    const { env } = await recordingDocker({
      'GET /containers/leaf0/json': { status: 500, body: { message: 'database is locked' } },
    });
    const docker = await connectDocker(env);

    expect(await told(inspectContainers(docker, ['leaf0']))).toMatch(
      /^Docker refuses container leaf0: database is locked \[HOST_COMMAND_FAILED\]/,
    );
  });
});
