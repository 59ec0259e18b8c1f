// A capture of a running lab: a packet followed through routers and VXLAN, a handshake, a cut link, and the files written.

import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { anyRunner, runningLab } from '../support/running-lab.ts';
import { hasTshark, tsharkFields } from '../support/tshark.ts';

const kinds = anyRunner('capture');
if (kinds.length === 0) it.skip('capture cannot run here', () => undefined);

describe.each(kinds)('captures of vxlan-crosssubnet as %s', (kind) => {
  const place = runningLab(kind, 'vxlan-crosssubnet');

  it('proves VXLAN between racks, with the outer header of both nodes', async () => {
    const { stdout } = await place().must(['capture', 'pod-a', 'pod-b', '--expect']);

    expect(stdout).toMatch(/leaf1:eth3 +out +VXLAN 4096 10\.1\.5\.10 > 10\.1\.8\.11 ttl 61 +63 +134/);
    expect(stdout).toMatch(/equal paths by spine0 and spine1: there by spine[01], back by spine[01]/);
    expect(stdout).toContain('observed: as expected\n');
  });

  it('proves its absence inside a rack, at interfaces that hear what passes', async () => {
    const { stdout } = await place().must(['capture', 'pod-a', 'pod-c', '--expect', '--tcp']);

    expect(stdout).toMatch(/not seen: .*control-plane:vxlan\.calico.*worker:vxlan\.calico/);
    expect(stdout).not.toMatch(/nothing heard|VXLAN/);
    expect(stdout).toContain('TCP SYN ACK');
  });

  it.skipIf(!hasTshark())('writes one file that tshark reads, with points and comments', async () => {
    await place().must(['capture', 'pod-a', 'pod-c', '--out', join(place().cwd, 'kept')]);
    const rows = await tsharkFields(join(place().cwd, 'kept', 'all.pcapng'), ['frame.interface_name', 'frame.comment']);

    const commented = rows.filter(([, comment]) => comment?.length === 1).map(([name]) => name?.[0]);
    expect(commented.slice(0, 2)).toEqual(['pod-a:eth0', expect.stringMatching(/^control-plane:cali/)]);
    expect(commented).toHaveLength(12);
  });

  it('takes a filter to the inner packet, also inside VXLAN, and proves the points that it leaves empty', async () => {
    const { stdout } = await place().must(['capture', 'pod-a', 'pod-b', '--filter', 'icmp and src host pod-a']);

    expect(stdout).toMatch(/leaf1:eth3 +out +VXLAN 4096 10\.1\.5\.10 > 10\.1\.8\.11/);
    expect(stdout).toMatch(/not seen: .*spine[01]:eth1/);
    expect(stdout).not.toMatch(/nothing heard|^reply:/m);
    expect(stdout).toContain('the reply was not seen here');
  });

  it('streams until nobody reads any more, though no packet comes that it could write', async () => {
    const argv = ['capture', 'pod-a', 'pod-b', '--no-probe', '--filter', 'port 9', '-w', '-'];
    const prefix = ['bash', '-o', 'pipefail', '-c', '"$@" | head -c 28 >/dev/null', 'bash'];
    const { exitCode, stderr } = await place().start(argv, { prefix }).finished;

    expect(stderr).toMatch(/heard: \d+ packets? at/);
    expect(exitCode).toBe(0);
  });

  it('says where a packet died and why: a blackhole, a cable that is down', async () => {
    const unused = await place().must(['capture', 'pod-a', '10.244.25.40'], 1);
    expect(unused.stdout).toContain('worker3:vxlan.calico, after pod-a');
    expect(unused.stdout).toContain('likely reason: worker3 has the route blackhole 10.244.25.0/26 for 10.244.25.40\n');

    await place().must(['exec', 'worker3', '--', 'ip', 'link', 'set', 'net0', 'down']);
    const { stdout } = await place().must(['capture', 'pod-a', 'pod-b'], 1);

    expect(stdout).toContain('down: worker3:net0');
    expect(stdout).toMatch(/no path: the request was last seen going (in|out) at leaf1:/);
    expect(stdout).toMatch(/likely reason: .*(10\.1\.8\.11|worker3:net0)/);
    await place().must(['exec', 'worker3', '--', 'ip', 'link', 'set', 'net0', 'up']);
  });
});
