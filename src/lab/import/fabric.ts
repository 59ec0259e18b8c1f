// Owns what a containerlab topology and its router files are as a topology of labctl: routers, links, racks, node addresses.

import { addressOf, containsPrefix, formatPrefix, mustParsePrefix, networkOf, nthAddress } from '../../base/address.ts';
import { machineName } from '../names.ts';
import { entryOf, type Span } from '../tree.ts';
import { type Account, textOf } from './account.ts';
import { type ClabNode, readClabNodes } from './clab-nodes.ts';
import { readClabWires, type Wire, type WirePort } from './clab-wires.ts';
import type { KindCluster, KindNode } from './kind-cluster.ts';
import type { Parts, YamlPart } from './parts.ts';
import { type ImportedRouter, readRouters } from './routers.ts';

/** A rack with what is in it. */
export interface ImportedRack {
  readonly name: string;
  readonly leaf: string;
  /** The leaf's AS and its address in the rack, without length. */
  readonly leafAs: number | undefined;
  readonly gateway: string;
  readonly prefix: string;
  readonly prefix6: string | undefined;
  readonly mtu: number;
  /** The address of each of its nodes, with length, by container; in kind's order. */
  readonly addresses: ReadonlyMap<string, string>;
}

/** A topology. */
export interface ImportedFabric {
  readonly name: string;
  readonly routers: ReadonlyMap<string, ImportedRouter>;
  readonly links: readonly {
    readonly endpoints: readonly [string, string];
    readonly prefix: string;
    readonly prefix6: string | undefined;
    readonly mtu: number | readonly [number, number];
  }[];
  readonly racks: readonly ImportedRack[];
  /** Machines outside of the cluster, each on a router's port. */
  readonly hosts: ReadonlyMap<string, { readonly on: string; readonly prefix: string }>;
}

/** Reads a fabric. What cannot be one of labctl's is in the account. */
export function readFabric(part: YamlPart, cluster: KindCluster, parts: Parts, account: Account): ImportedFabric {
  const topology = entryOf(part.tree, 'topology')?.value ?? part.tree;
  const containers = new Set(cluster.nodes.map(({ container }) => container));
  const nodes = readClabNodes(topology, containers, account);
  const routers = readRouters(nodes, part, parts, account);
  const wires = readClabWires(topology, nodes, account);
  const reader = new WireReader(cluster, nodes, routers, account);
  for (const wire of wires) reader.read(wire);
  const name = textOf(entryOf(part.tree, 'name')?.value) ?? 'fabric';
  account.take(
    nodes[0]?.span ?? topology.span,
    `topology ${name}: ${[...routers.keys(), ...reader.racks.map(({ name: rack }) => rack)].join(', ')}`,
  );
  reader.checkEveryNode();
  return { name, routers, links: reader.links, racks: reader.racks, hosts: reader.hosts };
}

/** Turns wires into links and racks. */
class WireReader {
  readonly links: ImportedFabric['links'][number][] = [];
  readonly racks: ImportedRack[] = [];
  readonly hosts = new Map<string, { on: string; prefix: string }>();
  private readonly cluster: KindCluster;
  private readonly nodes: ReadonlyMap<string, ClabNode>;
  private readonly routers: ReadonlyMap<string, ImportedRouter>;
  private readonly account: Account;

  constructor(
    cluster: KindCluster,
    nodes: readonly ClabNode[],
    routers: ReadonlyMap<string, ImportedRouter>,
    account: Account,
  ) {
    this.cluster = cluster;
    this.nodes = new Map(nodes.map((node) => [node.name, node]));
    this.routers = routers;
    this.account = account;
  }

  read(wire: Wire): void {
    const leaves = wire.ports.filter(({ machine }) => this.routers.has(machine));
    const members = this.cluster.nodes.flatMap((node) =>
      wire.ports.filter(({ machine }) => this.containerOf(machine) === node.container).map((port) => ({ node, port })),
    );
    const outside = wire.ports.filter(({ machine }) => this.nodes.get(machine)?.means.kind === 'host');
    if (leaves.length + members.length + outside.length < wire.ports.length) return; // Of a node that is refused already.
    const [leaf, second] = leaves;
    const [host] = outside;
    if (leaf !== undefined && second !== undefined && leaves.length === 2 && members.length === 0)
      this.link(leaf, second, wire);
    else if (leaf !== undefined && host !== undefined && wire.ports.length === 2) this.host(leaf, host);
    else if (leaf !== undefined && leaves.length === 1 && members.length > 0) this.rack(leaf, members, wire);
    else
      this.account.refuse(
        wire.span,
        `${wire.name ?? 'the link'} has ${leaves.length} routers and ${members.length} nodes: labctl has links of two routers, and racks of one router and its nodes`,
        'split it, or leave it out',
      );
  }

  /** Says which nodes stand in no rack, where others do. */
  checkEveryNode(): void {
    if (this.racks.length === 0) return;
    for (const node of this.cluster.nodes) {
      const isPlaced = this.racks.some(({ addresses }) => addresses.has(node.container));
      if (!isPlaced)
        this.account.refuse(
          node.span,
          `${node.container} stands in no rack, and other nodes do`,
          'join it to a switch of the topology',
        );
    }
  }

  private containerOf(machine: string): string | undefined {
    const means = this.nodes.get(machine)?.means;
    return means?.kind === 'cluster' ? means.container : undefined;
  }

  private addressesOf({ machine, interface: port }: WirePort): readonly string[] {
    const { interfaces = [] } = this.routers.get(machine) ?? {};
    const behind = interfaces.filter(
      ({ name, members }) => name === port || name.startsWith(`${port}.`) || members.includes(port),
    );
    const bridges = new Set(behind.map(({ name }) => name));
    return interfaces
      .filter(({ name }) => bridges.has(name) || bridges.has(name.split('.')[0] ?? ''))
      .flatMap(({ addresses }) => addresses);
  }

  private link(a: WirePort, b: WirePort, wire: Wire): void {
    const [ofA, ofB] = [this.addressesOf(a), this.addressesOf(b)];
    const shared = ofA.find(
      (address) => !address.includes(':') && ofB.some((other) => networkOf(other) === networkOf(address)),
    );
    const shared6 = ofA.find(
      (address) => address.includes(':') && ofB.some((other) => networkOf(other) === networkOf(address)),
    );
    if (shared === undefined) {
      this.account.refuse(
        wire.span,
        `${a.machine}:${a.interface} (${ofA.join(', ') || 'no address'}) and ${b.machine}:${b.interface} (${ofB.join(', ') || 'no address'}) have no IPv4 network in common`,
      );
      return;
    }
    const mtu = a.mtu === b.mtu ? a.mtu : ([a.mtu, b.mtu] as const);
    this.links.push({
      endpoints: [`${a.machine}:${a.interface}`, `${b.machine}:${b.interface}`],
      prefix: networkOf(shared),
      prefix6: shared6 && networkOf(shared6),
      mtu,
    });
  }

  private host(leaf: WirePort, { machine, span }: WirePort): void {
    const [own] = this.addressesOf(leaf);
    if (own === undefined)
      this.account.refuse(span, `${leaf.machine}:${leaf.interface} has no address, and ${machine} is behind it`);
    else this.hosts.set(machine, { on: `${leaf.machine}:${leaf.interface}`, prefix: networkOf(own) });
  }

  private rack(leaf: WirePort, members: readonly { node: KindNode; port: WirePort }[], wire: Wire): void {
    const stated = new Map(members.map(({ node, port }) => [node.container, this.addressOfNode(node, port)]));
    const first = [...stated.values()].find((address) => address !== undefined);
    const own = this.addressesOf(leaf).filter((address) => !address.includes(':'));
    const gateway = own.find((address) => first === undefined || networkOf(address) === networkOf(first)) ?? own[0];
    if (gateway === undefined) {
      this.account.refuse(
        leaf.span,
        `${leaf.machine}:${leaf.interface} has no IPv4 address, and nodes are behind it`,
        `set interfaces ethernet ${leaf.interface} address …`,
      );
      return;
    }
    const prefix = networkOf(gateway);
    const prefix6 = this.addressesOf(leaf).find((address) => address.includes(':') && !address.startsWith('fe80'));
    for (const { node, port } of members)
      this.checkNode(node, port, { prefix, gateway: addressOf(gateway), mtu: leaf.mtu, at: wire.span });
    const addresses = new Map(
      members.map(({ node }, i) => [node.container, stated.get(node.container) ?? derived(prefix, i)]),
    );
    this.racks.push({
      name: this.nameOfRack(members.map(({ node }) => node)),
      leaf: `${leaf.machine}:${leaf.interface}`,
      leafAs: this.routers.get(leaf.machine)?.asNumber,
      gateway: addressOf(gateway),
      prefix,
      prefix6: prefix6 && networkOf(prefix6),
      mtu: leaf.mtu,
      addresses,
    });
  }

  private addressOfNode(node: KindNode, { machine, interface: port }: WirePort): string | undefined {
    const means = this.nodes.get(machine)?.means;
    const stated =
      means?.kind === 'cluster'
        ? means.addresses.find(({ address, device }) => device === port && !address.includes(':'))
        : undefined;
    if (stated !== undefined && node.nodeIp !== undefined && node.nodeIp !== addressOf(stated.address))
      this.account.refuse(
        stated.span,
        `${node.container} gets ${stated.address}, and kubelet is told ${node.nodeIp}`,
        'make both the same',
      );
    if (stated === undefined)
      this.account.leave(
        this.nodes.get(machine)?.span ?? node.span,
        `${node.container} gets no address here: labctl gives it the next of its rack`,
      );
    return stated?.address;
  }

  private checkNode(
    node: KindNode,
    port: WirePort,
    rack: { prefix: string; gateway: string; mtu: number; at: Span },
  ): void {
    const means = this.nodes.get(port.machine)?.means;
    if (means?.kind !== 'cluster') return;
    for (const { address, span } of means.addresses) {
      if (!address.includes(':') && !containsPrefix(mustParsePrefix(rack.prefix), mustParsePrefix(address)))
        this.account.refuse(span, `${address} of ${node.container} is not inside its rack's network ${rack.prefix}`);
    }
    if (means.gateway !== undefined && means.gateway !== rack.gateway)
      this.account.refuse(
        this.nodes.get(port.machine)?.span ?? rack.at,
        `the default route of ${node.container} leads to ${means.gateway}, which is not its leaf's ${rack.gateway}`,
      );
    if (means.gateway === undefined)
      this.account.leave(
        this.nodes.get(port.machine)?.span ?? rack.at,
        `${node.container} keeps Docker's default route: in a lab it leads to the leaf, ${rack.gateway}`,
      );
    if (port.interface !== 'net0')
      this.account.leave(port.span, `${port.interface} of ${node.container} is called net0 in a lab`);
    if (port.mtu !== rack.mtu)
      this.account.refuse(
        port.span,
        `the link has MTU ${port.mtu}, the leaf's has ${rack.mtu}: a rack of labctl has one`,
        'make both the same',
      );
  }

  /** The label `rack` where all nodes of the rack have the same and no other rack has it; else rack0, rack1 … */
  private nameOfRack(nodes: readonly KindNode[]): string {
    const label = nodes[0]?.labels['rack'];
    const isTaken = this.racks.some(({ name }) => name === label);
    if (
      label !== undefined &&
      machineName.test(label) &&
      !isTaken &&
      nodes.every(({ labels }) => labels['rack'] === label)
    )
      return label;
    return `rack${this.racks.length}`;
  }
}

/** The address that labctl gives the n-th node of a rack. */
export function derived(prefix: string, n: number): string {
  return formatPrefix(nthAddress(mustParsePrefix(prefix), 10 + n));
}
