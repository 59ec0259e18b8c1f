// Owns the proof that a step tells of containers as Docker does, by what a real daemon said while kind made a cluster.

import { describe, expect, it, vi } from 'vitest';
import { LabError } from '../../../src/base/errors.ts';
import { tellingContainers } from '../../../src/engine/kind/containers.ts';
import { connectOnce } from '../../../src/host/docker/connect.ts';
import { recordingDocker } from '../../support/recording-docker.ts';
import { recorded, recordedFolder } from '../../support/recording-shell.ts';

const docker = 'docker/cli-28.2.2-dockerd-20.10.24';
const cluster = { lab: 'bgp-rr', part: 'cluster' } as const;

describe.skipIf(recordedFolder === undefined)('while kind makes a cluster', () => {
  it('every node that starts is reported', async () => {
    const { env, asked } = await recordingDocker({
      'GET /events': { body: recorded(`${docker}/events-kind-create`).stdout },
    });
    const said: string[] = [];
    const context = { signal: new AbortController().signal, report: (line: string) => void said.push(line) };

    await tellingContainers(connectOnce(env), cluster, context, () =>
      vi.waitFor(() => expect(said).toHaveLength(4), 60_000),
    );

    expect(said.toSorted()).toEqual([
      'bgp-rr-control-plane started',
      'bgp-rr-worker started',
      'bgp-rr-worker2 started',
      'bgp-rr-worker3 started',
    ]);
    expect(asked.at(-1)).toMatch(
      /^GET \/events\?since=\d+(\.\d+)?&filters=\{"label":\["io\.x-k8s\.kind\.cluster=bgp-rr"\]\}$/,
    );
  });

  it('a node that ended is named with its last words where kind fails', async () => {
    const [worker] = JSON.parse(recorded(`${docker}/inspect-kind-node`).stdout) as readonly { State: object }[];
    const ended = { ...worker, State: { ...worker?.State, Running: false, Pid: 0, ExitCode: 255 } };
    const listed = 'GET /containers/json?all=true&filters={"label":';
    const { env } = await recordingDocker({
      'GET /events': { body: '' },
      [`${listed}["io.x-k8s.kind.cluster=bgp-rr"]}`]: { body: [{ Id: '1', Names: ['/bgp-rr-worker'] }] },
      [`${listed}["containerlab=bgp-rr"]}`]: { body: [] },
      'GET /containers/bgp-rr-worker/json': { body: ended },
      'GET /containers/bgp-rr-worker/logs': { body: 'Failed to create control group inotify object\r\n' },
    });
    const context = { signal: new AbortController().signal, report: () => undefined };
    const failing = async () => {
      throw new LabError('HOST_COMMAND_FAILED', 'kind exited with 1', { facts: ['of kind'], hint: 'labctl doctor' });
    };

    await expect(tellingContainers(connectOnce(env), cluster, context, failing)).rejects.toMatchObject({
      message: 'kind exited with 1',
      hint: 'labctl doctor',
      facts: [
        'of kind',
        'container bgp-rr-worker ended with 255',
        'bgp-rr-worker: Failed to create control group inotify object',
      ],
    });
  });
});
