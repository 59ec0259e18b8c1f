// A host outside must reach pods by service addresses, and what a node stops announcing or translating must show.

import { describe, expect, it } from 'vitest';
import { anyRunner, runningLab } from '../support/running-lab.ts';

const kinds = anyRunner('bgp-services');
if (kinds.length === 0) it.skip('bgp-services cannot run here', () => undefined);

describe.each(kinds)('bgp-services as %s', (kind) => {
  const place = runningLab(kind, 'bgp-services');

  it('is what it says, and a host is a machine like any other', async () => {
    await place().must(['verify']);
    await place().must(['capture', 'pod-a', 'pod-b']);
    const { stdout } = await place().must(['capture', 'client', 'pod-b']);
    expect(stdout).toMatch(/path found: client > spine0 > leaf1 > worker3 > pod-b/);
    expect((await place().must(['exec', 'client', '--', 'ip', 'route'])).stdout).toMatch(/default via 10\.1\.9\.1/);
  });

  it('drops what is sent to an address of no service instead of passing it round', async () => {
    const ask = ['exec', 'client', '--', 'traceroute', '-n', '-I', '-q', '1', '-w', '1', '-m', '6', '10.96.0.99'];
    const { stdout } = await place().must(ask);

    expect(stdout.split('\n').filter((hop) => /10\.1\.\d+\.1 /.test(hop)).length).toBeLessThanOrEqual(2);
  });

  it('is explained down to the rule that translates, and what comes back from it', async () => {
    const { stdout } = await place().must(['explain', 'client', 'web']);

    expect(stdout).toMatch(/ip daddr 10\.96\.0\.80 tcp dport 80 goto KUBE-SVC-web\n/);
    expect(stdout).toMatch(/the source 10\.244\.\d+\.\d+ becomes 10\.96\.0\.80 again\./);
    expect(stdout).toContain('A connection was made before the tables were read, as the walk says.');
  });

  it('says who lost the client when a node no longer has its rules', async () => {
    await place().must(['exec', 'worker3', '--', 'nft', 'delete', 'table', 'ip', 'kube-proxy']);

    const { stdout } = await place().must(['verify', '--timeout', '1s'], 1);

    expect(stdout).toMatch(/FALSE request from client to web-local by node-port of worker3/);
    expect(stdout).toMatch(/ok +request from client to web by node-port of worker2/);
  });
});
