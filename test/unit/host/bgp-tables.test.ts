// Owns the tests of reading communities from the BGP tables of FRR 8.4 and BIRD 2.0.12, as both printed them for one lab.

import { expect, it } from 'vitest';
import { parseBgpRoutes } from '../../../src/host/birdc.ts';
import { bgpTableQuestion, parseBgpTable } from '../../../src/host/vtysh.ts';

const atLength = `{"routes": {
"10.1.8.0/24": [{"prefix":"10.1.8.0/24","version":1,"advertisedTo":{"10.1.8.10":{}}},
 {"aspath":{"string":"Local","segments":[],"length":0},"origin":"IGP","metric":0,"weight":32768,"valid":true,"version":1,"sourced":true,"local":true,"bestpath":{"overall":true,"selectionReason":"First path received"},"nexthops":[{"ip":"0.0.0.0","hostname":"leaf1","afi":"ipv4","metric":0,"accessible":true,"used":true}],"peer":{"peerId":"0.0.0.0","routerId":"10.1.8.1"}}],
"10.244.149.0/26": [{"prefix":"10.244.149.0/26","version":9,"advertisedTo":{"10.1.8.10":{}}},
 {"aspath":{"string":"500 65005 65105","segments":[{"type":"as-sequence","list":[500,65005,65105]}],"length":3},"origin":"IGP","valid":true,"version":9,"multipath":true,"community":{"string":"65001:10 no-export","list":["65001:10","noExport"]},"largeCommunity":{"string":"65001:10:20","list":["65001:10:20"]},"nexthops":[{"ip":"10.1.34.2","hostname":"spine0","afi":"ipv4","metric":0,"accessible":true,"used":true}],"peer":{"peerId":"10.1.34.2","routerId":"172.20.20.4","hostname":"spine0","type":"external"}}]
}}`;

const bird = `10.244.149.0/26      unicast [Node_10_1_8_1 09:23:50.222] * (100) [AS65105i]
\tvia 10.1.8.1 on net0
\tType: BGP univ
\tBGP.origin: IGP
\tBGP.as_path: 65008 800 65005 65105
\tBGP.next_hop: 10.1.8.1
\tBGP.local_pref: 100
\tBGP.community: (65001,10) (65001,99)
\tBGP.large_community: (65001, 10, 20)
10.1.10.0/24         unicast [Node_10_1_8_1 09:23:50.185] * (100) [AS500i]
\tBGP.next_hop: 10.1.8.1
`;

it('reads FRR at length: the head without a path, own prefixes, named communities', () => {
  expect(bgpTableQuestion('ipv4', true)).toBe('show bgp ipv4 unicast json detail');
  expect(parseBgpTable('leaf1', atLength)).toMatchObject([
    { prefix: '10.1.8.0/24', from: undefined, asPath: [], nextHop: '0.0.0.0', communities: [], isUsed: true },
    {
      from: '10.1.34.2',
      asPath: [500, 65005, 65105],
      communities: ['65001:10', '65001:10:20', '65535:65281'],
      isUsed: true,
    },
  ]);
});

it('reads BIRD', () => {
  expect(parseBgpRoutes('worker2', bird).map(({ communities }) => communities)).toEqual([
    ['65001:10', '65001:10:20', '65001:99'],
    [],
  ]);
});
