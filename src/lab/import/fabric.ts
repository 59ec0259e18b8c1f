// Owns what a containerlab topology and its router files are as a topology of labctl: routers, links, racks, node addresses.

import { networkOf } from '../../base/address.ts';
import { entryOf } from '../tree.ts';
import { type Account, textOf } from './account.ts';
import { type ClabNode, type ClusterMeans, readClabNodes } from './clab-nodes.ts';
import { readClabWires, type Wire, type WirePort } from './clab-wires.ts';
import type { KindCluster, KindNode } from './kind-cluster.ts';
import { type ImportedNetem, readNetem } from './netem.ts';
import type { Parts, YamlPart } from './parts.ts';
import { type ImportedRack, type RackMember, Racks } from './racks.ts';
import { type ImportedRouter, readRouters } from './routers.ts';

/** A topology. */
export interface ImportedFabric {
  readonly name: string;
  readonly routers: ReadonlyMap<string, ImportedRouter>;
  readonly links: readonly {
    readonly endpoints: readonly [string, string];
    readonly prefix: string;
    readonly prefix6: string | undefined;
    readonly mtu: number | readonly [number, number];
    readonly netem: object | readonly [object, object] | undefined;
  }[];
  readonly racks: readonly ImportedRack[];
  /** The racks of each node that is in one, in the order of its ports; by container. */
  readonly stands: ReadonlyMap<string, readonly string[]>;
  /** The addresses of nodes in several racks, without length, by container. */
  readonly loopbacks: ReadonlyMap<string, string>;
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
  const name = textOf(entryOf(part.tree, 'name')?.value) ?? 'fabric';
  const reader = new WireReader(cluster, nodes, routers, readNetem(parts, name), account);
  reader.read(wires);
  account.take(
    nodes[0]?.span ?? topology.span,
    `topology ${name}: ${[...routers.keys(), ...reader.racks.found.map(({ name: rack }) => rack)].join(', ')}`,
  );
  const { found: racks, stands, loopbacks } = reader.racks;
  return { name, routers, links: reader.links, racks, stands, loopbacks, hosts: reader.hosts };
}

interface Member {
  readonly node: KindNode;
  readonly port: WirePort;
}

/** Turns wires into links, racks and hosts. */
class WireReader {
  readonly links: ImportedFabric['links'][number][] = [];
  readonly racks: Racks;
  readonly hosts = new Map<string, { on: string; prefix: string }>();
  private readonly cluster: KindCluster;
  private readonly nodes: ReadonlyMap<string, ClabNode>;
  private readonly routers: ReadonlyMap<string, ImportedRouter>;
  private readonly netem: ReadonlyMap<string, ImportedNetem>;
  private readonly account: Account;

  constructor(
    cluster: KindCluster,
    nodes: readonly ClabNode[],
    routers: ReadonlyMap<string, ImportedRouter>,
    netem: ReadonlyMap<string, ImportedNetem>,
    account: Account,
  ) {
    this.cluster = cluster;
    this.nodes = new Map(nodes.map((node) => [node.name, node]));
    this.routers = routers;
    this.netem = netem;
    this.account = account;
    this.racks = new Racks(account);
  }

  read(wires: readonly Wire[]): void {
    for (const wire of wires) this.readWire(wire, wires);
    this.checkEveryNode();
    for (const [port, { span }] of this.netem)
      if (!this.links.some(({ endpoints }) => endpoints.includes(port)))
        this.account.refuse(span, `${port} is no end of a link of two routers, and only those are bad in a lab`);
  }

  private readWire(wire: Wire, wires: readonly Wire[]): void {
    const { leaves, members } = this.endsOf(wire);
    const outside = wire.ports.filter(({ machine }) => this.nodes.get(machine)?.means.kind === 'host');
    if (leaves.length + members.length + outside.length < wire.ports.length) return; // Of a node that is refused already.
    const [leaf, second] = leaves;
    const [host] = outside;
    if (leaf !== undefined && second !== undefined && leaves.length === 2 && members.length === 0)
      this.link(leaf, second, wire);
    else if (leaf !== undefined && host !== undefined && wire.ports.length === 2) this.host(leaf, host);
    else if (leaf !== undefined && leaves.length === 1 && members.length > 0) this.rack(leaf, members, wires);
    else
      this.account.refuse(
        wire.span,
        `${wire.name ?? 'the link'} has ${leaves.length} routers and ${members.length} nodes: labctl has links of two routers, and racks of one router and its nodes`,
        'split it, or leave it out',
      );
  }

  /** The ports of routers and, in kind's order, of kind's nodes. */
  private endsOf({ ports }: Wire): { readonly leaves: readonly WirePort[]; readonly members: readonly Member[] } {
    return {
      leaves: ports.filter(({ machine }) => this.routers.has(machine)),
      members: this.cluster.nodes.flatMap((node) =>
        ports.filter(({ machine }) => this.containerOf(machine) === node.container).map((port) => ({ node, port })),
      ),
    };
  }

  /** Says which nodes stand in no rack, where others do. */
  private checkEveryNode(): void {
    if (this.racks.found.length === 0) return;
    for (const node of this.cluster.nodes) {
      if (this.racks.stands.has(node.container)) continue;
      const message = `${node.container} stands in no rack, and other nodes do`;
      this.account.refuse(node.span, message, 'join it to a switch of the topology');
    }
  }

  private containerOf(machine: string): string | undefined {
    const means = this.nodes.get(machine)?.means;
    return means?.kind === 'cluster' ? means.container : undefined;
  }

  /** What the topology says of a kind node: several of its machines may share the node's network. */
  private machinesOf(container: string): readonly ClusterMeans[] {
    return [...this.nodes.values()].flatMap(({ means }) =>
      means.kind === 'cluster' && means.container === container ? [means] : [],
    );
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

  private rack(leaf: WirePort, members: readonly Member[], wires: readonly Wire[]): void {
    const all = wires.map((wire) => this.endsOf(wire)).filter(({ leaves }) => leaves.length === 1);
    this.racks.add(
      { port: leaf, asNumber: this.routers.get(leaf.machine)?.asNumber, addresses: this.addressesOf(leaf) },
      members.map(({ node, port }): RackMember => {
        const machines = this.machinesOf(node.container);
        const uplinks = all
          .flatMap(({ members: others }) => others)
          .filter((other) => other.node === node)
          .map((other) => other.port)
          .sort((a, b) => a.interface.localeCompare(b.interface, 'en', { numeric: true }));
        return {
          node,
          port,
          addresses: machines.flatMap(({ addresses }) => addresses),
          gateways: machines.flatMap(({ gateways }) => gateways),
          span: this.nodes.get(port.machine)?.span ?? port.span,
          uplinks,
        };
      }),
    );
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
    const endpoints = [`${a.machine}:${a.interface}`, `${b.machine}:${b.interface}`] as const;
    const [badA, badB] = endpoints.map((port) => this.netem.get(port)?.keys);
    const isAlike = JSON.stringify(badA) === JSON.stringify(badB);
    this.links.push({
      endpoints,
      prefix: networkOf(shared),
      prefix6: shared6 && networkOf(shared6),
      mtu: a.mtu === b.mtu ? a.mtu : [a.mtu, b.mtu],
      netem: isAlike ? badA : [badA ?? {}, badB ?? {}],
    });
  }

  private host(leaf: WirePort, { machine, span }: WirePort): void {
    const [own] = this.addressesOf(leaf);
    if (own === undefined)
      this.account.refuse(span, `${leaf.machine}:${leaf.interface} has no address, and ${machine} is behind it`);
    else this.hosts.set(machine, { on: `${leaf.machine}:${leaf.interface}`, prefix: networkOf(own) });
  }
}
