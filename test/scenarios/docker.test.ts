// Docker as the kind engine uses it, against a real dockerd: containers, networks, what is left, events, a restart.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { containersLabelled, inspectContainers, removeContainer } from '../../src/host/docker/containers.ts';
import { dockerEvents } from '../../src/host/docker/events.ts';
import { dockerLeftovers } from '../../src/host/docker/leftovers.ts';
import { createNetwork, dockerNetworks, removeNetwork } from '../../src/host/docker/networks.ts';
import { busyboxRootfs, startDockerd, type TestDocker, whyNoDockerd } from '../support/dockerd.ts';

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

  /** A container that sleeps. */
  async function run(name: string, host: Readonly<Record<string, unknown>> = {}): Promise<void> {
    const container = await place.docker.api.createContainer({
      name,
      Image: image,
      Cmd: ['sleep', '1000'],
      Labels: labels,
      StopSignal: 'SIGKILL', // sleep as a first process heeds no other
      HostConfig: host,
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
    expect(await dockerLeftovers(place.docker, label)).toEqual([]);
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
    expect(await dockerLeftovers(place.docker, label)).toEqual(['container leaf0', 'network rack', 'volume kept']);
    await place.docker.api.getContainer('leaf0').start();
    expect((await inspectContainers(place.docker, ['leaf0']))[0]?.startedAt).not.toBe(before?.startedAt);

    await removeContainer(place.docker, 'leaf0');
    await removeNetwork(place.docker, 'rack');
    await place.docker.api.getVolume('kept').remove();
    expect(await dockerLeftovers(place.docker, label)).toEqual([]);
  });
});
