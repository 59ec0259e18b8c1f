// Owns the tests of reading ping's end, kernel events and zebra's groups; the texts were read in running labs.

import { describe, expect, it } from 'vitest';
import { readTransmitted } from '../../../src/host/paced-ping.ts';
import { isForwarding, linkOfEvent, readEvents } from '../../../src/host/route-monitor.ts';
import { staleGroups, zebraGroups } from '../../../src/host/zebra-groups.ts';

it('reads how many requests ping made', () => {
  expect(readTransmitted('17 packets transmitted, 4 received, 76.4% packet loss, time 160ms\n')).toBe(17);
  expect(readTransmitted('')).toBe(0);
});

describe('kernel events', () => {
  const text = `[2026-11-21T08:38:52.688752] [LINK]3: eth1@if3: <BROADCAST,MULTICAST> mtu 1500 qdisc noqueue state DOWN group default \\    link/ether aa:c1:ab:52:c8:34
[2026-11-21T08:38:52.688900] [ROUTE]Deleted local fe80::a8c1:abff:fe52:c834 dev eth1 table local proto kernel metric 0 pref medium
[2026-11-21T08:38:52.756114] [ROUTE]Deleted 10.1.34.0/24 nhid 26 via 10.1.12.2 dev eth2 proto bgp metric 20
[2026-11-21T08:38:53.993774] [NEXTHOP]id 40 dev eth1 scope host proto zebra
`;
  const events = readEvents(text);

  it('have a time, an object, and whether it is gone', () => {
    expect(
      events.map(({ time, object, isGone }) => [time - Date.UTC(2026, 10, 21, 8, 38, 52), object, isGone]),
    ).toEqual([
      [688, 'link', false],
      [688, 'route', true],
      [756, 'route', true],
      [1993, 'nexthop', false],
    ]);
  });

  it('tell a port that lost its carrier', () => {
    expect(linkOfEvent(events[0]!)).toEqual({ interface: 'eth1', isUp: false });
  });

  it('are about forwarding only where packets of others are', () => {
    expect(events.map(isForwarding)).toEqual([false, false, true, false]);
  });
});

describe("zebra's next-hop groups", () => {
  const zebra = `ID: 25 (zebra)
     RefCnt: 2
     Valid, Installed
           via 10.1.10.2, eth1 (vrf default), weight 1
     Dependents: (30)
ID: 30 (zebra)
     RefCnt: 3
     Valid, Installed
     Depends: (25) (26)
           via 10.1.10.2, eth1 (vrf default), weight 1
           via 10.1.12.2, eth2 (vrf default), weight 1
ID: 31 (zebra)
     RefCnt: 0
     Depends: (25) (27)
`;
  const kernel = (members: readonly number[], ...single: readonly number[]): string =>
    JSON.stringify([...single.map((id) => ({ id })), { id: 30, group: members.map((id) => ({ id })) }]);

  it('are read where they are installed', () => {
    expect(zebraGroups(zebra)).toEqual([{ id: 30, members: [25, 26] }]);
  });

  it.each([
    ['the kernel lacks a member', kernel([26], 25, 26), [30]],
    ['the kernel has all', kernel([25, 26], 25, 26), []],
    ['the missing next hop is not there either', kernel([26], 26), []],
    ['the kernel has no group', '[]', []],
  ])('are stale or not: %s', (_, json, ids) => {
    expect(staleGroups(zebraGroups(zebra), json).map(({ id }) => id)).toEqual(ids);
  });
});
