// Owns the proof that a lab becomes what the real clusters of truth/ are, and that what cannot work is named.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { addressOf } from '../../../src/base/address.ts';
import { findObject, objectsOf } from '../../../src/calico/objects.ts';
import type { Design } from '../../../src/design/design.ts';
import { designLab } from '../../../src/design/design-lab.ts';
import type { Lab } from '../../../src/lab/lab.ts';
import { bgpRr, fullmesh, labNode, twoSpinesTwoLeaves, vxlan } from '../../support/labs.ts';
import { sharedFolder } from '../../support/shared.ts';

function designOf(lab: Lab): Design {
  const { design, problems } = designLab(lab);
  if (design === undefined) throw new Error(JSON.stringify(problems));
  return design;
}

function withCalico(lab: Lab, calico: Partial<Lab['calico']>): Lab {
  return { ...lab, calico: { ...lab.calico, ...calico } };
}

function codesOf(lab: Lab): readonly string[] {
  return designLab(lab).problems.map(({ severity, code, path }) => `${severity} ${code} ${path.join('.')}`);
}

const pool = (spec: object, name = 'default-ipv4-ippool') => ({
  apiVersion: 'projectcalico.org/v3',
  kind: 'IPPool',
  metadata: { name },
  spec,
});

describe('designLab of bgp-rr', () => {
  const design = designOf(bgpRr);

  it('gives nodes eth0 on the Docker network first, then net0 in their rack', () => {
    const [first, second, third] = design.nodes;
    expect(first?.interfaces.map(({ name, addresses }) => [name, ...addresses])).toEqual([
      ['eth0', '172.18.0.2/16', 'fc00:f853:ccd:e793::2/64'],
      ['net0', '10.1.5.10/24'],
    ]);
    expect(second?.addresses[0].address).toBe('10.1.5.11/24');
    expect(third).toMatchObject({
      addresses: [{ family: 4, address: '10.1.8.10/24', uplink: 'net0', gateway: '10.1.8.1' }],
      rack: 'rack1',
    });
  });

  it('gives routers eth0 into the outside, then their ports, and only leaves translate sources', () => {
    const [leaf0, leaf1, spine0] = design.routers;
    expect(leaf0?.interfaces.map(({ name, addresses }) => `${name} ${addresses[0]}`)).toEqual([
      'eth0 172.20.20.2/24',
      'eth1 10.1.10.1/24',
      'eth2 10.1.12.1/24',
      'eth3 10.1.5.1/24',
    ]);
    expect(leaf1?.sourceNat).toEqual({ source: '10.1.0.0/16', interface: 'eth0' });
    expect(spine0?.sourceNat).toBeUndefined();
    expect(spine0?.interfaces.map(({ addresses }) => addresses[0])).toContain('10.1.34.2/24');
  });

  it('takes the highest address as router id where none is stated, as FRR does', () => {
    expect(design.routers.map(({ routerId }) => routerId)).toEqual(['10.1.5.1', '10.1.8.1', '172.20.20.4', '10.1.8.1']);
  });

  it('joins racks and Docker networks by switches whose ports say what hangs there', () => {
    expect(design.switches).toMatchObject([
      {
        name: 'switch',
        bridges: [
          { name: 'br-rack0', ports: ['leaf0-eth3', 'cp-net0', 'worker-net0'], addresses: [] },
          { name: 'br-rack1', ports: ['leaf1-eth3', 'worker2-net0', 'worker3-net0'] },
        ],
      },
      {
        name: 'outside',
        bridges: [
          { name: 'br-kind', addresses: ['172.18.0.1/16', 'fc00:f853:ccd:e793::1/64'] },
          {
            name: 'br-clab',
            addresses: ['172.20.20.1/24'],
            ports: ['leaf0-eth0', 'leaf1-eth0', 'spine0-eth0', 'spine1-eth0'],
          },
        ],
      },
    ]);
  });

  it('names both ends of every link by machines and interfaces that exist', () => {
    const ports = new Set([
      ...[...design.nodes, ...design.routers].flatMap(({ name, interfaces }) =>
        interfaces.map((port) => `${name}:${port.name}`),
      ),
      ...design.switches.flatMap(({ name, bridges }) =>
        bridges.flatMap((bridge) => bridge.ports.map((port) => `${name}:${port}`)),
      ),
      ...design.pods.flatMap((pod) => [`${pod.name}:eth0`, `${pod.node}:${pod.interface}`]),
    ]);
    const ends = design.links.flatMap((link) => link.ends.map((end) => `${end.machine}:${end.interface}`));
    expect(new Set(ends)).toEqual(ports);
    expect(ends.length).toBe(ports.size);
    expect(design.links.map(({ role }) => role).filter((role) => role === 'fabric').length).toBe(4);
  });

  it('gives every MAC address once', () => {
    const macs = [...design.nodes, ...design.routers].flatMap(({ interfaces }) => interfaces.map(({ mac }) => mac));
    macs.push(...design.pods.map(({ mac }) => mac));
    expect(new Set(macs).size).toBe(macs.length);
    expect(macs).not.toContain(undefined);
  });

  it('derives the neighbors of a leaf from the sessions of its nodes', () => {
    expect(design.routers[0]?.neighbors).toEqual([
      {
        address: '10.1.5.10',
        machine: 'bgp-rr-control-plane',
        remoteAs: 65005,
        reflectorClient: true,
        nextHopSelf: true,
      },
      { address: '10.1.5.11', machine: 'bgp-rr-worker', remoteAs: 65005, reflectorClient: true, nextHopSelf: true },
      { address: '10.1.10.2', machine: 'spine0', remoteAs: 500, reflectorClient: false, nextHopSelf: false },
      { address: '10.1.12.2', machine: 'spine1', remoteAs: 800, reflectorClient: false, nextHopSelf: false },
    ]);
  });

  it('is the same bytes every time', () => {
    expect(JSON.stringify(designOf(bgpRr))).toBe(JSON.stringify(design));
  });

  it('has only warnings', () => {
    expect(designLab(bgpRr).problems.filter(({ severity }) => severity === 'error')).toEqual([]);
  });
});

describe.each([
  ['bgp-rr', bgpRr],
  ['fullmesh', fullmesh],
  ['vxlan', vxlan],
] as const)('designLab of %s beside the real cluster', (name, lab) => {
  const truth = sharedFolder(join('truth', name));
  it.skipIf(truth === undefined)('has its objects, but for what a running cluster adds', () => {
    const design = designOf(lab);
    const lists = parseAllDocuments(readFileSync(join(truth ?? '', 'objects.yaml'), 'utf8')).map((list) => list.toJS());
    const real = lists
      .flatMap(({ items }) => items)
      .filter(({ kind }) => /^(IPPool|BGPPeer|BGPConfiguration)$/.test(kind));
    expect(real.length).toBeGreaterThan(1);
    for (const { kind, metadata, spec } of real) {
      const { serviceLoadBalancerAggregation: _, ...facts } = spec;
      expect(findObject(design.objects, kind, metadata.name)?.spec, `${kind} ${metadata.name}`).toEqual(facts);
    }
  });

  it.skipIf(truth === undefined)('gives pods the addresses of the real ones', () => {
    const design = designOf(lab);
    const lines = readFileSync(join(truth ?? '', 'README'), 'utf8')
      .split('\n')
      .filter((line) => line.startsWith('pod-'));
    const real = lines.map((line) => line.split(' ')).map(([pod, node, address]) => [pod, `${name}-${node}`, address]);
    expect(design.pods.map((pod) => [pod.name, pod.node, pod.addresses[0].address])).toEqual(real);
  });

  it.skipIf(truth === undefined)('gives routers the BGP of the real ones', () => {
    for (const router of designOf(lab).routers) {
      const running = readFileSync(join(truth ?? '', router.name, 'running-config.txt'), 'utf8');
      const real = [...running.matchAll(/^ +(?:network|neighbor) .*$/gm)].map(([line]) => line.trim());
      const own = [
        ...router.neighbors.map(({ address, remoteAs }) => `neighbor ${address} remote-as ${remoteAs}`),
        ...router.networks.map((network) => `network ${network}`),
        ...router.neighbors.flatMap(({ address, reflectorClient, nextHopSelf }) => [
          `neighbor ${address} activate`,
          ...(reflectorClient ? [`neighbor ${address} route-reflector-client`] : []),
          ...(nextHopSelf ? [`neighbor ${address} next-hop-self`] : []),
        ]),
      ];
      expect(own, router.name).toEqual(real);
    }
  });
});

describe('designLab of fullmesh', () => {
  const design = designOf(fullmesh);

  it('has nodes on one network and neither fabric nor rack switch', () => {
    expect(
      design.nodes.flatMap((node) => node.addresses.map(({ address, uplink, gateway }) => [address, uplink, gateway])),
    ).toEqual([
      ['172.18.0.2/16', 'eth0', '172.18.0.1'],
      ['172.18.0.3/16', 'eth0', '172.18.0.1'],
      ['172.18.0.4/16', 'eth0', '172.18.0.1'],
    ]);
    expect(design.switches.map(({ name, bridges }) => [name, ...bridges.map((bridge) => bridge.name)])).toEqual([
      ['outside', 'br-kind'],
    ]);
  });

  it('meshes all nodes, the lower address text being active', () => {
    const peers = design.nodes.map(({ peers: { ipv4 } }) =>
      ipv4.map(({ name, passive }) => `${name}${passive ? ' passive' : ''}`),
    );
    expect(peers[0]).toEqual(['Mesh_172_18_0_3 passive', 'Mesh_172_18_0_4 passive']);
    expect(peers[2]).toEqual(['Mesh_172_18_0_2', 'Mesh_172_18_0_3']);
  });

  it('holds a hundred nodes', () => {
    const nodes = ['control-plane', 'worker', ...Array.from({ length: 98 }, (_, i) => `worker${i + 2}`)];
    const lab = {
      ...fullmesh,
      cluster: { ...fullmesh.cluster, nodes: nodes.map((short) => labNode('fullmesh', short, undefined)) },
    };
    const big = designOf(lab);
    expect(new Set(big.nodes.map(({ addresses }) => addresses[0].address)).size).toBe(100);
    expect(big.nodes.at(-1)?.peers.ipv4.length).toBe(99);
    const ports = big.switches.flatMap(({ bridges }) => bridges.flatMap((bridge) => bridge.ports));
    expect(Math.max(...ports.map((port) => port.length))).toBeLessThanOrEqual(15);
  });
});

describe("the user's own objects", () => {
  it('win over derived ones of the same kind and name', () => {
    const resources = [pool({ cidr: '10.99.0.0/16', blockSize: 28, natOutgoing: false })];
    const design = designOf(withCalico(bgpRr, { resources }));
    expect(design.pools.map(({ spec }) => spec.cidr)).toEqual(['10.99.0.0/16']);
    expect(design.pods.every(({ addresses }) => addresses[0].address.startsWith('10.99.'))).toBe(true);
    expect(design.blocks[0]?.cidr).toMatch(/^10\.99\..*\/28$/);
  });

  it('change what a node is: AS number and sessions follow the objects', () => {
    const node = objectsOf(designOf(bgpRr).objects, 'Node')[0];
    const resources = [{ ...node, spec: { bgp: { ...node?.spec.bgp, asNumber: 65099 } } }];
    const design = designOf(withCalico(bgpRr, { resources }));
    expect(design.nodes[0]?.peers.localAs).toBe(65099);
    expect(design.routers[0]?.neighbors[0]).toMatchObject({ remoteAs: 65099, reflectorClient: false });
  });

  it('are refused with their place in the lab document', () => {
    const resources = [
      { apiVersion: 'projectcalico.org/v3', kind: 'NetworkPolicy', metadata: { name: 'x' }, spec: {} },
    ];
    expect(codesOf(withCalico(bgpRr, { resources }))).toContain(
      'error OBJECT_KIND_UNSUPPORTED calico.resources.0.kind',
    );
  });

  it('replace everything in a running lab', () => {
    const objects = designOf(bgpRr).objects.filter(({ metadata }) => metadata.name !== 'rack1-to-leaf1');
    const { design, problems } = designLab(bgpRr, { objects });
    expect(design?.nodes.map(({ peers }) => peers.ipv4.length)).toEqual([1, 1, 0, 0]);
    // The leaf's configuration was written with the lab: it keeps its neighbors, which are Active from now on.
    expect(design?.routers[1]?.neighbors).toEqual(designOf(bgpRr).routers[1]?.neighbors);
    expect(design?.expected.sessions).toHaveLength(6);
    expect(problems.map(({ severity, code }) => `${severity} ${code}`)).toContain('warning NODE_UNREACHED');
  });
});

describe('what cannot work is named with its place', () => {
  it('a node that no session reaches', () => {
    const peers = bgpRr.calico.peers.slice(0, 1);
    expect(codesOf(withCalico(bgpRr, { peers }))).toContain('error NODE_UNREACHED calico.peers');
  });

  it('a mesh over several subnets whose fabric learns no pod', () => {
    const lab = withCalico(bgpRr, { nodeToNodeMesh: true, peers: [] });
    expect(codesOf(lab)).toContain('error CROSS_SUBNET_UNREACHABLE calico');
    expect(codesOf(withCalico(bgpRr, { nodeToNodeMesh: true })).join()).not.toContain('CROSS_SUBNET');
  });

  it('a pool over the node network or the fabric', () => {
    const over = (cidr: string) => codesOf(withCalico(bgpRr, { resources: [pool({ cidr }, 'extra')] }));
    expect(over('172.18.128.0/17')).toContain('error POOL_OVERLAPS_NETWORK calico.resources.0.spec.cidr');
    expect(over('10.1.0.0/16')).toContain('error POOL_OVERLAPS_NETWORK calico.resources.0.spec.cidr');
    expect(over('172.20.20.0/24')).toContain('error POOL_OVERLAPS_NETWORK calico.resources.0.spec.cidr');
    expect(over('10.245.0.0/16').join()).not.toContain('POOL_OVERLAPS_NETWORK');
  });

  it('a Node object that is not what the machine is', () => {
    const [node] = objectsOf(designOf(bgpRr).objects, 'Node');
    const withBgp = (bgp: object) => codesOf(withCalico(bgpRr, { resources: [{ ...node, spec: { bgp } }] }));
    expect(withBgp({ asNumber: 65005, ipv4Address: '10.1.5.99/24' })).toContain(
      'error NODE_ADDRESS_DIFFERS calico.resources.0.spec.bgp',
    );
    expect(withBgp({ asNumber: 65005 })).toContain('error NODE_NO_BGP_ADDRESS calico.resources.0.spec.bgp');
    const stranger = { ...node, metadata: { name: 'somebody' } };
    expect(codesOf(withCalico(bgpRr, { resources: [stranger] }))).toContain(
      'error NODE_UNKNOWN calico.resources.0.metadata.name',
    );
  });

  it('an autodetection method that calico-node does not know, or that finds nothing', () => {
    const problemsWith = (autodetection: string) =>
      designLab(withCalico(bgpRr, { autodetection })).problems.filter(({ severity }) => severity === 'error');

    expect(problemsWith('ens2')).toMatchObject([
      {
        code: 'AUTODETECTION_METHOD',
        message: 'calico-node exits: Invalid IP autodetection method: ens2',
        hint: 'an interface is named with interface=ens2',
        path: ['calico', 'autodetection'],
      },
    ]);
    expect(problemsWith('interface=ens2')).toHaveLength(4);
    expect(problemsWith('interface=ens2')[0]).toMatchObject({
      code: 'AUTODETECTION_NOTHING',
      message:
        'calico-node exits on control-plane: unable to auto-detect an IPv4 address with interface=ens2: no valid host interfaces found',
      hint: expect.stringMatching(/^its interfaces: eth0 172\.18\.0\.\d+\/16.*, net0 10\.1\.5\.10\/24$/),
    });
  });

  it('gives the Node object the address that the method finds', () => {
    const addressWith = (autodetection: string) =>
      designLab(withCalico(fullmesh, { autodetection })).design?.nodes.map(({ addresses }) => addresses[0].uplink);

    expect(new Set(addressWith('cidr=172.18.0.0/16'))).toEqual(new Set(['eth0']));
  });

  it('a peer that nobody is, and one with another AS number', () => {
    const peer = (spec: object) => ({
      apiVersion: 'projectcalico.org/v3',
      kind: 'BGPPeer',
      metadata: { name: 'x' },
      spec,
    });
    const withPeer = (spec: object) => codesOf(withCalico(bgpRr, { resources: [peer(spec)] }));
    expect(withPeer({ peerIP: '10.1.5.77', asNumber: 1, nodeSelector: 'all()' })).toContain(
      'warning PEER_ADDRESS_UNKNOWN calico.resources.0.spec',
    );
    expect(withPeer({ peerIP: '10.1.10.2', asNumber: 501, nodeSelector: 'all()' })).toContain(
      'warning PEER_AS_DIFFERS calico.resources.0.spec',
    );
  });

  it('a password, which has no Secret to come from', () => {
    const resources = [
      {
        apiVersion: 'projectcalico.org/v3',
        kind: 'BGPPeer',
        metadata: { name: 'x' },
        spec: { peerIP: '10.1.10.2', asNumber: 500, password: { secretKeyRef: { name: 'a', key: 'b' } } },
      },
    ];
    expect(codesOf(withCalico(bgpRr, { resources }))).toContain(
      'error SECRET_MISSING calico.resources.0.spec.password',
    );
  });

  it('an eBGP session over a router between', () => {
    const spec = { peerIP: '10.1.10.2', asNumber: 500, nodeSelector: "rack == 'rack0'" };
    const resources = [{ apiVersion: 'projectcalico.org/v3', kind: 'BGPPeer', metadata: { name: 'x' }, spec }];
    expect(codesOf(withCalico(bgpRr, { resources }))).toContain('warning PEER_NOT_DIRECT calico.resources.0.spec');
  });

  it('fields that labctl reads and does not act on', () => {
    const given = (kind: string, spec: object) => {
      const resources = [{ apiVersion: 'projectcalico.org/v3', kind, metadata: { name: 'default' }, spec }];
      return codesOf(withCalico(bgpRr, { resources }));
    };
    const priority = (value: number) =>
      given('BGPConfiguration', { nodeToNodeMeshEnabled: false, ipv4NormalRoutePriority: value });
    const refusal = 'error OBJECT_FIELD_NOT_YET calico.resources.0.spec.ipv4NormalRoutePriority';
    expect(priority(512)).toContain(refusal);
    expect(priority(1024)).not.toContain(refusal);
  });

  it('an IPv6 pool in a cluster that is IPv4 only', () => {
    const resources = [pool({ cidr: 'fd00:10:244::/56' }, 'six')];
    expect(codesOf(withCalico(bgpRr, { resources }))).toContain('error POOL_NOT_DUAL calico.resources.0.spec.cidr');
  });

  it('siblings that share an AS towards an eBGP leaf', () => {
    const peers = bgpRr.calico.peers.map((peer) => ({ ...peer, reflector: false }));
    expect(codesOf(withCalico(bgpRr, { nodeASNumber: 64512, peers }))).toContain(
      'warning NODE_AS_SHARED calico.nodeASNumber',
    );
  });

  it('a computed router id that another speaker states', () => {
    const routers = twoSpinesTwoLeaves.routers.map((router) =>
      router.name === 'leaf0' ? { ...router, routerId: '10.1.5.10' } : router,
    );
    const lab = { ...bgpRr, topology: { ...twoSpinesTwoLeaves, routers } };
    expect(codesOf(lab)).toContain('error ROUTER_ID_TAKEN topology.routers.leaf0');
  });

  it('prefixes without room', () => {
    const racks = twoSpinesTwoLeaves.racks.map((rack) => ({ ...rack, prefix: rack.prefix.replace('/24', '/29') }));
    const links = twoSpinesTwoLeaves.links.map((link) => ({ ...link, prefix: link.prefix.replace('/24', '/32') }));
    expect(codesOf({ ...bgpRr, topology: { ...twoSpinesTwoLeaves, racks } })).toContain(
      'error NODE_NO_ADDRESS cluster.nodes.0',
    );
    expect(codesOf({ ...bgpRr, topology: { ...twoSpinesTwoLeaves, links } })).toContain(
      'error TOPOLOGY_PREFIX_TOO_SMALL topology.links.0.prefix',
    );
  });
});

describe('stated node addresses', () => {
  it('are taken, and the others go around them', () => {
    const nodes = bgpRr.cluster.nodes.map((node, i) => (i === 1 ? { ...node, address: '10.1.5.10/24' } : node));
    const design = designOf({ ...bgpRr, cluster: { ...bgpRr.cluster, nodes } });
    expect(design.nodes.map(({ addresses }) => addressOf(addresses[0].address))).toEqual([
      '10.1.5.11',
      '10.1.5.10',
      '10.1.8.10',
      '10.1.8.11',
    ]);
  });
});

describe('labels', () => {
  it('select racks and roles as kind gives them', () => {
    const [node] = objectsOf(designOf(bgpRr).objects, 'Node');
    expect(node?.metadata.labels).toEqual({
      'kubernetes.io/hostname': 'bgp-rr-control-plane',
      'kubernetes.io/os': 'linux',
      'node-role.kubernetes.io/control-plane': '',
      'node.kubernetes.io/exclude-from-external-load-balancers': '',
      rack: 'rack0',
    });
  });
});
