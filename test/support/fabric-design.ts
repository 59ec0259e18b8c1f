// Owns small designs with known routes: the fabric of bgp-rr with the addresses of truth/bgp-rr, and three nodes on one network.

import { networkOf } from '../../src/base/address.ts';
import type { ExpectedRoute } from '../../src/design/convergence.ts';
import type { Design, Interface, NodeDesign, PodDesign, RouterDesign } from '../../src/design/design.ts';

interface NodeFacts {
  readonly short: string;
  readonly docker: string;
  readonly address: string;
  readonly rack: string | undefined;
  readonly gateway: string;
  readonly block: string;
  readonly pods: readonly { readonly name: string; readonly address: string; readonly interface: string }[];
}

function port(name: string, ...addresses: readonly string[]): Interface {
  return { name, addresses, mtu: 1500, mac: undefined, link: name };
}

function podOf(lab: string, facts: NodeFacts): readonly PodDesign[] {
  return facts.pods.map(({ address, ...pod }) => ({
    kind: 'pod',
    namespace: 'default',
    node: `${lab}-${facts.short}`,
    mtu: 1500,
    mac: '00:00:00:00:00:01',
    addresses: [{ family: 4, address, block: facts.block }],
    ...pod,
  }));
}

function nodeOf(lab: string, facts: NodeFacts): NodeDesign {
  const name = `${lab}-${facts.short}`;
  const isFlat = facts.rack === undefined;
  return {
    kind: 'node',
    name,
    short: facts.short,
    role: facts.short === 'control-plane' ? 'control-plane' : 'worker',
    rack: facts.rack,
    interfaces: isFlat ? [port('eth0', facts.address)] : [port('eth0', facts.docker), port('net0', facts.address)],
    addresses: [{ family: 4, address: facts.address, uplink: isFlat ? 'eth0' : 'net0', gateway: facts.gateway }],
    labels: {},
    peers: { node: name, routerId: facts.address, localAs: 64512, ipv4: [], ipv6: [] },
    blocks: [{ cidr: facts.block, node: name, pool: 'default-ipv4-ippool' }],
    tunnels: [],
    pods: podOf(lab, facts),
  };
}

function routerOf(name: string, asNumber: number, interfaces: readonly Interface[]): RouterDesign {
  return {
    kind: 'router',
    name,
    asNumber,
    routerId: interfaces[1]?.addresses[0]?.split('/')[0] ?? '',
    interfaces,
    networks: [],
    neighbors: [],
    multipathRelax: true,
    timers: undefined,
    sourceNat: undefined,
    defaultGateway: '172.20.20.1',
    config: [],
  };
}

/** A unicast route; `hops` are `via dev` or `dev` alone. */
export function route(
  machine: string,
  prefix: string,
  protocol: string,
  metric: number | undefined,
  ...hops: readonly string[]
): ExpectedRoute {
  const nextHops = hops.map((hop) => {
    const [first = '', second] = hop.split(' ');
    return second === undefined ? { via: undefined, dev: first } : { via: first, dev: second };
  });
  return {
    machine,
    prefix,
    type: 'unicast',
    protocol,
    metric,
    scope: undefined,
    onlink: false,
    mtu: undefined,
    nextHops,
    choice: 'all',
    because: 'as truth/bgp-rr has it',
  };
}

function designOf(
  lab: string,
  nodes: readonly NodeDesign[],
  routers: readonly RouterDesign[],
  routes: readonly ExpectedRoute[],
): Design {
  const pods = nodes.flatMap((node) => node.pods);
  const local = pods.map((pod) => route(pod.node, `${pod.addresses[0].address}/32`, 'boot', 1024, pod.interface));
  return {
    lab,
    variant: undefined,
    title: lab,
    version: { text: 'v3.33', minor: 33 },
    backend: 'bird',
    nodes,
    routers,
    switches: [],
    pods,
    hosts: [],
    services: [],
    podSubnet: '10.244.0.0/16',
    links: [],
    objects: [],
    pools: [],
    earlier: [],
    blocks: nodes.flatMap((node) => node.blocks),
    labPeers: [],
    secrets: {},
    expected: { sessions: [], routes: [...local, ...routes], paths: [] },
    expect: [],
  };
}

const rackNodes: readonly NodeFacts[] = [
  {
    short: 'control-plane',
    docker: '172.18.0.4/16',
    address: '10.1.5.10/24',
    rack: 'rack0',
    gateway: '10.1.5.1',
    block: '10.244.238.192/26',
    pods: [
      { name: 'pod-a', address: '10.244.238.192', interface: 'cali5e1c4d6c68c' },
      { name: 'pod-e', address: '10.244.238.193', interface: 'cali0e0e0e0e0e0' },
    ],
  },
  {
    short: 'worker',
    docker: '172.18.0.5/16',
    address: '10.1.5.11/24',
    rack: 'rack0',
    gateway: '10.1.5.1',
    block: '10.244.128.64/26',
    pods: [{ name: 'pod-c', address: '10.244.128.64', interface: 'cali3754a2f57f6' }],
  },
  {
    short: 'worker2',
    docker: '172.18.0.3/16',
    address: '10.1.8.10/24',
    rack: 'rack1',
    gateway: '10.1.8.1',
    block: '10.244.223.64/26',
    pods: [{ name: 'pod-d', address: '10.244.223.64', interface: 'calic1e7fdf5f3e' }],
  },
  {
    short: 'worker3',
    docker: '172.18.0.2/16',
    address: '10.1.8.11/24',
    rack: 'rack1',
    gateway: '10.1.8.1',
    block: '10.244.142.0/26',
    pods: [{ name: 'pod-b', address: '10.244.142.0', interface: 'cali2f5353dd8c5' }],
  },
];

/** Two spines, two leaves, four nodes in two racks, no encapsulation. */
export function fabricDesign(): Design {
  const routers = [
    routerOf('leaf0', 65005, [
      port('eth0', '172.20.20.2/24'),
      port('eth1', '10.1.10.1/24'),
      port('eth2', '10.1.12.1/24'),
      port('eth3', '10.1.5.1/24'),
    ]),
    routerOf('leaf1', 65008, [
      port('eth0', '172.20.20.3/24'),
      port('eth1', '10.1.34.1/24'),
      port('eth2', '10.1.11.1/24'),
      port('eth3', '10.1.8.1/24'),
    ]),
    routerOf('spine0', 500, [
      port('eth0', '172.20.20.4/24'),
      port('eth1', '10.1.10.2/24'),
      port('eth2', '10.1.34.2/24'),
    ]),
    routerOf('spine1', 800, [
      port('eth0', '172.20.20.5/24'),
      port('eth1', '10.1.12.2/24'),
      port('eth2', '10.1.11.2/24'),
    ]),
  ];
  const nodes = rackNodes.map((facts) => nodeOf('bgp-rr', facts));
  const routes: ExpectedRoute[] = [];
  for (const node of nodes) {
    for (const other of nodes.filter((candidate) => candidate !== node)) {
      const block = other.blocks[0]?.cidr ?? '';
      const isNear = other.rack === node.rack;
      const via = isNear ? other.addresses[0].address.split('/')[0] : node.addresses[0].gateway;
      routes.push(route(node.name, block, 'bird', isNear ? 1024 : 2147483547, `${via} net0`));
    }
    const block = node.blocks[0]?.cidr ?? '';
    const [near, far] = node.rack === 'rack0' ? ['leaf0', 'leaf1'] : ['leaf1', 'leaf0'];
    routes.push(route(near ?? '', block, 'bgp', 20, `${node.addresses[0].address.split('/')[0]} eth3`));
    const up = far === 'leaf0' ? ['10.1.10.2 eth1', '10.1.12.2 eth2'] : ['10.1.34.2 eth1', '10.1.11.2 eth2'];
    routes.push(route(far ?? '', block, 'bgp', 20, ...up));
    const down = node.rack === 'rack0' ? ['10.1.10.1 eth1', '10.1.12.1 eth1'] : ['10.1.34.1 eth2', '10.1.11.1 eth2'];
    routes.push(route('spine0', block, 'bgp', 20, down[0] ?? ''), route('spine1', block, 'bgp', 20, down[1] ?? ''));
  }
  return designOf('bgp-rr', nodes, routers, routes);
}

/** Three nodes on 172.18.0.0/16; `tunnel`: every pod route goes through that device instead. */
export function flatDesign(tunnel?: 'tunl0' | 'vxlan.calico'): Design {
  const nodes = ['control-plane', 'worker', 'worker2'].map((short, index) =>
    nodeOf('fullmesh', {
      short,
      docker: '',
      address: `172.18.0.${index + 2}/16`,
      rack: undefined,
      gateway: '172.18.0.1',
      block: `10.244.${index}.0/26`,
      pods: [
        { name: ['pod-a', 'pod-c', 'pod-b'][index] ?? '', address: `10.244.${index}.2`, interface: `cali${index}` },
      ],
    }),
  );
  const routes = nodes.flatMap((node) =>
    nodes
      .filter((other) => other !== node)
      .map((other, index) => {
        const via =
          tunnel === 'vxlan.calico'
            ? networkOf(other.blocks[0]?.cidr ?? '').split('/')[0]
            : other.addresses[0].address.split('/')[0];
        return route(
          node.name,
          other.blocks[0]?.cidr ?? `${index}`,
          tunnel === undefined ? 'bird' : '80',
          undefined,
          `${via} ${tunnel ?? 'eth0'}`,
        );
      }),
  );
  const design = designOf('fullmesh', nodes, [], routes);
  if (tunnel === undefined) return design;
  const objects = nodes.map((node) => {
    const address = node.blocks[0]?.cidr.split('/')[0] ?? '';
    const spec = tunnel === 'tunl0' ? { bgp: { ipv4IPIPTunnelAddr: address } } : { ipv4VXLANTunnelAddr: address };
    return { apiVersion: 'projectcalico.org/v3', kind: 'Node', metadata: { name: node.name }, spec } as const;
  });
  return { ...design, objects };
}
