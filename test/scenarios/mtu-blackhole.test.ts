// A link with a small MTU must show as a lost large packet, with ICMP where a router knows of it and without where the wire's ends disagree.

import { describe, expect, it } from 'vitest';
import { anyRunner, runningLab } from '../support/running-lab.ts';

const kinds = anyRunner('mtu-blackhole');
if (kinds.length === 0) it.skip('mtu-blackhole cannot run here', () => undefined);

describe.each(kinds)('mtu-blackhole:silent as %s', (kind) => {
  const place = runningLab(kind, 'mtu-blackhole:silent');

  it('is what it says, also when it is asked again', async () => {
    await place().must(['verify']);
    await place().must(['verify']);
    await place().must(['capture', 'pod-a', 'pod-b']);
  });

  it('is no longer so once both ends take 1500', async () => {
    await place().must(['exec', 'leaf1', '--', 'ip', 'link', 'set', 'dev', 'eth1', 'mtu', '1500']);

    const { stdout } = await place().must(['verify', '--timeout', '1s'], 1);

    expect(stdout).toMatch(/packet of 1500 bytes from pod-a to pod-b/);
    expect(stdout).toMatch(/expected: +lost after spine0:eth2, and nobody says so\s+seen: +passes/);
  });

  it('is told by the router once it knows', async () => {
    await place().must(['exec', 'spine0', '--', 'ip', 'link', 'set', 'dev', 'eth2', 'mtu', '1400']);

    const { stdout } = await place().must(['verify', '--timeout', '1s'], 1);

    expect(stdout).toMatch(
      /lost after spine0:eth1, From 10\.1\.10\.2 icmp_seq=1 Frag needed and DF set \(mtu = 1400\)/,
    );
  });
});

describe.each(kinds)('mtu-blackhole:filtered as %s', (kind) => {
  const place = runningLab(kind, 'mtu-blackhole:filtered');

  it('is what it says: the packet reaches the router before the link, leaves by no port, and no ICMP comes back', async () => {
    await place().must(['verify']);
  });

  it('is told by that router once leaf0 filters no more', async () => {
    await place().must(['exec', 'leaf0', '--', 'nft', 'delete table inet filter']);

    const { stdout } = await place().must(['verify', '--timeout', '1s'], 1);

    expect(stdout).toMatch(/expected: +lost after spine0, and nobody says so/);
    expect(stdout).toMatch(/seen: +lost after spine0:eth1, From 10\.1\.10\.2 icmp_seq=1 Frag needed/);
  });
});
