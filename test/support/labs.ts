// Owns two labs built by hand, for tests that need a Lab and no file.

import { kindSettingsOf } from '../../src/lab/kind-settings.ts';
import type { Lab, LabNode, Topology } from '../../src/lab/lab.ts';

/** Article 004's fabric: two spines, two leaves, spine1 with leaf1's router id. */
export const twoSpinesTwoLeaves: Topology = {
  name: 'two-spines-two-leaves',
  routers: [
    { name: 'leaf0', asNumber: 65005, routerId: '10.1.5.1', config: [] },
    { name: 'leaf1', asNumber: 65008, routerId: '10.1.8.1', config: [] },
    { name: 'spine0', asNumber: 500, routerId: undefined, config: [] },
    { name: 'spine1', asNumber: 800, routerId: '10.1.8.1', config: [] },
  ],
  links: [
    fabricLink('leaf0:eth1', 'spine0:eth1', '10.1.10.0/24'),
    fabricLink('leaf0:eth2', 'spine1:eth1', '10.1.12.0/24'),
    fabricLink('leaf1:eth1', 'spine0:eth2', '10.1.34.0/24'),
    fabricLink('leaf1:eth2', 'spine1:eth2', '10.1.11.0/24'),
  ],
  racks: [
    {
      name: 'rack0',
      leaf: { machine: 'leaf0', interface: 'eth3' },
      prefix: '10.1.5.0/24',
      prefix6: undefined,
      mtu: 1500,
    },
    {
      name: 'rack1',
      leaf: { machine: 'leaf1', interface: 'eth3' },
      prefix: '10.1.8.0/24',
      prefix6: undefined,
      mtu: 1500,
    },
  ],
  bgp: { networks: 'connected', multipathRelax: true, timers: undefined, bfd: undefined },
};

function fabricLink(a: string, b: string, prefix: string): Topology['links'][number] {
  return { endpoints: [endpointOf(a), endpointOf(b)], prefix, prefix6: undefined, mtu: [1500, 1500] };
}

function endpointOf(text: string): { machine: string; interface: string } {
  const [machine = '', iface = ''] = text.split(':');
  return { machine, interface: iface };
}

/** A node as kind names it: the first of a role has no number. */
export function labNode(lab: string, short: string, rack: string | undefined): LabNode {
  const role = short.startsWith('control-plane') ? 'control-plane' : 'worker';
  return { name: `${lab}-${short}`, short, role, rack, address: undefined, reflector: undefined, labels: {} };
}

const cluster = {
  podSubnet: '10.244.0.0/16',
  podSubnet6: undefined,
  serviceSubnet: '10.96.0.0/16',
  network: {
    prefix: '172.18.0.0/16',
    gateway: '172.18.0.1',
    prefix6: 'fc00:f853:ccd:e793::/64',
    outside: '172.20.20.0/24',
  },
};

const calico = {
  version: { text: 'v3.33', minor: 33 },
  backend: 'bird',
  encapsulation: 'None',
  switchedFrom: undefined,
  blockSize: 26,
  natOutgoing: true,
  encapsulation6: 'None',
  blockSize6: 122,
  natOutgoing6: false,
  resources: [],
  advertise: undefined,
  secrets: {},
  autodetection: 'first-found',
  ipam: { strictAffinity: false, maxBlocksPerHost: 0 },
  typha: false,
  routerID: undefined,
} as const;

/** bgp-rr as its lab file says it. */
export const bgpRr: Lab = {
  name: 'bgp-rr',
  variant: undefined,
  title: 'Each node peers with its leaf, a route reflector; leaves peer with two spines',
  kernel: 'host',
  source: 'labs/bgp-rr.lab.yml',
  topology: twoSpinesTwoLeaves,
  cluster: {
    ...cluster,
    nodes: [
      labNode('bgp-rr', 'control-plane', 'rack0'),
      labNode('bgp-rr', 'worker', 'rack0'),
      labNode('bgp-rr', 'worker2', 'rack1'),
      labNode('bgp-rr', 'worker3', 'rack1'),
    ],
  },
  calico: {
    ...calico,
    nodeToNodeMesh: false,
    asNumber: undefined,
    nodeASNumber: 'leaf',
    peers: [
      { rack: 'rack0', to: 'leaf0', reflector: true, nextHopSelf: true, allowLocalAs: undefined, filters: [] },
      { rack: 'rack1', to: 'leaf1', reflector: true, nextHopSelf: true, allowLocalAs: undefined, filters: [] },
    ],
  },
  pods: [
    { name: 'pod-a', node: 'bgp-rr-control-plane' },
    { name: 'pod-c', node: 'bgp-rr-worker' },
    { name: 'pod-d', node: 'bgp-rr-worker2' },
    { name: 'pod-b', node: 'bgp-rr-worker3' },
  ],
  hosts: [],
  services: [],
  kind: kindSettingsOf(undefined),
  expect: [{ kind: 'sessions', which: 'all' }],
};

/** fullmesh as its lab file says it: three nodes on Docker's network, no fabric. */
export const fullmesh: Lab = {
  name: 'fullmesh',
  variant: undefined,
  title: 'Three nodes on one flat network, node-to-node mesh',
  kernel: 'host',
  source: 'labs/fullmesh.lab.yml',
  topology: undefined,
  cluster: {
    ...cluster,
    nodes: [
      labNode('fullmesh', 'control-plane', undefined),
      labNode('fullmesh', 'worker', undefined),
      labNode('fullmesh', 'worker2', undefined),
    ],
  },
  calico: { ...calico, nodeToNodeMesh: true, asNumber: undefined, nodeASNumber: undefined, peers: [] },
  pods: [
    { name: 'pod-a', node: 'fullmesh-control-plane' },
    { name: 'pod-c', node: 'fullmesh-worker' },
    { name: 'pod-b', node: 'fullmesh-worker2' },
  ],
  hosts: [],
  services: [],
  kind: kindSettingsOf(undefined),
  expect: [{ kind: 'sessions', which: 'all' }],
};

/** vxlan as its lab file says it: bgp-rr's machines under other names, and no BIRD. */
export const vxlan: Lab = {
  ...bgpRr,
  name: 'vxlan',
  source: 'labs/vxlan.lab.yml',
  cluster: {
    ...cluster,
    nodes: [
      labNode('vxlan', 'control-plane', 'rack0'),
      labNode('vxlan', 'worker', 'rack0'),
      labNode('vxlan', 'worker2', 'rack1'),
      labNode('vxlan', 'worker3', 'rack1'),
    ],
  },
  calico: {
    ...calico,
    asNumber: undefined,
    backend: 'vxlan',
    encapsulation: 'VXLAN',
    switchedFrom: undefined,
    nodeToNodeMesh: true,
    nodeASNumber: undefined,
    peers: [],
  },
  pods: [
    { name: 'pod-a', node: 'vxlan-control-plane' },
    { name: 'pod-c', node: 'vxlan-worker' },
    { name: 'pod-d', node: 'vxlan-worker2' },
    { name: 'pod-b', node: 'vxlan-worker3' },
  ],
};
