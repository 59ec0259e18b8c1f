import { describe, expect, it } from 'vitest';
import { inFamily } from '../../../src/base/address.ts';
import { linkLocalOf } from '../../../src/design/addressing.ts';
import { findMachine } from '../../../src/design/design.ts';
import { designLab } from '../../../src/design/design-lab.ts';
import { walkRoutes } from '../../../src/design/walk.ts';
import type { Lab } from '../../../src/lab/lab.ts';
import { catalogueDesign } from '../../support/catalogue-lab.ts';
import { bgpRr, fullmesh, labNode } from '../../support/labs.ts';
import { expectedLine } from '../../support/truth-tables.ts';

/** The cluster `dual` of calico.md K.2: a control plane and a worker on Docker's network. */
const dual: Lab = {
  ...fullmesh,
  name: 'dual',
  cluster: {
    ...fullmesh.cluster,
    podSubnet6: 'fd00:10:244::/56',
    nodes: ['control-plane', 'worker'].map((short) => labNode('dual', short, undefined)),
  },
  pods: [
    { name: 'pod-a', node: 'dual-control-plane' },
    { name: 'pod-b', node: 'dual-worker' },
  ],
};

const { design } = designLab(dual);
if (design === undefined) throw new Error('the cluster dual has no design');

function routesOf(machine: string, of = design) {
  const routes = of?.expected.routes.filter((route) => route.machine === machine && route.prefix.includes(':')) ?? [];
  return routes.map(expectedLine);
}

describe('IP6_AUTODETECTION_METHOD', () => {
  const onFabric: Lab = {
    ...bgpRr,
    topology: {
      ...bgpRr.topology!,
      racks: bgpRr.topology!.racks.map((rack, i) => ({ ...rack, prefix6: `fd00:10:1:${i}::/64` })),
      links: bgpRr.topology!.links.map((link, i) => ({ ...link, prefix6: `fd00:10:2:${i}::/64` })),
    },
    cluster: { ...bgpRr.cluster, podSubnet6: 'fd00:10:244::/56' },
  };
  const vxlanOnly = { encapsulation: 'VXLAN', encapsulation6: 'VXLAN' } as const;
  const found = (autodetection6: string | undefined) => {
    const { design: made, problems } = designLab({
      ...onFabric,
      calico: {
        ...onFabric.calico,
        peers: [],
        nodeASNumber: undefined,
        nodeToNodeMesh: true,
        ...vxlanOnly,
        autodetection6,
      },
    });
    const uplinks = made?.nodes.map(({ addresses }) => addresses.map(({ uplink }) => uplink).join(' '));
    return { uplinks: new Set(uplinks), codes: new Set(problems.map(({ code, path }) => `${code} ${path.join('.')}`)) };
  };

  it('finds the IPv6 address by itself, whatever finds the IPv4 one', () => {
    expect(found(undefined).uplinks).toEqual(new Set(['net0 net0']));
    expect(found('interface=eth0').uplinks).toEqual(new Set(['net0 eth0']));
  });

  it('is refused where calico-node does not know it, or finds nothing', () => {
    expect(found('eth0').codes).toContain('AUTODETECTION_METHOD calico.autodetection6');
    expect(found('cidr=2001:db8::/32').codes).toContain('AUTODETECTION_NOTHING calico.autodetection6');
  });
});

describe('a dual-stack cluster', () => {
  it('gives each node the real blocks (calico.md K.2), each pod one address of either', () => {
    expect(design.blocks.map(({ node, cidr }) => [node, cidr])).toEqual([
      ['dual-control-plane', '10.244.104.192/26'],
      ['dual-control-plane', 'fd00:10:244:a5:d6d3:6c4d:fbf:6400/122'],
      ['dual-worker', '10.244.181.64/26'],
      ['dual-worker', 'fd00:10:244:37:a5bd:7eaf:211e:b540/122'],
    ]);
    expect(design.pods.map(({ addresses }) => addresses.map(({ address }) => address))).toEqual([
      ['10.244.104.192', 'fd00:10:244:a5:d6d3:6c4d:fbf:6400'],
      ['10.244.181.64', 'fd00:10:244:37:a5bd:7eaf:211e:b540'],
    ]);
  });

  it('has the IPv6 routes of a real node (calico.md K.6)', () => {
    expect(routesOf('dual-control-plane')).toEqual([
      '::/0 unicast boot - 1024 [fc00:f853:ccd:e793::1 eth0]',
      'fc00:f853:ccd:e793::/64 unicast kernel - 256 [- eth0]',
      'fd00:10:244:37:a5bd:7eaf:211e:b540/122 unicast bird - 1024 [fc00:f853:ccd:e793::3 eth0]',
      'fd00:10:244:a5:d6d3:6c4d:fbf:6400/122 blackhole bird - 1024 []',
      'fd00:10:244:a5:d6d3:6c4d:fbf:6400/128 unicast boot - 1024 [- cali]',
    ]);
    expect(routesOf('pod-a')).toEqual([
      '::/0 unicast boot - 1024 [fe80::ecee:eeff:feee:eeee eth0]',
      'fd00:10:244:a5:d6d3:6c4d:fbf:6400/128 unicast kernel - 256 [- eth0]',
    ]);
  });

  it('meshes once a family', () => {
    expect(design.expected.sessions.map(({ a, b, family }) => [a.address, b.address, family])).toEqual([
      ['172.18.0.2', '172.18.0.3', 4],
      ['fc00:f853:ccd:e793::2', 'fc00:f853:ccd:e793::3', 6],
    ]);
  });

  it('has the metric 1024 in releases that set none for IPv4 (calico.md C.7)', () => {
    const old = designLab({ ...dual, calico: { ...dual.calico, version: { text: 'v3.23.2', minor: 23 } } }).design;
    expect(routesOf('dual-worker', old)).toContain(
      'fd00:10:244:a5:d6d3:6c4d:fbf:6400/122 unicast bird - 1024 [fc00:f853:ccd:e793::2 eth0]',
    );
    expect(routesOf('dual-worker', old)).toContain('fd00:10:244:37:a5bd:7eaf:211e:b540/122 blackhole bird - 1024 []');
  });
});

describe('a dual-stack fabric', () => {
  it('makes link-local addresses of MAC addresses as a real kernel does (truth/fullmesh/worker)', () => {
    expect(linkLocalOf('02:42:ac:12:00:04')).toBe('fe80::42:acff:fe12:4');
    expect(linkLocalOf('ee:ee:ee:ee:ee:ee')).toBe('fe80::ecee:eeff:feee:eeee');
  });

  it('goes by link-local next hops where a neighbor on the link tells one (RFC 2545)', async () => {
    const fabric = await catalogueDesign('dualstack:fabric');
    const linkLocal = (machine: string, port: string): string => {
      const found = fabric.routers.find(({ name }) => name === machine)?.interfaces.find(({ name }) => name === port);
      return linkLocalOf(found?.mac ?? '');
    };
    const node = routesOf('dualstack-control-plane', fabric);
    const leaf = routesOf('leaf0', fabric);

    // The leaf's own network, told by itself; what it passes on over iBGP has the global address alone.
    expect(node).toContain(`fd00:10:1:10::/64 unicast bird - 2147483547 [${linkLocal('leaf0', 'eth3')} net0]`);
    expect(node).toContain('fd00:10:1:8::/64 unicast bird - 2147483547 [fd00:10:1:5::1 net0]');
    const spines = [`${linkLocal('spine0', 'eth1')} eth1`, `${linkLocal('spine1', 'eth1')} eth2`].toSorted();
    expect(leaf).toContain(`fd00:10:1:8::/64 unicast bgp - 20 [${spines.join(', ')}]`);
  });

  it('leads an IPv6 packet over both spines', async () => {
    const fabric = await catalogueDesign('dualstack:fabric');
    const [from, to] = ['pod-a', 'pod-b'].map((name) => findMachine(fabric, name));
    if (from === undefined || to === undefined) throw new Error('no pods');

    const passed = walkRoutes(fabric, from, to, 6).map(({ machine }) => machine);

    expect(new Set(passed)).toEqual(
      new Set(['pod-a', 'dualstack-control-plane', 'leaf0', 'spine0', 'spine1', 'leaf1', 'dualstack-worker3', 'pod-b']),
    );
  });

  it('needs an IPv6 address of the leaf that nodes peer with', () => {
    const cluster = { ...bgpRr.cluster, podSubnet6: 'fd00:10:244::/56' };
    const { problems } = designLab({ ...bgpRr, cluster });
    expect(problems.map(({ code, message }) => `${code}: ${message}`)).toContain(
      'PEER_UNREACHABLE: router leaf0 has no IPv6 address that nodes could peer with',
    );
  });

  it('says which family a fabric does not know', () => {
    const topology = bgpRr.topology && {
      ...bgpRr.topology,
      racks: bgpRr.topology.racks.map((rack, i) => ({ ...rack, prefix6: `fd00:10:1:${i}::/64` })),
    };
    const cluster = { ...bgpRr.cluster, podSubnet6: 'fd00:10:244::/56' };
    const { problems } = designLab({
      ...bgpRr,
      topology,
      cluster,
      calico: { ...bgpRr.calico, peers: [], nodeToNodeMesh: true, encapsulation: 'VXLAN', nodeASNumber: undefined },
    });
    expect(problems.filter(({ code }) => code === 'CROSS_SUBNET_UNREACHABLE').map(({ message }) => message)).toEqual([
      'no router learns the pods of fd00:10:1::/64, fd00:10:1:1::/64: without encapsulation other subnets cannot reach them',
    ]);
  });

  it('leaves routers without IPv6 in an IPv4 lab', async () => {
    const { routers, nodes } = await catalogueDesign('bgp-rr');
    expect(routers.flatMap(({ networks }) => networks).filter((network) => network.includes(':'))).toEqual([]);
    expect(nodes.map(({ addresses }) => inFamily(addresses, 6))).toEqual([undefined, undefined, undefined, undefined]);
  });
});
