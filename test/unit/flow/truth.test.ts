// Owns the analysis of real Calico clusters' captures: one packet followed through every point of its path, both ways.

import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { analyzed, found, pathsOf } from '../../support/analyzed.ts';
import { sharedFolder } from '../../support/shared.ts';

const vxlan = sharedFolder('truth/vxlan/captures');
const bgp = sharedFolder('truth/bgp-rr/captures');

const filesOf = (folder: string): readonly string[] =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.pcap'))
    .sort();
/** Without the number that orders the files. */
const bare = (hops: readonly string[] | undefined): readonly string[] | undefined =>
  hops?.map((hop) => hop.replace(/^\w+?-/, ''));

describe.skipIf(vxlan === undefined)("the real vxlan lab's captures", () => {
  it('follow the ping from pod-a to pod-b into the tunnel, through the fabric and out, and back', async () => {
    const all = await analyzed(vxlan!, ...filesOf(vxlan!));
    const [there, back] = pathsOf(all, 'icmp ');
    const tunnel = 'VXLAN 4096 10.1.5.10 > 10.1.8.11 (+50)';

    expect(bare(there)).toEqual([
      ...['pod-a-eth0 64 plain', 'control-plane-cali 64 plain', 'control-plane-tunnel 63 plain'],
      ...[
        'control-plane-net0',
        'leaf0-eth3',
        'leaf0-eth1',
        'spine0-eth1',
        'spine0-eth2',
        'leaf1-eth1',
        'leaf1-eth3',
        'worker3-net0',
      ].map((point) => `${point} 63 ${tunnel}`),
      ...['worker3-tunnel 63 plain', 'worker3-cali 62 plain', 'pod-b-eth0 62 plain'],
    ]);
    expect(bare(back)?.map((hop) => hop.split(' ')[0])).toEqual(
      bare(there)
        ?.map((hop) => hop.split(' ')[0])
        .reverse(),
    );
    expect(found(all, 'clock')).toEqual([]);
    expect(found(all, 'seen-at-some')).toEqual([]);
    expect(found(all, 'calico-veth').join()).toMatch(/control-plane-cali, .*worker3-cali/);
  });
});

describe.skipIf(bgp === undefined)("the real bgp-rr lab's captures", () => {
  it('follow it plainly, one TTL less behind each router, through one spine', async () => {
    const all = await analyzed(bgp!, ...filesOf(bgp!));
    const { paths, correlator } = all.correlation;
    const [there] = paths.filter(
      ({ flow, hops }) => correlator.flows.all[flow]!.protocol === 'icmp' && hops.length === 12,
    );

    expect(there?.hops.map(({ ttl }) => ttl)).toEqual([64, 64, 63, 63, 62, 62, 61, 61, 60, 60, 59, 59]);
    expect(correlator.wraps.all).toHaveLength(1);
    expect(
      pathsOf(all, 'icmp ')
        .flat()
        .filter((hop) => hop.startsWith('10-spine1') || hop.startsWith('08-spine0')).length,
    ).toBeGreaterThan(0);
  });
});
