// Owns the list of combinations that Calico refuses, or accepts and breaks (calico.md H): one case for each, with its reason.

import { describe, expect, it } from 'vitest';
import { designLab } from '../../../src/design/design-lab.ts';
import type { Lab } from '../../../src/lab/lab.ts';
import { bgpRr, fullmesh, vxlan } from '../../support/labs.ts';

type CalicoPart = Partial<Lab['calico']>;

function problemsOf(lab: Lab, calico: CalicoPart) {
  return designLab({ ...lab, calico: { ...lab.calico, ...calico } }).problems;
}

function object(kind: string, name: string, spec: object): object {
  return { apiVersion: 'projectcalico.org/v3', kind, metadata: { name }, spec };
}

const v323 = { text: 'v3.23.2', minor: 23 };
const peerOfAll = object('BGPPeer', 'p', { peerIP: '10.1.5.1', asNumber: 65005 });

describe('Calico accepts it, and it breaks', () => {
  it.each<readonly [string, Lab, CalicoPart, string, RegExp]>([
    [
      'backend vxlan with a pool that is not VXLAN',
      vxlan,
      { encapsulation: 'None' },
      'error BACKEND_NO_ROUTES',
      /nobody writes the routes of IP pool default-ipv4-ippool/,
    ],
    [
      'backend vxlan with a BGPPeer',
      vxlan,
      { resources: [peerOfAll] },
      'error BACKEND_NO_BGP',
      /BGPPeer p makes no session/,
    ],
    [
      'no mesh and no peer that selects a node',
      bgpRr,
      { peers: [] },
      'error NODE_UNREACHED',
      /no BGP session reaches node control-plane/,
    ],
    [
      'a mesh and a node with a cluster id',
      fullmesh,
      {
        resources: [
          object('Node', 'fullmesh-worker', {
            bgp: { ipv4Address: '172.18.0.3/16', routeReflectorClusterID: '244.0.0.1' },
          }),
        ],
      },
      'warning REFLECTOR_OUTSIDE_MESH',
      /leaves the node-to-node mesh/,
    ],
    [
      'no encapsulation, two subnets, and a fabric that learns no pods',
      bgpRr,
      { nodeToNodeMesh: true, peers: [] },
      'error CROSS_SUBNET_UNREACHABLE',
      /without encapsulation other subnets cannot reach them/,
    ],
    [
      'one AS for all nodes, another for their leaf',
      bgpRr,
      { nodeASNumber: 64512 },
      'warning NODE_AS_SHARED',
      /each drops the other's routes/,
    ],
    [
      'one router id for all nodes',
      fullmesh,
      { routerID: '1.2.3.4' },
      'error ROUTER_ID_TAKEN',
      /iBGP speakers refuse each other/,
    ],
    [
      'two nodes with one address',
      fullmesh,
      {
        resources: ['fullmesh-worker', 'fullmesh-worker2'].map((name) =>
          object('Node', name, { bgp: { ipv4Address: '172.18.0.3/16' } }),
        ),
      },
      'error NODE_ADDRESS_TAKEN',
      /calico-node exits with an address conflict/,
    ],
    [
      'IPIP whose routes are BIRD’s, and a leaf that sets itself as next hop',
      bgpRr,
      { version: v323, encapsulation: 'IPIP' },
      'warning IPIP_NEXT_HOP_SELF',
      /the tunnel would end at leaf0/,
    ],
    [
      'programClusterRoutes that is not the counterpart of Felix’s',
      fullmesh,
      { resources: [object('BGPConfiguration', 'default', { programClusterRoutes: 'Enabled' })] },
      'error ROUTE_OWNER',
      /routes would be written twice or by nobody/,
    ],
    [
      'an address of the network that the routers are not on',
      bgpRr,
      { autodetection: 'skip-interface=net.*' },
      'warning PEER_OTHER_NETWORK',
      /finds 172\.18\.0\.\d+ of eth0 on control-plane: leaf0 has no way to Docker's network/,
    ],
    [
      'a pool that BIRD keeps back',
      bgpRr,
      { resources: [object('IPPool', 'default-ipv4-ippool', { cidr: '10.244.0.0/16', disableBGPExport: true })] },
      'warning POOL_NOT_EXPORTED',
      /no node tells the others its blocks/,
    ],
    [
      'a node address without its prefix length',
      fullmesh,
      { resources: [object('Node', 'fullmesh-worker', { bgp: { ipv4Address: '172.18.0.3' } })] },
      'error NODE_ADDRESS',
      /has no prefix length, which decides what the same subnet means/,
    ],
    [
      'a password without its Secret',
      fullmesh,
      {
        resources: [
          object('BGPConfiguration', 'default', { nodeMeshPassword: { secretKeyRef: { name: 's', key: 'k' } } }),
        ],
      },
      'error SECRET_MISSING',
      /Calico would only log that, and run the session without password/,
    ],
    [
      'encapsulation and no addresses for tunnels',
      fullmesh,
      {
        resources: [
          object('IPPool', 'default-ipv4-ippool', {
            cidr: '10.244.0.0/16',
            vxlanMode: 'Always',
            allowedUses: ['Workload'],
          }),
        ],
      },
      'warning POOL_NO_TUNNEL',
      /tunnel/,
    ],
    ['Typha, which changes nothing', fullmesh, { typha: true }, 'warning TYPHA_CHANGES_NOTHING', /data path/],
  ])('%s', (_, lab, calico, code, reason) => {
    const found = problemsOf(lab, calico).filter((problem) => `${problem.severity} ${problem.code}` === code);

    expect(found.map(({ message }) => message).join('\n')).toMatch(reason);
    for (const { path } of found) expect(path.length).toBeGreaterThan(0);
  });
});

describe('Calico refuses it', () => {
  it.each<readonly [string, object, string]>([
    ['IPIP in an IPv6 pool', object('IPPool', 'v6', { cidr: 'fd00:9::/64', ipipMode: 'Always' }), 'POOL_ENCAPSULATION'],
    [
      'IPIP and VXLAN in one pool',
      object('IPPool', 'both', { cidr: '10.99.0.0/16', ipipMode: 'Always', vxlanMode: 'Always' }),
      'POOL_ENCAPSULATION',
    ],
    [
      'a selector that cannot be read',
      object('IPPool', 'odd', { cidr: '10.99.0.0/16', nodeSelector: "rack = 'a'" }),
      'OBJECT_FIELD_VALUE',
    ],
    [
      'node and nodeSelector',
      object('BGPPeer', 'p', { node: 'a', nodeSelector: 'all()', peerIP: '10.1.5.1', asNumber: 1 }),
      'OBJECT_COMBINATION',
    ],
    ['peerIP without AS', object('BGPPeer', 'p', { peerIP: '10.1.5.1' }), 'PEER_AS_NUMBER'],
  ])('%s', (_, raw, code) => {
    const [found] = problemsOf(fullmesh, { resources: [raw] }).filter((problem) => problem.code === code);

    expect(found).toMatchObject({
      severity: 'error',
      path: ['calico', 'resources', 0, 'spec'].slice(0, 3).concat(found?.path.slice(3) ?? []),
    });
  });
});

describe('IPAM', () => {
  const small = object('IPPool', 'default-ipv4-ippool', { cidr: '10.244.0.0/26', blockSize: 26 });

  it('borrows from another node’s block, unless strictAffinity forbids it', () => {
    const [lent, strict] = [false, true].map((strictAffinity) =>
      designLab({
        ...fullmesh,
        calico: { ...fullmesh.calico, resources: [small], ipam: { strictAffinity, maxBlocksPerHost: 0 } },
      }),
    );

    expect(lent?.design?.blocks).toHaveLength(1);
    expect(new Set(lent?.design?.pods.map(({ addresses }) => addresses[0].block))).toEqual(new Set(['10.244.0.0/26']));
    expect(strict?.problems.map(({ code, message }) => `${code} ${message}`).join()).toMatch(
      /IPAM_EXHAUSTED .*strictAffinity forbids borrowing/,
    );
  });
});
