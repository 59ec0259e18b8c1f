// Docker as the kind engine uses it, against a real dockerd: containers, networks, what is left, events, a restart.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { designLab } from '../../src/design/design-lab.ts';
import { tellingContainers } from '../../src/engine/kind/containers.ts';
import { type KindOptions, kindEngine } from '../../src/engine/kind/index.ts';
import type { OwnedPart } from '../../src/engine/kind/step.ts';
import { clabArgv, destroyWords } from '../../src/host/containerlab.ts';
import {
  containersLabelled,
  inspectContainers,
  lastLines,
  removeContainer,
  startContainer,
  stopContainer,
} from '../../src/host/docker/containers.ts';
import { dockerEvents } from '../../src/host/docker/events.ts';
import { runInContainer } from '../../src/host/docker/exec.ts';
import { dockerLeftovers } from '../../src/host/docker/leftovers.ts';
import { createNetwork, dockerNetworks, removeNetwork } from '../../src/host/docker/networks.ts';
import { builderMark } from '../../src/host/kind.ts';
import { busyboxRootfs, startDockerd, type TestDocker, whyNoDockerd } from '../support/dockerd.ts';
import { bgpRr } from '../support/labs.ts';
import { recordingShell } from '../support/recording-shell.ts';
import { scratchFolder } from '../support/scratch.ts';

const why = whyNoDockerd();
if (why !== undefined) console.log(`skipped: tests with a real dockerd: ${why}`);

const image = 'labctl.test/busybox:1';
const label = 'labctl.lab=docker-test';
const labels = { 'labctl.lab': 'docker-test' };

describe.skipIf(why !== undefined)('Docker', () => {
  let place: TestDocker;
  beforeAll(async () => {
    place = await startDockerd();
    const [fromSrc, repo, tag] = ['-', 'labctl.test/busybox', '1'];
    const imported = await place.docker.api.importImage(busyboxRootfs(), { fromSrc, repo, tag });
    await new Promise((resolve) => imported.on('end', resolve).resume());
  });
  afterAll(() => place?.stop());

  const leftovers = () => dockerLeftovers(place.docker, { labels: [label] });

  /** A container that sleeps. */
  async function run(
    name: string,
    host: Readonly<Record<string, unknown>> = {},
    more: Readonly<Record<string, unknown>> = {},
  ): Promise<void> {
    const container = await place.docker.api.createContainer({
      name,
      Image: image,
      Cmd: ['sleep', '1000'],
      Labels: labels,
      StopSignal: 'SIGKILL', // sleep as a first process heeds no other
      HostConfig: host,
      ...more,
    });
    await container.start();
  }

  it('says what it is', () => {
    const { daemon } = place.docker;

    expect(daemon.version).toMatch(/^\d+\.\d+/);
    expect(daemon.platform).toMatch(/^linux\/(amd64|arm64)$/);
    expect(daemon.dataRoot).toMatch(/labctl-dockerd-/);
  });

  it('starts privileged containers, or this machine cannot and says so', async () => {
    const failed = await run('privileged', { Privileged: true }).catch((error: Error) => error.message);
    if (failed !== undefined)
      console.log(`note: no privileged container here, so neither kind nor containerlab: ${failed}`);
    await removeContainer(place.docker, 'privileged');

    if (failed !== undefined) expect(failed).toMatch(/not permitted/);
    expect(await leftovers()).toEqual([]);
  });

  it('knows containers by name and label, and leaves absent ones out', async () => {
    await run('leaf0');
    await run('leaf1', { NetworkMode: 'none' });

    const [leaf0, leaf1, ...others] = await inspectContainers(place.docker, ['leaf0', 'nobody', 'leaf1']);

    expect(others).toEqual([]);
    expect(leaf0).toMatchObject({ name: 'leaf0', image, isRunning: true, isPaused: false, labels });
    expect(leaf0?.pid).toBeGreaterThan(1);
    expect(leaf0?.addresses['bridge']).toMatch(/^172\./);
    expect(leaf1?.addresses).toEqual({});
    expect(await containersLabelled(place.docker, label)).toEqual(['leaf0', 'leaf1']);
    expect(await containersLabelled(place.docker, 'labctl.lab=other')).toEqual([]);
  });

  it('stops a container that is paused, starts it again, and leaves one alone that rests or runs already', async () => {
    const address = async (): Promise<string | undefined> =>
      (await inspectContainers(place.docker, ['leaf0']))[0]?.addresses['bridge'];
    const before = await address();
    await place.docker.api.getContainer('leaf0').pause();

    await stopContainer(place.docker, 'leaf0');
    await stopContainer(place.docker, 'leaf0');
    const [resting] = await inspectContainers(place.docker, ['leaf0']);
    await startContainer(place.docker, 'leaf0');
    await startContainer(place.docker, 'leaf0');

    expect(resting).toMatchObject({ isRunning: false, isPaused: false, pid: 0 });
    expect((await inspectContainers(place.docker, ['leaf0']))[0]?.isRunning).toBe(true);
    expect(await address()).toBe(before);
  });

  it('removes a container that is paused, and one that is not there', async () => {
    await place.docker.api.getContainer('leaf1').pause();
    expect((await inspectContainers(place.docker, ['leaf1']))[0]?.isPaused).toBe(true);

    await Promise.all([removeContainer(place.docker, 'leaf1'), removeContainer(place.docker, 'leaf1')]);
    await removeContainer(place.docker, 'leaf1');

    expect(await containersLabelled(place.docker, label)).toEqual(['leaf0']);
  });

  it('makes a network with its prefixes, and removes it although a container hangs on it', async () => {
    const subnets = [
      { prefix: '172.31.77.0/24', gateway: '172.31.77.1' },
      { prefix: 'fd00:77::/64', gateway: 'fd00:77::1' },
    ];
    await createNetwork(place.docker, { name: 'rack', subnets, labels });
    await place.docker.api.getNetwork('rack').connect({ Container: 'leaf0' });

    const [rack] = await dockerNetworks(place.docker, label);
    expect(rack).toMatchObject({ name: 'rack', subnets: ['172.31.77.0/24', 'fd00:77::/64'], labels });
    expect((await inspectContainers(place.docker, ['leaf0']))[0]?.addresses['rack']).toBe('172.31.77.2');
    const again = createNetwork(place.docker, { name: 'rack', subnets, labels });
    await expect(again).rejects.toThrow('Docker refuses network rack: network with name rack already exists');
    const overlapping = createNetwork(place.docker, { name: 'other', subnets, labels });
    await expect(overlapping).rejects.toThrow(/^Docker refuses network other: Pool overlaps/);

    await removeNetwork(place.docker, 'rack');
    await removeNetwork(place.docker, 'rack');
    expect(await dockerNetworks(place.docker, label)).toEqual([]);
  });

  it('runs a program on a stream, and says how it ended', async () => {
    const said: string[] = [];
    const report = (line: string) => void said.push(line);
    const lines = () => Readable.from(['first\n', 'second\n']);

    await runInContainer(place.docker, 'leaf0', ['cat'], lines(), { report });
    expect(said).toEqual(['first', 'second']);

    const failing = ['sh', '-c', 'read line; echo "no: $line" >&2; exit 3'];
    await expect(runInContainer(place.docker, 'leaf0', failing, lines(), { report })).rejects.toMatchObject({
      message: 'sh in leaf0 exited with 3',
      facts: ['no: first'],
    });
    const stopped = { report, signal: AbortSignal.abort() };
    await expect(runInContainer(place.docker, 'leaf0', ['cat'], lines(), stopped)).rejects.toThrow('interrupted');
  });

  it('keeps the last words and the exit status of a container that ended', async () => {
    const script = 'echo first; echo second; echo third >&2; exit 3';
    await run('ended', {}, { Cmd: ['sh', '-c', script] });
    await place.docker.api.getContainer('ended').wait();

    expect((await inspectContainers(place.docker, ['ended']))[0]).toMatchObject({ isRunning: false, exitCode: 3 });
    // Output and error output are two pipes that Docker reads each for itself: their order is nobody's promise.
    expect((await lastLines(place.docker, 'ended', 3)).toSorted()).toEqual(['first', 'second', 'third']);
    expect(await lastLines(place.docker, 'ended', 2)).toHaveLength(2);
    await removeContainer(place.docker, 'ended');
  });

  it('has nothing of a lab on kind after its end, be it paused, half-made or on a stranger', async () => {
    const folder = scratchFolder('labctl-docker-');
    const kept: (readonly OwnedPart[])[] = [];
    const programs = {
      [`kind delete cluster --name kind-test --kubeconfig ${folder}/kubeconfig`]: { exitCode: 127 },
      [clabArgv(place.docker, destroyWords(`${folder}/fabric.clab.yml`)).join(' ')]: { exitCode: 127 },
      'ip -o link show': {},
      'iptables-save': {},
      'ip6tables-save': {},
      'nft list ruleset': {},
    };
    const options: KindOptions = {
      lab: 'kind-test',
      cluster: undefined,
      folder,
      isRoot: true,
      own: [],
      host: recordingShell(programs),
      connect: async () => place.docker,
      owned: [],
      record: async (owned) => void kept.push(owned),
      made: new Map(),
      isBuilt: false,
      manifest: undefined,
    };
    const { design } = designLab(bgpRr);
    if (design === undefined) throw new Error('no design');
    const subnets = [{ prefix: '172.31.78.0/24', gateway: '172.31.78.1' }];
    const context = { signal: new AbortController().signal, report: () => undefined };
    const table = kindEngine(options).operations({ ...design, lab: 'kind-test' });
    await table['createNetwork']?.apply(subnets, context);
    const onNetwork = { NetworkMode: 'kind-test' };
    const said: string[] = [];
    const telling = { ...context, report: (line: string) => void said.push(line) };
    await tellingContainers(options.connect, { lab: 'kind-test', part: 'cluster' }, telling, async () => {
      await run('kind-test-worker', onNetwork, {
        Labels: { 'io.x-k8s.kind.cluster': 'kind-test' },
        Volumes: { '/var': {} },
      });
      await vi.waitFor(() => expect(said).toEqual(['kind-test-worker started']), 60_000);
    });
    await run('kind-test-leaf0', { NetworkMode: 'none' }, { Labels: { containerlab: 'kind-test' } });
    await place.docker.api.getContainer('kind-test-leaf0').pause();
    await place.docker.api.getNetwork('kind-test').connect({ Container: 'leaf0' });
    const [worker] = await inspectContainers(place.docker, ['kind-test-worker']);
    expect(worker?.addresses['kind-test']).toBe('172.31.78.2');
    expect(worker?.volumes).toEqual([expect.stringMatching(/^[0-9a-f]{64}$/)]);
    expect(kept).toEqual([['network']]);
    // The kind of a labctl that was killed.
    const builder = spawn('env', [builderMark(folder), 'sleep', '600'], { stdio: 'ignore' });
    const ended = once(builder, 'exit');

    expect(await kindEngine({ ...options, owned: ['network', 'cluster', 'fabric'] }).remove()).toBe(true);

    expect(await leftovers()).toEqual(['container leaf0: docker rm --force --volumes leaf0']);
    const { Volumes } = await place.docker.api.listVolumes();
    expect(Volumes ?? []).toEqual([]);
    expect(await ended).toEqual([null, 'SIGKILL']);
  });

  it('tells what happens to a lab', async () => {
    const listening = new AbortController();
    const events = await dockerEvents(place.docker, label, listening.signal);

    await place.docker.api.getContainer('leaf0').pause();
    await place.docker.api.getContainer('leaf0').unpause();
    const seen: string[] = [];
    for await (const { kind, action, name, time } of events) {
      expect(Number(time / 1_000_000n)).toBeGreaterThan(Date.now() - 60_000);
      seen.push(`${kind} ${name} ${action}`);
      if (action === 'unpause') listening.abort();
    }

    expect(seen).toEqual(['container leaf0 pause', 'container leaf0 unpause']);
  });

  it('finds a lab again after a restart of the daemon, and all that is left of it', async () => {
    await createNetwork(place.docker, { name: 'rack', subnets: [], labels });
    await place.docker.api.createVolume({ Name: 'kept', Labels: labels });
    const [before] = await inspectContainers(place.docker, ['leaf0']);

    await place.restart();

    const [after] = await inspectContainers(place.docker, ['leaf0']);
    expect(after).toMatchObject({ id: before?.id, isRunning: false, pid: 0 });
    expect(await leftovers()).toEqual([
      'container leaf0: docker rm --force --volumes leaf0',
      'network rack: docker network rm rack',
      'volume kept: docker volume rm kept',
    ]);
    await place.docker.api.getContainer('leaf0').start();
    expect((await inspectContainers(place.docker, ['leaf0']))[0]?.startedAt).not.toBe(before?.startedAt);

    await removeContainer(place.docker, 'leaf0');
    await removeNetwork(place.docker, 'rack');
    await place.docker.api.getVolume('kept').remove();
    expect(await leftovers()).toEqual([]);
  });
});
