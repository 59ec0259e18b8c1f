// A node on two leaves must have every way twice, and BIRD must take back to one what an uplink takes away.

import { describe, expect, it } from 'vitest';
import { anyRunner, runningLab } from '../support/running-lab.ts';

const kinds = anyRunner('clos:dual-tor');
if (kinds.length === 0) it.skip('clos:dual-tor cannot run here', () => undefined);

describe.each(kinds)('clos:dual-tor as %s', (kind) => {
  const place = runningLab(kind, 'clos:dual-tor');

  const routes = async (): Promise<string> =>
    (await place().must(['exec', 'control-plane', '--', 'ip', 'route', 'show', '10.0.0.13'])).stdout;

  it('is what it says, and a packet can be followed', async () => {
    await place().must(['verify']);
    const { stdout } = await place().must(['capture', 'pod-a', 'pod-b']);

    expect(stdout).toMatch(/path found: pod-a > control-plane > leaf[01] > spine[01] > leaf[23] > worker3 > pod-b/);
  });

  it('has one way left when an uplink is down, and verify says which one is missing', async () => {
    expect(await routes()).toMatch(/nexthop via 10\.1\.1\.1 dev net0[\s\S]*nexthop via 10\.1\.2\.1 dev net1/);

    await place().must(['exec', 'control-plane', '--', 'ip', 'link', 'set', 'dev', 'net1', 'down']);
    await expect.poll(routes, { timeout: 60_000 }).toMatch(/via 10\.1\.1\.1 dev net0 proto bird/);
    const { stdout } = await place().must(['verify', '--timeout', '1s'], 1);
    expect(stdout).toMatch(
      /expected: +next hops leaf0 and leaf1 proto bird\s+seen: .*via 10\.1\.1\.1 \(leaf0\) dev net0/,
    );
  });
});
