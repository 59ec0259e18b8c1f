// Owns hand-made designs for tests of the BGP model: bgp-rr's fabric and flat networks, with sessions as each test wants.

import { addressOf, networkOf } from '../../src/base/address.ts';
import type { IPPool } from '../../src/calico/objects.ts';
import type { CalicoPeer } from '../../src/calico/peer.ts';
import type { Interface, NodeDesign, PodDesign, RouterDesign, RouterNeighbor } from '../../src/design/design.ts';
import type { DesignParts } from '../../src/design/expected.ts';

/** What a test states of a node; the rest follows. */
export interface NodeFacts {
  readonly short: string;
  readonly address: string;
  readonly gateway: string;
  readonly as: number;
  readonly block: string;
  readonly peers: readonly CalicoPeer[];
  readonly pod?: { readonly name: string; readonly address: string; readonly interface: string };
}

/** A BGP peer of a node as Calico writes it when nothing special is asked for. */
export function peer(address: string, as: number, more: Partial<CalicoPeer> = {}): CalicoPeer {
  const name = `Node_${address.replaceAll('.', '_')}`;
  return { name, address, as, ttlSecurity: false, multihop: true, ...more };
}

/** The nodes of truth/bgp-rr with their blocks and pods; `peersOf` gives each its sessions, `asOf` its AS. */
export function rackNodes(
  asOf: (short: string, leafAs: number) => number,
  peersOf: (short: string, leaf: { readonly address: string; readonly as: number }) => readonly CalicoPeer[],
): readonly NodeFacts[] {
  const leaf0 = { address: '10.1.5.1', as: 65005 };
  const leaf1 = { address: '10.1.8.1', as: 65008 };
  const rows = [
    ['control-plane', '10.1.5.10/24', leaf0, '10.244.238.192/26', 'pod-a', 'cali5e1c4d6c68c'],
    ['worker', '10.1.5.11/24', leaf0, '10.244.128.64/26', 'pod-c', 'cali3754a2f57f6'],
    ['worker2', '10.1.8.10/24', leaf1, '10.244.223.64/26', 'pod-d', 'cali8fd1d3a1b1a'],
    ['worker3', '10.1.8.11/24', leaf1, '10.244.142.0/26', 'pod-b', 'cali2f5353dd8c5'],
  ] as const;
  return rows.map(([short, address, leaf, block, pod, iface]) => ({
    short,
    address,
    gateway: leaf.address,
    as: asOf(short, leaf.as),
    block,
    peers: peersOf(short, leaf),
    pod: { name: pod, address: addressOf(block), interface: iface },
  }));
}

/** Settings of the fabric's routers towards nodes, and which spines there are. */
export interface FabricFacts {
  readonly minor?: number;
  readonly spines?: readonly string[];
  readonly nodeFlags?: Partial<Pick<RouterNeighbor, 'reflectorClient' | 'nextHopSelf'>>;
  readonly multipathRelax?: boolean;
  readonly networks?: boolean;
}

/** Two leaves and spines as bgp-rr has them; nodes in their racks. A leaf has every node with a peering to it as neighbor. */
export function fabricLab(nodes: readonly NodeFacts[], facts: FabricFacts = {}): DesignParts {
  const ports: Readonly<Record<string, readonly string[]>> = {
    leaf0: ['10.1.10.1/24', '10.1.12.1/24', '10.1.5.1/24'],
    leaf1: ['10.1.34.1/24', '10.1.11.1/24', '10.1.8.1/24'],
    spine0: ['10.1.10.2/24', '10.1.34.2/24'],
    spine1: ['10.1.12.2/24', '10.1.11.2/24'],
  };
  const as: Readonly<Record<string, number>> = { leaf0: 65005, leaf1: 65008, spine0: 500, spine1: 800 };
  const ids: Readonly<Record<string, string>> = {
    leaf0: '10.1.5.1',
    leaf1: '10.1.8.1',
    spine0: '10.1.34.2',
    spine1: '10.1.8.1',
  };
  const names = ['leaf0', 'leaf1', ...(facts.spines ?? ['spine0', 'spine1'])];
  const usable = (name: string): readonly string[] =>
    (ports[name] ?? []).filter(
      (address) =>
        networkOf(address) === '10.1.5.0/24' ||
        networkOf(address) === '10.1.8.0/24' ||
        names.some((other) => other !== name && ports[other]?.some((far) => networkOf(far) === networkOf(address))),
    );
  const routers = names.map((name, i): RouterDesign => {
    const own = usable(name);
    const far = names
      .filter((other) => other !== name)
      .flatMap((other) =>
        usable(other)
          .filter((address) => own.some((mine) => networkOf(mine) === networkOf(address)))
          .map((address) => neighbor(addressOf(address), other, as[other] ?? 0)),
      );
    const below = nodes
      .filter(({ peers }) => peers.some(({ address }) => own.map(addressOf).includes(address)))
      .map((node) => ({ ...neighbor(addressOf(node.address), node.short, node.as), ...facts.nodeFlags }));
    return {
      kind: 'router',
      name,
      asNumber: as[name] ?? 0,
      routerId: ids[name] ?? '',
      interfaces: [
        port('eth0', `172.20.20.${i + 2}/24`),
        ...own.map((address) => port(`eth${(ports[name] ?? []).indexOf(address) + 1}`, address)),
      ],
      networks: facts.networks === false ? [] : own.map(networkOf),
      neighbors: [...far, ...below],
      multipathRelax: facts.multipathRelax ?? true,
      timers: undefined,
      sourceNat: undefined,
      defaultGateway: '172.20.20.1',
      config: [],
    };
  });
  return labOf(nodes, routers, facts.minor ?? 33);
}

/** Nodes on Docker's network alone. */
export function flatLab(nodes: readonly NodeFacts[], minor = 33): DesignParts {
  return labOf(nodes, [], minor);
}

/** `count` nodes in a node-to-node mesh of one AS on 172.18.0.0/16. */
export function meshNodes(count: number): readonly NodeFacts[] {
  const address = (i: number): string => `172.18.${(i + 2) >> 8}.${(i + 2) & 255}`;
  return Array.from({ length: count }, (_, i) => ({
    short: `node${i}`,
    address: `${address(i)}/16`,
    gateway: '172.18.0.1',
    as: 64512,
    block: `10.244.${i >> 2}.${(i & 3) * 64}/26`,
    peers: Array.from({ length: count }, (_, j) => j)
      .filter((j) => j !== i)
      .map((j) => peer(address(j), 64512)),
  }));
}

function labOf(nodes: readonly NodeFacts[], routers: readonly RouterDesign[], minor: number): DesignParts {
  const designed = nodes.map((facts, i) => nodeOf(facts, i));
  return {
    version: { text: `v3.${minor}`, minor },
    nodes: designed,
    routers,
    pods: designed.flatMap(({ pods }) => pods),
    hosts: [],
    services: [],
    pools: [poolOf('10.244.0.0/16')],
    objects: [],
  };
}

/** An IP pool without encapsulation. */
export function poolOf(cidr: string, spec: Partial<IPPool['spec']> = {}): IPPool {
  return {
    apiVersion: 'projectcalico.org/v3',
    kind: 'IPPool',
    metadata: { name: 'default-ipv4-ippool' },
    spec: { cidr, ...spec },
  };
}

function nodeOf(facts: NodeFacts, index: number): NodeDesign {
  const address = addressOf(facts.address);
  const isFlat = facts.gateway.startsWith('172.18.');
  const pods: readonly PodDesign[] =
    facts.pod === undefined
      ? []
      : [
          {
            kind: 'pod',
            namespace: 'default',
            node: facts.short,
            mtu: 1500,
            mac: '',
            addresses: [{ family: 4, address: facts.pod.address, block: facts.block }],
            name: facts.pod.name,
            interface: facts.pod.interface,
          },
        ];
  return {
    kind: 'node',
    name: facts.short,
    short: facts.short,
    role: 'worker',
    rack: undefined,
    interfaces: isFlat
      ? [port('eth0', facts.address)]
      : [port('eth0', `172.18.0.${index + 2}/16`), port('net0', facts.address)],
    addresses: [{ family: 4, address: facts.address, uplink: isFlat ? 'eth0' : 'net0', gateway: facts.gateway }],
    labels: {},
    peers: {
      node: facts.short,
      routerId: address,
      localAs: facts.as,
      ipv4: facts.peers.map((one) => ({ sourceAddress: address, ...one })),
      ipv6: [],
    },
    blocks: [{ cidr: facts.block, node: facts.short, pool: 'default-ipv4-ippool' }],
    tunnels: [],
    pods,
  };
}

function neighbor(address: string, machine: string, remoteAs: number): RouterNeighbor {
  return { address, machine, remoteAs, reflectorClient: false, nextHopSelf: false, bfd: undefined };
}

function port(name: string, ...addresses: readonly string[]): Interface {
  return { name, addresses, mtu: 1500, mac: undefined, link: name };
}
