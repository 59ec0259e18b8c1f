// Owns what is known of captures that others made: each of those statements must come out of an analysis.

import { describe, expect, it } from 'vitest';
import { bgpTable, incompleteness, pointsTable } from '../../../src/report/analysis.ts';
import { analysisText } from '../../../src/report/analysis-text.ts';
import { analyzed, captures, found, pathsOf } from '../../support/analyzed.ts';

const folder = captures ?? '';
const read = (...names: readonly string[]) => analyzed(folder, ...names);

describe.skipIf(captures === undefined)('captures made by others', () => {
  it("Calico's IPIP: three pings, not one, each wrapped as its place has it", async () => {
    const all = await read('calico-ipip-eth0', 'calico-ipip-tunl0', 'calico-ipip-ens160');

    expect(pathsOf(all, 'icmp')).toEqual([
      ['calico-ipip-eth0 64 plain'],
      ['calico-ipip-eth0 62 plain'],
      ['calico-ipip-tunl0 63 plain'],
      ['calico-ipip-tunl0 63 plain'],
      ['calico-ipip-ens160 63 IPIP 192.168.2.71 > 192.168.2.73 (+20)'],
      ['calico-ipip-ens160 63 IPIP 192.168.2.73 > 192.168.2.71 (+20)'],
    ]);
    expect(found(all, 'different-packets').join()).toMatch(/^3 different pings .* id 200 .* id 188 .* id 174 /);
    expect(found(all, 'bare-ip')).toEqual([expect.stringMatching(/^calico-ipip-tunl0: /)]);
    expect(found(all, 'calico-veth')).toEqual([expect.stringMatching(/^calico-ipip-eth0:/)]);
    expect(all.correlation.clocks.map(({ basis }) => basis)).toEqual(['unknown', 'unknown', 'unknown']);
    expect(pointsTable(all).rows.map(([, packets, link]) => `${packets} ${link}`)).toEqual([
      '2 Ethernet',
      '2 raw IP',
      '222 Ethernet',
    ]);
    const text = analysisText(all);
    expect(text).toMatch(/calico-ipip-eth0 +2 +62 +plain .* 2 routed hops before$/m);
    expect(text).toMatch(/^calico-ipip-eth0 +2 +Ethernet .* 2022-11-13 04:19:12,/m);
    expect(text).toMatch(/^icmp 10\.244\.11\.65 > 10\.244\.179\.129 id 200: 1 packet, echo request seq 0$/m);
    expect(text).toMatch(/^calico-ipip-ens160 +216 +63 .* 118 .* outer TTL 63, outer DF$/m);
    expect(text).toMatch(/^calico-ipip-ens160 +217 +63 .* 118 .* outer TTL 63$/m);
    const { sightings } = all.correlation.correlator;
    const ipip = Array.from({ length: sightings.count }, (_, row) => row).filter((row) => sightings.wrap[row] !== 0);
    expect(
      ipip.map((row) => [
        sightings.frame[row],
        sightings.length[row],
        sightings.outerTtl[row],
        sightings.marks[row]! & 1,
      ]),
    ).toEqual([
      [216, 118, 63, 1],
      [217, 118, 63, 0],
    ]);
  });

  it('a BGP session collision is normal', async () => {
    const all = await read('bgp-session-collision');
    const messages = bgpTable(all)!.rows.map(([, , , , type, contents]) => `${type} ${contents}`);

    expect(messages.filter((text) => text.startsWith('OPEN'))).toHaveLength(4);
    expect(messages[0]).toBe('OPEN AS 65001, id 172.20.20.2, hold 180 s, capabilities 1 128 2 70 65 6 69 73 64 71');
    expect(messages.filter((text) => text.startsWith('NOTIFICATION code 6'))).toHaveLength(2);
    expect(messages.join()).toContain('10.1.5.0/24 via 172.12.1.10');
    expect(found(all, 'bgp-collision')).toEqual([
      expect.stringMatching(/172\.12\.1\.10 and 172\.12\.1\.11: .* normal, not a fault/),
    ]);
    expect(incompleteness(all).join()).toMatch(/ends inside a packet/);
    expect(found(all, 'bgp-session')).toEqual([
      'iBGP session between 172.12.1.11 (AS 65001, id 172.20.20.2, hold 180 s) and 172.12.1.10 (AS 65001, id 172.20.20.3, hold 180 s)',
    ]);
    expect(found(all, 'arp-announced')).toEqual([]);
  });

  it('MP-BGP announces and withdraws an IPv6 route, in pcapng with nanoseconds', async () => {
    const all = await read('mp-bgp.pcapng');
    const updates = bgpTable(all)!
      .rows.filter(([, , , , type]) => type === 'UPDATE')
      .map((row) => row[5]);

    expect(updates[0]).toBe('22::22/128 via fe80::2060:62ff:fed7:bc00, AS path 65002');
    expect(updates).toContain('withdraws 22::22/128');
    expect(found(all, 'bgp-session')).toEqual(['eBGP session between 10.1.12.2 (AS 65002) and 10.1.12.1 (AS 65001)']);
    expect(pointsTable(all).rows).toEqual([
      ['mp-bgp', '27', 'Ethernet', 'pcapng ns', 'tcp 19, lldp 8', expect.stringMatching(/^20\d\d-/), 'not comparable'],
    ]);
  });

  it('IPIP made by hand between hosts has no hop inside', async () => {
    expect(pathsOf(await read('ipip0-ens160'), 'icmp')).toEqual([
      ['ipip0-ens160 64 IPIP 192.168.2.73 > 192.168.2.71 (+20)'],
      ['ipip0-ens160 64 IPIP 192.168.2.71 > 192.168.2.73 (+20)'],
    ]);
  });

  it("Cilium's VXLAN on port 8472 is followed from the pod to the node", async () => {
    const all = await read('cilium-vxlan-pod-eth0', 'cilium-vxlan-cilium_vxlan', 'cilium-vxlan-node-eth0');

    expect(pathsOf(all, 'icmp ')).toEqual([
      [
        'cilium-vxlan-pod-eth0 64 plain',
        'cilium-vxlan-cilium_vxlan 64 plain',
        'cilium-vxlan-node-eth0 64 VXLAN 21845 172.18.0.4 > 172.18.0.2:8472 (+50)',
      ],
      [
        'cilium-vxlan-node-eth0 64 VXLAN 7396 172.18.0.2 > 172.18.0.4:8472 (+50)',
        'cilium-vxlan-cilium_vxlan 64 plain',
        'cilium-vxlan-pod-eth0 63 plain',
      ],
    ]);
    const [request] = all.correlation.paths.filter(({ hops }) => hops.length === 3);
    expect(
      request?.hops.map(({ row, delays }) => [all.correlation.correlator.sightings.frame[row], delays[0]]),
    ).toEqual([
      [2, 0],
      [9, 64_000],
      [9, 114_000],
    ]);
    expect(all.correlation.clocks.every(({ correction }) => correction === 0)).toBe(true);
    expect(found(all, 'cilium-identity').join()).toMatch(/21845 one way and 7396 the other; 4 one way and 6 the other/);
  });

  it('a large segment that is never acknowledged is a black hole', async () => {
    const all = await read('pmtu-black-hole');

    expect(found(all, 'path-mtu-black-hole')).toEqual([
      expect.stringMatching(
        /^2375 bytes .* \(a 2441-byte frame\) sent 5 times \(after 0\.00, 0\.21, 0\.42, 0\.82, 1\.66 s\), never acknowledged, no ICMP error: .* MSS 9460/,
      ),
    ]);
  });

  it("Flannel's UDP is a tunnel, and three pings are three", async () => {
    const all = await read('flannel-udp-pod-eth0', 'flannel-udp-veth', 'flannel-udp-ens160');
    const paths = pathsOf(all, 'icmp');

    expect(paths.every((hops) => hops.length === 1)).toBe(true);
    expect(paths.at(-2)?.[0]).toMatch(/^flannel-udp-ens160 62 flannel UDP \S+ > \S+ \(\+28\)$/);
    expect(found(all, 'different-packets').join()).toMatch(/^3 different pings .* id 34 .* id 67 .* id 55 /);
  });

  it("Cilium's native routing: two hops further on, nothing around it", async () => {
    const all = await read('cilium-native-lxc', 'cilium-native-node-eth0');

    expect(pathsOf(all, 'icmp')).toEqual([
      ['cilium-native-lxc 64 plain', 'cilium-native-node-eth0 62 plain'],
      ['cilium-native-node-eth0 62 plain', 'cilium-native-lxc 60 plain'],
    ]);
  });

  it('ESP is encrypted', async () => {
    expect(found(await read('cilium-ipsec-eth0'), 'encrypted')).toEqual([
      '1 packet of esp 10.0.0.135 > 10.0.1.211 spi 0x3: encrypted, contents unknown',
      '1 packet of esp 10.0.1.211 > 10.0.0.135 spi 0x3: encrypted, contents unknown',
    ]);
  });

  it('MPLS in GRE is seen through', async () => {
    const [path] = pathsOf(await read('mpls-over-gre'), 'icmp');

    expect(path?.[0]).toMatch(/^mpls-over-gre \d+ GRE\/MPLS label \d+ 10\.128\.0\.2 > 10\.128\.100\.2 \(\+28\)$/);
  });

  it('what an ICMP error quotes is no tunnel, and ARP tells who announces an address', async () => {
    const all = await read('garp');

    expect(all.correlation.correlator.wraps.all).toHaveLength(1);
    expect(found(all, 'icmp-error')).toHaveLength(9);
    expect(found(all, 'arp-announced')).toEqual([
      expect.stringMatching(/^172\.18\.0\.201 is answered for by \S+, which also has 172\.18\.0\.\d/),
    ]);
  });

  it('a router that drops for its MTU says so, and 14 packets pass both of its ports', async () => {
    const all = await read('mtu-router-eth1', 'mtu-router-eth2');
    const both = all.correlation.paths.filter(({ hops }) => hops.length === 2);

    expect(both.reduce((sum, { count }) => sum + count, 0)).toBe(14);
    expect(found(all, 'icmp-error')).toEqual([
      '10.1.5.1 says fragmentation needed (next hop MTU 1280) of a 1305-byte frame of tcp 10.1.5.10:47710 > 10.1.8.10:80 (mtu-router-eth1 frame 6); sent again as 1228 + 11 bytes',
    ]);
    expect(found(all, 'seen-at-some')).toEqual([]);
    expect(found(all, 'arp-announced')).toEqual([]);
  });

  it('a file of all ports sees each packet twice: hops, no retransmissions', async () => {
    const all = await read('mtu-router-any.pcap');

    expect(found(all, 'forwarded-copies')).toEqual([
      expect.stringMatching(/saw 14 packets again .* a TTL 1 lower: .*no retransmissions/),
    ]);
    expect(all.correlation.paths.every(({ repeats }) => repeats === 0)).toBe(true);
    expect(pointsTable(all).rows[0]?.[2]).toBe('Linux cooked v2');
  });
});
