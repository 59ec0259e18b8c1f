// Owns labctl's own cases of which sessions a node has (calico.md A.4, B.3): odd ones that the object sets do not show.

import { describe, expect, it } from 'vitest';
import {
  calicoApiVersion as apiVersion,
  type BGPConfiguration,
  type BGPFilter,
  type BGPPeer,
  type CalicoNode,
  type CalicoObject,
} from '../../../src/calico/objects.ts';
import type { CalicoPeer } from '../../../src/calico/peer.ts';
import { type PeersOptions, peersOfNode } from '../../../src/calico/peers.ts';

type NodeParts = NonNullable<CalicoNode['spec']['bgp']> & { readonly labels?: Readonly<Record<string, string>> };

function node(name: string, { labels = {}, ...bgp }: NodeParts): CalicoNode {
  return { apiVersion, kind: 'Node', metadata: { name, labels }, spec: { bgp } };
}

function configuration(spec: BGPConfiguration['spec'], name = 'default'): BGPConfiguration {
  return { apiVersion, kind: 'BGPConfiguration', metadata: { name }, spec };
}

function peer(spec: BGPPeer['spec'], name = 'peer'): BGPPeer {
  return { apiVersion, kind: 'BGPPeer', metadata: { name }, spec };
}

const a = node('a', { ipv4Address: '10.1.5.10/24', ipv6Address: 'fd00::a/64', labels: { rack: 'r0' } });
const b = node('b', { ipv4Address: '10.1.5.9/24', ipv6Address: 'fd00::b/64', labels: { rack: 'r0' } });
const c = node('c', { ipv4Address: '10.1.8.10/24', labels: { rack: 'r1' } });
const nodes = [a, b, c];
const meshOff = configuration({ nodeToNodeMeshEnabled: false });
const v333 = { text: 'v3.33', minor: 33 };
const v323 = { text: 'v3.23.2', minor: 23 };

function reflector(name: string, address: string, clusterId: string): CalicoNode {
  return node(name, { ipv4Address: address, routeReflectorClusterID: clusterId, labels: { rr: 'true' } });
}

/** The sessions of a node as `name as N` and what is special about them, one line each. */
function sessions(objects: readonly CalicoObject[], of = 'a', options: Partial<PeersOptions> = {}): readonly string[] {
  const { ipv4, ipv6, localAs } = peersOfNode(objects, of, { version: v333, ...options });
  return [...ipv4, ...ipv6].map((row) => line(row, localAs));
}

function line(row: CalicoPeer, localAs: number): string {
  const { name, address: _, as, ttlSecurity, multihop, sourceAddress, ...rest } = row;
  const parts = [name, as === localAs ? 'iBGP' : `eBGP ${as}`];
  for (const [key, value] of Object.entries(rest).toSorted()) parts.push(value === true ? key : `${key}=${value}`);
  if (sourceAddress === undefined) parts.push('no source');
  if (ttlSecurity || multihop !== true) parts.push(`ttl=${ttlSecurity}/${multihop}`);
  return parts.join(' ');
}

const v4 = (lines: readonly string[]) => lines.filter((text) => !text.includes('fd00'));

describe('full mesh', () => {
  it('compares addresses as text: .9 is larger than .10', () => {
    expect(v4(sessions(nodes, 'a'))).toEqual(['Mesh_10_1_5_9 iBGP passive', 'Mesh_10_1_8_10 iBGP passive']);
    expect(v4(sessions(nodes, 'b'))).toEqual(['Mesh_10_1_5_10 iBGP', 'Mesh_10_1_8_10 iBGP passive']);
  });

  it('has IPv6 sessions only between nodes with IPv6 addresses', () => {
    expect(sessions(nodes, 'a').filter((text) => text.includes('fd00'))).toEqual(['Mesh_fd00__b iBGP passive']);
    expect(sessions(nodes, 'c').filter((text) => text.includes('fd00'))).toEqual([]);
  });

  it('leaves route reflector nodes out on both sides', () => {
    const set = [a, c, reflector('rr', '10.1.5.20/24', '244.0.0.1')];

    expect(v4(sessions(set, 'a'))).toEqual(['Mesh_10_1_8_10 iBGP passive']);
    expect(sessions(set, 'rr')).toEqual([]);
  });

  it('states the port of the other node, which is not part of the name', () => {
    const set = [a, b, c, configuration({ listenPort: 500 }, 'node.b'), configuration({ listenPort: 1790 })];

    expect(v4(sessions(set))).toEqual(['Mesh_10_1_5_9 iBGP passive port=500', 'Mesh_10_1_8_10 iBGP passive port=1790']);
  });

  it('takes password and restart time from the default configuration', () => {
    const secretKeyRef = { name: 'bgp', key: 'mesh' };
    const set = [a, c, configuration({ nodeMeshPassword: { secretKeyRef }, nodeMeshMaxRestartTime: '1m30s' })];

    expect(sessions(set, 'a', { secrets: new Set(['bgp/mesh']) })).toEqual([
      'Mesh_10_1_8_10 iBGP gracefulRestartTime=90 passive password=bgp/mesh',
    ]);
    expect(sessions(set)).toEqual(['Mesh_10_1_8_10 iBGP gracefulRestartTime=90 passive']);
  });

  it('is multihop over eBGP in 3.23 to 3.25 and 3.33 only', () => {
    const set = [
      node('a', { ipv4Address: '10.1.5.10/24', asNumber: 65001 }),
      node('c', { ipv4Address: '10.1.8.10/24', asNumber: 65002 }),
    ];
    const multihop = [23, 25, 26, 32, 33].map(
      (minor) => peersOfNode(set, 'a', { version: { text: `v3.${minor}`, minor } }).ipv4[0]?.multihop,
    );

    expect(multihop).toEqual([true, true, false, false, true]);
  });

  it('is multihop over iBGP in every release', () => {
    expect(peersOfNode(nodes, 'a', { version: { text: 'v3.28', minor: 28 } }).ipv4[0]?.multihop).toBe(true);
  });

  it('takes the AS of a node that states none from the cluster before 3.32, from the asking node since', () => {
    const set = [node('a', { ipv4Address: '10.1.5.10/24', asNumber: 65001 }), c];

    expect(sessions(set, 'a', { version: v323 })).toEqual(['Mesh_10_1_8_10 eBGP 64512 passive']);
    expect(sessions(set, 'a')).toEqual(['Mesh_10_1_8_10 iBGP passive']);
    expect(sessions(set, 'c')).toEqual(['Mesh_10_1_5_10 eBGP 65001']);
  });
});

describe('global and node-specific peers', () => {
  const tor = { peerIP: '10.1.5.1', asNumber: 65005 };

  it('drops a node-specific peering to an address that is peered with globally', () => {
    const set = [
      ...nodes,
      meshOff,
      peer({ ...tor, node: 'a', sourceAddress: 'None' }, 'a-first'),
      peer(tor, 'b-global'),
    ];

    expect(sessions(set)).toEqual(['Global_10_1_5_1 eBGP 65005']);
  });

  it('keeps both when the ports differ, and takes 179 and no port for the same', () => {
    const other = peer({ peerIP: '10.1.5.1:1790', asNumber: 65005, node: 'a' }, 'port');
    const same = peer({ peerIP: '10.1.5.1:179', asNumber: 65005, node: 'a' }, 'same');

    expect(sessions([...nodes, meshOff, peer(tor), other])).toEqual([
      'Global_10_1_5_1 eBGP 65005',
      'Node_10_1_5_1_port_1790 eBGP 65005 port=1790',
    ]);
    expect(sessions([...nodes, meshOff, peer(tor), same])).toEqual(['Global_10_1_5_1 eBGP 65005']);
  });

  it('lets the first name win among equals', () => {
    const set = [
      meshOff,
      ...nodes,
      peer({ ...tor, asNumber: 2, node: 'a' }, 'zz'),
      peer({ ...tor, asNumber: 1, node: 'a' }, 'aa'),
    ];

    expect(sessions(set)).toEqual(['Node_10_1_5_1 eBGP 1']);
  });

  it('is for the nodes that nodeSelector matches', () => {
    const set = [...nodes, meshOff, peer({ ...tor, nodeSelector: "rack == 'r0'" })];

    expect(sessions(set, 'a')).toEqual(['Node_10_1_5_1 eBGP 65005']);
    expect(sessions(set, 'c')).toEqual([]);
  });

  it('skips itself', () => {
    const set = [...nodes, meshOff, peer({ peerIP: '10.1.5.10', asNumber: 64512 })];

    expect(sessions(set, 'a').filter((text) => text.includes('10_1_5_10'))).toEqual([]);
    expect(sessions(set, 'c')).toContain('Global_10_1_5_10 iBGP');
  });

  it('is passive only as a global peer, towards a Calico node with the larger text', () => {
    const towards = (peerIP: string, more: BGPPeer['spec'] = {}) =>
      sessions([...nodes, meshOff, peer({ peerIP, asNumber: 64512, ...more })]);

    expect(towards('10.1.5.9')).toEqual(['Global_10_1_5_9 iBGP passive']);
    expect(towards('10.1.5.9', { node: 'a' })).toEqual(['Node_10_1_5_9 iBGP']);
    expect(towards('10.1.9.9')).toEqual(['Global_10_1_9_9 iBGP']);
  });

  it('takes the port of a Calico node that is meant by address and AS', () => {
    const set = [...nodes, meshOff, configuration({ listenPort: 500 }, 'node.b')];

    expect(sessions([...set, peer({ peerIP: '10.1.5.9', asNumber: 64512, node: 'a' })])).toEqual([
      'Node_10_1_5_9_port_500 iBGP port=500',
    ]);
    expect(sessions([...set, peer({ peerIP: '10.1.5.9', asNumber: 65000, node: 'a' })])).toEqual([
      'Node_10_1_5_9 eBGP 65000',
    ]);
  });

  it('writes IPv6 addresses short and in lower case, with and without port', () => {
    const set = [
      ...nodes,
      meshOff,
      peer({ peerIP: 'FD00:0:0::1', asNumber: 1 }),
      peer({ peerIP: '[fd00::2]:50', asNumber: 2 }, 'q'),
    ];

    expect(sessions(set)).toEqual(['Global_fd00__1 eBGP 1', 'Global_fd00__2_port_50 eBGP 2 port=50']);
    expect(sessions(set, 'c')).toEqual([]);
  });

  it('has no source address when sourceAddress is None', () => {
    expect(sessions([...nodes, meshOff, peer({ ...tor, sourceAddress: 'None' })])).toEqual([
      'Global_10_1_5_1 eBGP 65005 no source',
    ]);
  });

  it('reads AS numbers as text and asdot', () => {
    const set = [
      ...nodes,
      configuration({ nodeToNodeMeshEnabled: false, asNumber: '1.10' }),
      peer({ ...tor, asNumber: '65546' }),
    ];

    expect(peersOfNode(set, 'a', { version: v333 }).localAs).toBe(65546);
    expect(sessions(set)).toEqual(['Global_10_1_5_1 iBGP']);
  });
});

describe('reverse peerings', () => {
  it('give both ends of a peerSelector a session, both families', () => {
    const set = [...nodes, meshOff, peer({ nodeSelector: "rack == 'r1'", peerSelector: "rack == 'r0'" })];

    expect(sessions(set, 'a')).toEqual(['Node_10_1_8_10 iBGP']);
    expect(sessions(set, 'c')).toEqual(['Node_10_1_5_10 iBGP', 'Node_10_1_5_9 iBGP']);
  });

  it('are only of the address family of peerIP, in 3.23 of both', () => {
    const set = [...nodes, meshOff, peer({ peerIP: '10.1.5.10', asNumber: 64512, node: 'b' })];

    expect(sessions(set, 'a')).toEqual(['Node_10_1_5_9 iBGP']);
    expect(sessions(set, 'a', { version: v323 })).toEqual(['Node_10_1_5_9 iBGP', 'Node_fd00__b iBGP']);
  });

  it('come from every node towards a globally peered Calico node', () => {
    const set = [...nodes, meshOff, peer({ peerIP: '10.1.8.10', asNumber: 64512 })];

    expect(sessions(set, 'c')).toEqual(['Node_10_1_5_10 iBGP', 'Node_10_1_5_9 iBGP']);
  });

  it('need the right AS number and, where stated, the right port', () => {
    const with500 = [...nodes, meshOff, configuration({ listenPort: 500 }, 'node.a')];
    const to = (peerIP: string, asNumber = 64512) => peer({ peerIP, asNumber, node: 'c' });

    expect(sessions([...nodes, meshOff, to('10.1.5.10', 65000)], 'a')).toEqual([]);
    expect(sessions([...with500, to('10.1.5.10:500')], 'a')).toEqual(['Node_10_1_8_10 iBGP']);
    expect(sessions([...with500, to('10.1.5.10:600')], 'a')).toEqual([]);
  });

  it('without peerIP mean every node that lacks an address family', () => {
    const set = [...nodes, meshOff, peer({ nodeSelector: "rack == 'r0'" })];

    expect(sessions(set, 'a')).toEqual([]);
    expect(sessions(set, 'c')).toEqual(['Node_10_1_5_10 iBGP', 'Node_10_1_5_9 iBGP']);
  });

  it('are not made when reversePeering is Manual', () => {
    const set = [...nodes, meshOff, peer({ node: 'c', peerSelector: "rack == 'r0'", reversePeering: 'Manual' })];

    expect(sessions(set, 'a')).toEqual([]);
    expect(sessions(set, 'c')).toHaveLength(2);
  });

  it('never replace a stated one', () => {
    const there = peer({ peerIP: '10.1.8.10', asNumber: 64512, node: 'a', maxRestartTime: '5s' }, 'zz');
    const back = peer({ peerIP: '10.1.5.10', asNumber: 64512, node: 'c', maxRestartTime: '9s' }, 'aa');

    expect(sessions([...nodes, meshOff, there, back], 'a')).toEqual(['Node_10_1_8_10 iBGP gracefulRestartTime=5']);
  });

  it('carry neither local AS nor allowed local AS', () => {
    const set = [
      ...nodes,
      meshOff,
      peer({ peerIP: '10.1.5.10', asNumber: 64512, node: 'c', localASNumber: 7, numAllowedLocalASNumbers: 2 }),
    ];

    expect(sessions(set, 'c')).toEqual(['Node_10_1_5_10 iBGP allowLocalAs=2 localAs=7']);
    expect(sessions(set, 'a')).toEqual(['Node_10_1_8_10 iBGP']);
  });
});

describe('route reflectors', () => {
  const rr1 = reflector('rr1', '10.1.5.20/24', '244.0.0.1');
  const rr2 = reflector('rr2', '10.1.5.21/24', '244.0.0.1');
  const rr3 = reflector('rr3', '10.1.5.22/24', '244.0.0.2');
  const toReflectors = peer({ nodeSelector: 'all()', peerSelector: "rr == 'true'" });

  it('have clients, and none of their own cluster', () => {
    const set = [meshOff, c, rr1, rr2, rr3, toReflectors];

    expect(sessions(set, 'rr1')).toEqual([
      'Node_10_1_5_21 iBGP',
      'Node_10_1_5_22 iBGP rrClient rrClusterId=244.0.0.1',
      'Node_10_1_8_10 iBGP rrClient rrClusterId=244.0.0.1',
    ]);
    expect(sessions(set, 'c')).toEqual(['Node_10_1_5_20 iBGP', 'Node_10_1_5_21 iBGP', 'Node_10_1_5_22 iBGP']);
  });

  it('have no clients over eBGP', () => {
    const set = [meshOff, node('c', { ipv4Address: '10.1.8.10/24', asNumber: 65001 }), rr1, toReflectors];

    expect(sessions(set, 'rr1')).toEqual(['Node_10_1_8_10 eBGP 65001']);
  });

  it('compare with the local AS of the peering', () => {
    const set = [
      meshOff,
      rr1,
      peer({ peerIP: '10.9.9.9', asNumber: 65001, localASNumber: 65001, keepOriginalNextHop: true }),
    ];

    expect(sessions(set, 'rr1')).toEqual(['Global_10_9_9_9 eBGP 65001 localAs=65001 rrClient rrClusterId=244.0.0.1']);
  });
});

describe('settings of a peer', () => {
  const row = (spec: BGPPeer['spec']) =>
    sessions([...nodes, meshOff, peer({ peerIP: '10.1.5.1', asNumber: 65005, ...spec })], 'a', {
      secrets: new Set(['s/k']),
    })[0];

  it.each<readonly [BGPPeer['spec'], string]>([
    [{ keepOriginalNextHop: true }, 'Global_10_1_5_1 eBGP 65005 nextHop=keep'],
    [{ keepOriginalNextHop: true, asNumber: 64512 }, 'Global_10_1_5_1 iBGP'],
    [{ nextHopMode: 'Keep', asNumber: 64512 }, 'Global_10_1_5_1 iBGP nextHop=keep'],
    [{ nextHopMode: 'Self' }, 'Global_10_1_5_1 eBGP 65005 nextHop=self'],
    [{ nextHopMode: 'Auto' }, 'Global_10_1_5_1 eBGP 65005'],
    [{ ttlSecurity: 2 }, 'Global_10_1_5_1 eBGP 65005 ttl=true/2'],
    [{ ttlSecurity: 0 }, 'Global_10_1_5_1 eBGP 65005'],
    [{ localASNumber: 0 }, 'Global_10_1_5_1 eBGP 65005'],
    [{ reachableBy: '10.1.5.254' }, 'Global_10_1_5_1 eBGP 65005'],
    [{ maxRestartTime: '1500ms' }, 'Global_10_1_5_1 eBGP 65005 gracefulRestartTime=2'],
    [{ maxRestartTime: '0s' }, 'Global_10_1_5_1 eBGP 65005 gracefulRestartTime=0'],
    [{ keepaliveTime: '20s' }, 'Global_10_1_5_1 eBGP 65005 keepaliveTime=20'],
    [{ numAllowedLocalASNumbers: 1 }, 'Global_10_1_5_1 eBGP 65005 allowLocalAs=1'],
    [{ localASNumber: 65001 }, 'Global_10_1_5_1 eBGP 65005 localAs=65001'],
    [{ password: { secretKeyRef: { name: 's', key: 'k' } } }, 'Global_10_1_5_1 eBGP 65005 password=s/k'],
  ])('%j', (spec, expected) => {
    expect(row(spec)).toBe(expected);
  });

  it('calls the functions of its filters that exist and have rules for the family and direction', () => {
    const filter = (name: string, spec: BGPFilter['spec']): BGPFilter => ({
      apiVersion,
      kind: 'BGPFilter',
      metadata: { name },
      spec,
    });
    const rules = [{ action: 'Reject' }] as const;
    const set = [
      ...nodes,
      meshOff,
      filter('one', { exportV4: rules, importV4: rules }),
      filter('two', { importV4: rules, exportV6: rules }),
      peer({ peerIP: '10.1.5.1', asNumber: 65005, filters: ['two', 'absent', 'one'] }),
    ];

    const [found] = peersOfNode(set, 'a', { version: v333 }).ipv4;
    const [older] = peersOfNode(set, 'a', { version: { text: 'v3.25', minor: 25 } }).ipv4;

    expect(found?.filters).toEqual(['bgp_two_importFilterV4', 'bgp_one_importFilterV4', 'bgp_one_exportFilterV4']);
    expect(older?.filters).toBeUndefined();
  });

  it('peers with chosen pods of its own node, passively and without source address', () => {
    const workloads = [
      { node: 'a', labels: { role: 'router' }, addresses: ['10.244.0.5', 'fd00:1::5'] },
      { node: 'b', labels: { role: 'router' }, addresses: ['10.244.1.5'] },
      { node: 'a', labels: {}, addresses: ['10.244.0.6'] },
    ];
    const set = [
      ...nodes,
      meshOff,
      peer({ localWorkloadSelector: "role == 'router'", asNumber: 65401, nodeSelector: 'all()' }),
    ];

    expect(sessions(set, 'a', { workloads })).toEqual([
      'Local_Workload_10_244_0_5 eBGP 65401 passive no source',
      'Local_Workload_fd00_1__5 eBGP 65401 passive no source',
    ]);
  });
});

describe('chosen pods', () => {
  const workloads = [{ node: 'a', labels: { role: 'router' }, addresses: ['10.244.0.5'] }];
  const chosenBy = (spec: BGPPeer['spec'], name: string) => peer({ localWorkloadSelector: 'has(role)', ...spec }, name);

  it('belong to the first peer by name that is for their node', () => {
    const here = chosenBy({ asNumber: 65402, nodeSelector: "rack == 'r0'" }, 'bb');
    const elsewhere = chosenBy({ asNumber: 65401, node: 'c' }, 'aa');
    const everywhere = chosenBy({ asNumber: 65403 }, 'cc');

    expect(sessions([...nodes, meshOff, here, elsewhere, everywhere], 'a', { workloads })).toEqual([
      'Local_Workload_10_244_0_5 eBGP 65402 passive no source',
    ]);
  });
});

describe('a node', () => {
  it.each([
    [{}, '10.1.5.10'],
    [{ CALICO_ROUTER_ID: '1.2.3.4' }, '1.2.3.4'],
  ])('with the environment %j has the router id %s', (env, expected) => {
    expect(peersOfNode(nodes, 'a', { version: v333, env }).routerId).toBe(expected);
  });

  it('lists sessions by name from 3.32, before that mesh, global, node', () => {
    const set = [
      ...nodes,
      peer({ peerIP: '10.9.9.9', asNumber: 1 }),
      peer({ peerIP: '10.9.9.8', asNumber: 1, node: 'a' }, 'n'),
    ];
    const names = (version: PeersOptions['version']) => peersOfNode(set, 'a', { version }).ipv4.map(({ name }) => name);

    expect(names(v333)).toEqual(['Global_10_9_9_9', 'Mesh_10_1_5_9', 'Mesh_10_1_8_10', 'Node_10_9_9_8']);
    expect(names(v323)).toEqual(['Mesh_10_1_5_9', 'Mesh_10_1_8_10', 'Global_10_9_9_9', 'Node_10_9_9_8']);
  });

  it('without an IPv4 address has no IPv4 sessions', () => {
    const set = [node('a', { ipv6Address: 'fd00::a/64' }), b, peer({ peerIP: '10.9.9.9', asNumber: 1 })];

    expect(sessions(set)).toEqual(['Mesh_fd00__b iBGP passive']);
  });

  it('that does not exist is a mistake of the caller', () => {
    expect(() => peersOfNode(nodes, 'zz', { version: v333 })).toThrow(TypeError);
  });
});
