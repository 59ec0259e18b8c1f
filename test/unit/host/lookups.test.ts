// Owns the tests of reading what iproute2, bridge and nft say to single questions; the texts were read in running labs.

import { describe, expect, it } from 'vitest';
import { parseForwarding, parseNeighbor } from '../../../src/host/neighbor.ts';
import { longestMatch, parseRouteLine } from '../../../src/host/route-get.ts';
import { parseSourceNat, ruleFor } from '../../../src/host/source-nat.ts';

describe('ip route get', () => {
  it.each([
    ['default via 169.254.1.1 dev eth0', 'unicast 0.0.0.0/0 169.254.1.1@eth0'],
    [
      '10.244.25.0/26 via 10.244.25.0 dev vxlan.calico onlink mtu 1450 ',
      'unicast 10.244.25.0/26 10.244.25.0@vxlan.calico',
    ],
    ['10.244.26.129 dev cali5e1c4d6c68c scope link metric 1024', 'unicast 10.244.26.129/32 -@cali5e1c4d6c68c'],
    ['local 10.1.5.10 dev net0 proto kernel scope host src 10.1.5.10 ', 'local 10.1.5.10/32 -@net0'],
    ['blackhole 10.244.26.128/26 proto 80 ', 'blackhole 10.244.26.128/26'],
    [
      '10.244.25.1 from 10.244.26.129 via 10.244.25.0 dev vxlan.calico \n    cache mtu 1450 iif cali5 ',
      'unicast 10.244.25.1/32 10.244.25.0@vxlan.calico',
    ],
    [
      '10.244.142.0/26 nhid 30 proto bgp metric 20 \n\tnexthop via 10.1.12.2 dev eth2 weight 1 \n\tnexthop via 10.1.10.2 dev eth1 weight 1 ',
      'unicast 10.244.142.0/26 10.1.12.2@eth2 10.1.10.2@eth1',
    ],
  ])('reads %s', (text, read) => {
    const line = parseRouteLine(text, 4)!;
    const hops = line.hops.map(({ via, dev }) => `${via ?? '-'}@${dev}`);
    expect([line.type, line.prefix, ...hops].join(' ')).toBe(read);
  });

  it('reads a default route of IPv6, and nothing as nothing', () => {
    expect(parseRouteLine('default via fe80::1 dev eth0 metric 1024 pref medium', 6)?.prefix).toBe('::/0');
    expect(parseRouteLine('', 4)).toBeUndefined();
  });

  it('finds the entry that a refusal came from', () => {
    const text =
      'default via 10.1.5.1 dev net0 \nblackhole 10.244.26.128/26 proto 80 \n10.244.0.0/16 dev x \n\tnexthop dev y \n';
    expect(longestMatch(text, 4)).toBe('blackhole 10.244.26.128/26 proto 80');
    expect(longestMatch('', 4)).toBeUndefined();
  });
});

describe('neighbors and forwarding entries', () => {
  it('reads entries, with and without a MAC', () => {
    expect(parseNeighbor('10.1.5.1 lladdr aa:c1:ab:12:6c:db STALE')).toEqual({
      mac: 'aa:c1:ab:12:6c:db',
      state: 'STALE',
    });
    expect(parseNeighbor('fe80::1 lladdr ee:ee:ee:ee:ee:ee router REACHABLE')?.state).toBe('REACHABLE');
    expect(parseNeighbor('10.1.5.9 FAILED')).toEqual({ mac: undefined, state: 'FAILED' });
    expect(parseNeighbor('')).toBeUndefined();
  });

  it('tells a port from a tunnel end', () => {
    expect(parseForwarding('66:d5:c6:46:a6:98 dev vxlan.calico dst 10.1.8.11 self permanent')?.tunnelEnd).toBe(
      '10.1.8.11',
    );
    const port = parseForwarding('aa:c1:ab:12:6c:db dev leaf0-eth3 master br-rack0');
    expect(port).toEqual({ dev: 'leaf0-eth3', tunnelEnd: undefined });
  });
});

const ruleset = `table ip calico {
\tset cali40masq-ipam-pools {
\t\ttype ipv4_addr
\t\tflags interval
\t\telements = { 10.244.0.0/16,
\t\t\t     10.245.0.0/16 }
\t}

\tset cali40network-ip-pools {
\t\ttype ipv4_addr
\t\tflags interval
\t\telements = { 10.244.0.0/16 }
\t}

\tchain cali-FORWARD {
\t\ttype filter hook forward priority filter; policy accept;
\t\tiifname "cali*" jump cali-from-workload
\t}

\tchain cali-POSTROUTING {
\t\ttype nat hook postrouting priority srcnat; policy accept;
\t\tip saddr @cali40masq-ipam-pools ip daddr != @cali40network-ip-pools masquerade fully-random
\t\toifname "vxlan.calico" fib saddr . oif type != local fib saddr type local masquerade fully-random
\t}
}
table ip nat {
\tchain postrouting {
\t\ttype nat hook postrouting priority srcnat; policy accept;
\t\tip saddr 10.1.0.0/16 oifname "eth0" masquerade
\t\tip daddr 192.0.2.1 tcp dport 80 masquerade
\t}
}
table ip kube-proxy {
\tchain postrouting {
\t\ttype nat hook postrouting priority srcnat; policy accept;
\t\tmeta mark & 0x00004000 != 0x00004000 return
\t\tmeta mark set meta mark ^ 0x00004000
\t\tmasquerade fully-random
\t}
}
`;

describe('source translation', () => {
  const rules = parseSourceNat(ruleset);
  const own = { ownAddresses: new Set(['10.1.5.10', '10.244.26.128']), devAddresses: new Set(['10.244.26.128']) };

  it.each([
    ['a pod to a pod', '10.244.0.1', '10.244.9.9', 'net0', undefined],
    ['a pod to outside its pools', '10.245.0.1', '10.1.8.11', 'net0', 'ip saddr @cali40masq'],
    ['a node into the tunnel by another address', '10.1.5.10', '10.244.9.9', 'vxlan.calico', 'oifname "vxlan.calico"'],
    ['a node into the tunnel by its own', '10.244.26.128', '10.244.9.9', 'vxlan.calico', undefined],
    ['a node out of the lab', '10.1.5.10', '8.8.8.8', 'eth0', 'ip saddr 10.1.0.0/16'],
    ['a condition that is not known', '10.9.9.9', '192.0.2.1', 'net0', undefined],
    ['the other family', 'fd00::1', 'fd00::2', 'eth0', undefined],
  ])('of %s', (_, source, destination, dev, rule) => {
    const taken = ruleFor(rules, { source, destination, dev, ...own })?.text;
    if (rule === undefined) expect(taken).toBeUndefined();
    else expect(taken).toContain(rule);
  });
});
