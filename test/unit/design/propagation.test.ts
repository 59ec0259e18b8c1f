import { describe, expect, it } from 'vitest';
import { filterFunctionName } from '../../../src/calico/names.ts';
import type { BGPFilter } from '../../../src/calico/objects.ts';
import type { Expected, ExpectedPath } from '../../../src/design/convergence.ts';
import type { NodeDesign } from '../../../src/design/design.ts';
import { type DesignParts, expectedOf } from '../../../src/design/expected.ts';
import { fabricLab, flatLab, meshNodes, peer, poolOf, rackNodes } from '../../support/bgp-labs.ts';
import { expectedLine, pathText } from '../../support/truth-tables.ts';

const blocks = {
  controlPlane: '10.244.238.192/26',
  worker: '10.244.128.64/26',
  worker2: '10.244.223.64/26',
  worker3: '10.244.142.0/26',
};

/** `[500 65008] 10.1.5.1 100 certain used`, by neighbor. */
function paths(expected: Expected, machine: string, prefix: string): readonly string[] {
  return expected.paths
    .filter((path) => path.machine === machine && path.prefix === prefix)
    .map((path) => `${path.from ?? 'own'}: ${pathText(path)} ${path.presence}${usedWord(path)}`)
    .toSorted();
}

function usedWord({ used }: ExpectedPath): string {
  return used === undefined ? ' perhaps' : used ? ' used' : '';
}

function routes(expected: Expected, machine: string, prefix: string): readonly string[] {
  return expected.routes
    .filter((route) => route.machine === machine && route.prefix === prefix)
    .map((route) => `${expectedLine(route)}${route.choice === 'all' ? '' : ` ${route.choice}`}`);
}

const asLeaf = (_: string, leafAs: number): number => leafAs;

describe('ToR eBGP', () => {
  const tor = (asOf: (short: string) => number, allowLocalAs?: number): DesignParts =>
    fabricLab(
      rackNodes(asOf, (_, leaf) => [peer(leaf.address, leaf.as, allowLocalAs === undefined ? {} : { allowLocalAs })]),
    );
  const asOfNode = (short: string): number =>
    ({ 'control-plane': 65101, worker: 65102, worker2: 65103, worker3: 65104 })[short] ?? 0;

  it('with an AS a node keeps the sibling as third-party next hop (RFC 4271 section 5.1.3)', () => {
    const expected = expectedOf(tor(asOfNode));

    expect(paths(expected, 'leaf0', blocks.worker)).toEqual(['10.1.5.11: [65102] 10.1.5.11 - certain used']);
    expect(paths(expected, 'control-plane', blocks.worker)).toEqual([
      '10.1.5.1: [65005 65102] 10.1.5.11 100 certain used',
    ]);
    expect(routes(expected, 'control-plane', blocks.worker)).toEqual([
      `${blocks.worker} unicast bird - 2147483547 [10.1.5.11 net0]`,
    ]);
  });

  it('with an AS a node crosses racks through the leaf, over either spine', () => {
    const expected = expectedOf(tor(asOfNode));

    expect(paths(expected, 'worker3', blocks.worker)).toEqual([
      '10.1.8.1: [65008 500 65005 65102] 10.1.8.1 100 one-of used',
      '10.1.8.1: [65008 800 65005 65102] 10.1.8.1 100 one-of used',
    ]);
    expect(routes(expected, 'worker3', blocks.worker)).toEqual([
      `${blocks.worker} unicast bird - 2147483547 [10.1.8.1 net0]`,
    ]);
    expect(routes(expected, 'leaf1', blocks.worker)).toEqual([
      `${blocks.worker} unicast bgp - 20 [10.1.11.2 eth2, 10.1.34.2 eth1]`,
    ]);
  });

  it('with an AS a rack makes siblings drop each other: no route, the default route carries it', () => {
    const expected = expectedOf(tor((short) => (short === 'control-plane' || short === 'worker' ? 65105 : 65108)));

    expect(paths(expected, 'control-plane', blocks.worker)).toEqual([]);
    expect(routes(expected, 'control-plane', blocks.worker)).toEqual([]);
    expect(routes(expected, 'control-plane', blocks.worker3)).toHaveLength(1);
  });

  it('with one AS for all drops other racks too, unless numAllowedLocalASNumbers lets them in', () => {
    const strict = expectedOf(tor(() => 64512));
    const lenient = expectedOf(tor(() => 64512, 1));

    expect(routes(strict, 'control-plane', blocks.worker3)).toEqual([]);
    expect(routes(lenient, 'control-plane', blocks.worker3)).toEqual([
      `${blocks.worker3} unicast bird - 2147483547 [10.1.5.1 net0]`,
    ]);
    expect(routes(lenient, 'control-plane', blocks.worker)).toEqual([
      `${blocks.worker} unicast bird - 2147483547 [10.1.5.11 net0]`,
    ]);
    expect(routes(lenient, 'control-plane', blocks.controlPlane)).toEqual([
      `${blocks.controlPlane} blackhole bird - - []`,
    ]);
  });

  it('never carries LOCAL_PREF over eBGP', () => {
    const expected = expectedOf(tor(asOfNode));

    expect(
      expected.paths.filter(({ machine }) => machine.startsWith('leaf')).map(({ localPref }) => localPref),
    ).not.toContain(2147482623);
  });
});

describe('route reflection (RFC 4456)', () => {
  it('without next-hop-self leaves nodes with a next hop that BIRD resolves through another BGP route: unreachable', () => {
    const expected = expectedOf(
      fabricLab(
        rackNodes(asLeaf, (_, leaf) => [peer(leaf.address, leaf.as)]),
        { nodeFlags: { reflectorClient: true } },
      ),
    );

    expect(paths(expected, 'control-plane', '10.1.34.0/24')).toEqual(['10.1.5.1: [500] 10.1.10.2 100 certain used']);
    expect(routes(expected, 'control-plane', '10.1.34.0/24')).toEqual([
      '10.1.34.0/24 unreachable bird - 2147483547 []',
    ]);
  });

  it('is needed between iBGP neighbors: a leaf that reflects nothing gives its nodes no sibling', () => {
    const expected = expectedOf(
      fabricLab(
        rackNodes(asLeaf, (_, leaf) => [peer(leaf.address, leaf.as)]),
        { nodeFlags: { nextHopSelf: true } },
      ),
    );

    expect(paths(expected, 'control-plane', blocks.worker)).toEqual([]);
    expect(routes(expected, 'control-plane', blocks.worker3)).toHaveLength(1);
  });

  it('by two nodes gives every client two paths with one next hop, and reflectors hear no loop', () => {
    const ids = ['172.18.0.2', '172.18.0.3'];
    const all = meshNodes(5).map(({ address }) => address.replace('/16', ''));
    const nodes = meshNodes(5).map((node, i) => {
      const own = all[i] ?? '';
      const isReflector = ids.includes(own);
      const far = isReflector ? all.filter((address) => address !== own) : ids;
      const peers = far.map((address) =>
        peer(
          address,
          64512,
          isReflector && !ids.includes(address)
            ? { rrClient: true, rrClusterId: `244.0.0.${i + 1}` }
            : isReflector
              ? { rrClusterId: `244.0.0.${i + 1}` }
              : {},
        ),
      );
      return { ...node, peers };
    });
    const expected = expectedOf(flatLab(nodes));
    const [, , client, other] = nodes;
    const prefix = client?.block ?? '';

    expect(expected.sessions).toHaveLength(7);
    expect(paths(expected, other?.short ?? '', prefix)).toEqual([
      '172.18.0.2: [] 172.18.0.4 2147482623 172.18.0.4 244.0.0.1 certain used',
      '172.18.0.3: [] 172.18.0.4 2147482623 172.18.0.4 244.0.0.2 certain',
    ]);
    expect(routes(expected, other?.short ?? '', prefix)).toEqual([`${prefix} unicast bird - 1024 [172.18.0.4 eth0]`]);
    // The reflectors hear the client itself; what the other reflector reflects loses by its longer cluster list.
    expect(paths(expected, 'node0', prefix)).toEqual([
      '172.18.0.3: [] 172.18.0.4 2147482623 172.18.0.4 244.0.0.2 certain',
      '172.18.0.4: [] 172.18.0.4 2147482623 certain used',
    ]);
    expect(paths(expected, client?.short ?? '', prefix)).toEqual([]);
  });
});

describe('mesh with ToR', () => {
  const addresses = ['10.1.5.10', '10.1.5.11', '10.1.8.10', '10.1.8.11'];
  const meshTor = (filters: readonly BGPFilter[] = []): DesignParts => {
    const nodes = rackNodes(
      () => 64512,
      (_, leaf) => [
        ...addresses.map((address) => peer(address, 64512)),
        peer(leaf.address, leaf.as, {
          filters: filters.map(({ metadata }) => filterFunctionName(metadata.name, 'export', 4)),
        }),
      ],
    ).map((node) => ({ ...node, peers: node.peers.filter(({ address }) => `${address}/24` !== node.address) }));
    return { ...fabricLab(nodes), objects: filters };
  };

  it('makes nodes re-advertise the mesh to their leaf with themselves as next hop', () => {
    const expected = expectedOf(meshTor());

    // The other rack's nodes do it too, so that the spines hear the block from both leaves.
    expect(paths(expected, 'leaf0', blocks.worker)).toEqual([
      '10.1.10.2: [500 65008 64512] 10.1.10.2 - maybe',
      '10.1.12.2: [800 65008 64512] 10.1.12.2 - maybe',
      '10.1.5.10: [64512] 10.1.5.10 - certain used',
      '10.1.5.11: [64512] 10.1.5.11 - certain used',
    ]);
    expect(routes(expected, 'leaf0', blocks.worker)).toEqual([
      `${blocks.worker} unicast bgp - 20 [10.1.5.10 eth3, 10.1.5.11 eth3]`,
    ]);
    expect(routes(expected, 'control-plane', blocks.worker)).toEqual([
      `${blocks.worker} unicast bird - 1024 [10.1.5.11 net0]`,
    ]);
  });

  it('is cured by a BGPFilter that rejects what remote peers taught', () => {
    const expected = expectedOf(
      meshTor([
        {
          apiVersion: 'projectcalico.org/v3',
          kind: 'BGPFilter',
          metadata: { name: 'own-only' },
          spec: { exportV4: [{ action: 'Reject', source: 'RemotePeers' }] },
        },
      ]),
    );

    expect(paths(expected, 'leaf0', blocks.worker)).toEqual(['10.1.5.11: [64512] 10.1.5.11 - certain used']);
  });

  it('cannot resolve other racks where the leaf teaches their subnets (BIRD: recursive through recursive)', () => {
    const expected = expectedOf(meshTor());

    expect(routes(expected, 'control-plane', blocks.worker3)).toEqual([`${blocks.worker3} unreachable bird - 1024 []`]);
    // BIRD advertises what it cannot reach: the leaf believes its nodes, and a spine hears it from both sides.
    expect(paths(expected, 'leaf0', blocks.worker3)).toEqual([
      '10.1.10.2: [500 65008 64512] 10.1.10.2 - maybe',
      '10.1.12.2: [800 65008 64512] 10.1.12.2 - maybe',
      '10.1.5.10: [64512] 10.1.5.10 - certain used',
      '10.1.5.11: [64512] 10.1.5.11 - certain used',
    ]);
  });

  it('resolves other racks through the default route where the leaf teaches nothing', () => {
    const expected = expectedOf({ ...meshTor(), routers: fabricLab([], { networks: false }).routers });

    expect(expected.sessions.filter(({ type }) => type === 'iBGP')).toHaveLength(6);
    expect(routes(expected, 'control-plane', blocks.worker3)).toEqual([
      `${blocks.worker3} unicast bird - 1024 [10.1.5.1 net0]`,
    ]);
  });
});

describe('fabric', () => {
  const reflected = (facts: Parameters<typeof fabricLab>[1]): DesignParts =>
    fabricLab(
      rackNodes(asLeaf, (_, leaf) => [peer(leaf.address, leaf.as)]),
      { nodeFlags: { reflectorClient: true, nextHopSelf: true }, ...facts },
    );

  it('with one spine has one path, certain', () => {
    const expected = expectedOf(reflected({ spines: ['spine0'] }));

    expect(routes(expected, 'leaf0', blocks.worker3)).toEqual([`${blocks.worker3} unicast bgp - 20 [10.1.10.2 eth1]`]);
    expect(paths(expected, 'control-plane', blocks.worker3)).toEqual([
      '10.1.5.1: [500 65008] 10.1.5.1 100 certain used',
    ]);
  });

  it('without multipath-relax installs one of two paths over different neighbor AS', () => {
    const expected = expectedOf(reflected({ multipathRelax: false }));

    expect(routes(expected, 'leaf0', blocks.worker3)).toEqual([
      `${blocks.worker3} unicast bgp - 20 [10.1.10.2 eth1, 10.1.12.2 eth2] one`,
    ]);
    expect(paths(expected, 'leaf0', blocks.worker3)).toEqual([
      '10.1.10.2: [500 65008] 10.1.10.2 - certain perhaps',
      '10.1.12.2: [800 65008] 10.1.12.2 - certain perhaps',
    ]);
  });

  it('says back to a spine only what the other spine taught, if that won', () => {
    const expected = expectedOf(reflected({}));

    expect(paths(expected, 'spine0', blocks.worker3)).toEqual([
      '10.1.10.1: [65005 800 65008] 10.1.10.1 - maybe',
      '10.1.34.1: [65008] 10.1.34.1 - certain used',
    ]);
  });
});

describe('sessions', () => {
  it('need both ends to agree on AS numbers', () => {
    const wrong = rackNodes(asLeaf, (short, leaf) => [peer(leaf.address, short === 'worker' ? 65999 : leaf.as)]);
    const expected = expectedOf(fabricLab(wrong, { nodeFlags: { reflectorClient: true, nextHopSelf: true } }));

    expect(expected.sessions.some(({ b }) => b.machine === 'worker')).toBe(false);
    expect(paths(expected, 'leaf0', blocks.worker)).toEqual([]);
  });

  it('over eBGP without multihop need a shared subnet', () => {
    const nodes = rackNodes(
      (short) => (short === 'worker3' ? 65200 : 65100),
      (short) =>
        short === 'control-plane'
          ? [peer('10.1.8.11', 65200, { multihop: false })]
          : short === 'worker3'
            ? [peer('10.1.5.10', 65100, { multihop: false })]
            : [],
    );

    expect(expectedOf(fabricLab(nodes)).sessions.filter(({ b }) => b.machine === 'worker3')).toEqual([]);
  });
});

describe('node export policy', () => {
  it('keeps pools with disableBGPExport to itself', () => {
    const parts = { ...flatLab(meshNodes(3)), pools: [poolOf('10.244.0.0/16', { disableBGPExport: true })] };

    expect(expectedOf(parts).paths).toEqual([]);
  });

  it('announces a borrowed address as a host route (calico.md D.6)', () => {
    const parts = flatLab(meshNodes(3));
    const nodes = parts.nodes.map(
      (node, i): NodeDesign =>
        i === 0
          ? {
              ...node,
              pods: [
                {
                  kind: 'pod' as const,
                  name: 'guest',
                  namespace: 'default',
                  node: node.name,
                  interface: 'cali0',
                  mtu: 1500,
                  mac: '',
                  addresses: [{ family: 4, address: '10.244.0.70', block: '10.244.0.64/26' }],
                },
              ],
            }
          : node,
    );
    const expected = expectedOf({ ...parts, nodes });

    expect(routes(expected, 'node2', '10.244.0.70/32')).toEqual([
      '10.244.0.70/32 unicast bird - 1024 [172.18.0.2 eth0]',
    ]);
  });
});

describe('pools with encapsulation', () => {
  const mesh = (spec: Parameters<typeof poolOf>[1], minor: number): Expected => {
    const nodes = rackNodes(
      () => 64512,
      (_, { address }) => {
        const others = ['10.1.5.10', '10.1.5.11', '10.1.8.10', '10.1.8.11'];
        return others.map((other) => peer(other, 64512)).filter((other) => other.address !== address);
      },
    ).map((node) => ({ ...node, peers: node.peers.filter(({ address }) => `${address}/24` !== node.address) }));
    return expectedOf({ ...fabricLab(nodes, { minor }), pools: [poolOf('10.244.0.0/16', spec)] });
  };

  it('send IPIP through tunl0 to the BGP next hop, CrossSubnet only to other subnets (until 3.32)', () => {
    const always = mesh({ ipipMode: 'Always' }, 32);
    const cross = mesh({ ipipMode: 'CrossSubnet' }, 23);

    expect(routes(always, 'control-plane', blocks.worker)).toEqual([
      `${blocks.worker} unicast bird - 1024 [10.1.5.11 tunl0]`,
    ]);
    expect(routes(cross, 'control-plane', blocks.worker)).toEqual([
      `${blocks.worker} unicast bird - - [10.1.5.11 net0]`,
    ]);
    expect(routes(cross, 'control-plane', blocks.worker3)).toEqual([
      `${blocks.worker3} unicast bird - - [10.1.8.11 tunl0]`,
    ]);
    expect(cross.routes.filter(({ onlink }) => onlink)).toHaveLength(8);
  });

  it('leave the kernel to Felix: VXLAN always, IPIP from 3.33; BGP goes on', () => {
    for (const expected of [mesh({ vxlanMode: 'Always' }, 23), mesh({ ipipMode: 'Always' }, 33)]) {
      expect(expected.routes.filter(({ protocol }) => protocol === 'bird')).toEqual([]);
      expect(paths(expected, 'control-plane', blocks.worker)).toHaveLength(1);
    }
  });
});

describe('a BGPFilter', () => {
  it('that accepts a connected subnet lets it out, past the rule that only pools are announced', () => {
    const filter: BGPFilter = {
      apiVersion: 'projectcalico.org/v3',
      kind: 'BGPFilter',
      metadata: { name: 'docker-too' },
      spec: { exportV4: [{ action: 'Accept', matchOperator: 'Equal', cidr: '172.18.0.0/16' }] },
    };
    const nodes = rackNodes(asLeaf, (_, leaf) => [
      peer(leaf.address, leaf.as, { filters: ['bgp_docker-too_exportFilterV4'] }),
    ]);
    const expected = expectedOf({ ...fabricLab(nodes), objects: [filter] });

    expect(routes(expected, 'leaf0', '172.18.0.0/16')).toEqual([
      '172.18.0.0/16 unicast bgp - 20 [10.1.5.10 eth3, 10.1.5.11 eth3]',
    ]);
  });

  it('that rejects on import keeps a prefix out of the table', () => {
    const filter: BGPFilter = {
      apiVersion: 'projectcalico.org/v3',
      kind: 'BGPFilter',
      metadata: { name: 'no-fabric' },
      spec: { importV4: [{ action: 'Reject', matchOperator: 'In', cidr: '10.1.0.0/16' }] },
    };
    const nodes = rackNodes(asLeaf, (_, leaf) => [
      peer(leaf.address, leaf.as, { filters: ['bgp_no-fabric_importFilterV4'] }),
    ]);
    const flags = { nodeFlags: { reflectorClient: true, nextHopSelf: true } };
    const expected = expectedOf({ ...fabricLab(nodes, flags), objects: [filter] });

    expect(routes(expected, 'control-plane', '10.1.34.0/24')).toEqual([]);
    expect(routes(expected, 'control-plane', blocks.worker3)).toHaveLength(1);
  });
});
