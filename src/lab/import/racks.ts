// Owns the racks of an imported fabric: a leaf's port and the nodes behind it. A node in several racks has an address on its loopback.

import { addressOf, containsPrefix, formatPrefix, mustParsePrefix, networkOf, nthAddress } from '../../base/address.ts';
import { machineName } from '../names.ts';
import type { Span } from '../tree.ts';
import type { Account } from './account.ts';
import type { NodeAddress } from './clab-nodes.ts';
import type { WirePort } from './clab-wires.ts';
import type { KindNode } from './kind-cluster.ts';

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

/** A kind node's port in a rack. */
export interface RackMember {
  readonly node: KindNode;
  readonly port: WirePort;
  readonly addresses: readonly NodeAddress[];
  /** Of its default route. */
  readonly gateways: readonly string[];
  /** Where the topology has the node. */
  readonly span: Span;
  /** The node's ports in racks, this one among them, by name. */
  readonly uplinks: readonly WirePort[];
}

/** The leaf's end of a rack. */
export interface RackLeaf {
  readonly port: WirePort;
  readonly asNumber: number | undefined;
  /** With length, of all families. */
  readonly addresses: readonly string[];
}

/** Gathers racks, wire by wire. */
export class Racks {
  readonly found: ImportedRack[] = [];
  /** The racks of each node, in the order of its ports; by container. */
  readonly stands = new Map<string, string[]>();
  /** The addresses of nodes in several racks, without length; by container. */
  readonly loopbacks = new Map<string, string>();
  private readonly account: Account;

  constructor(account: Account) {
    this.account = account;
  }

  /** One wire with one leaf and its nodes. */
  add({ port, asNumber, addresses: all }: RackLeaf, members: readonly RackMember[]): void {
    const stated = members.map((member) => this.addressOf(member));
    const first = stated.find((address) => address !== undefined);
    const own = all.filter((address) => !address.includes(':'));
    const gateway = own.find((address) => first === undefined || networkOf(address) === networkOf(first)) ?? own[0];
    if (gateway === undefined) {
      this.account.refuse(
        port.span,
        `${port.machine}:${port.interface} has no IPv4 address, and nodes are behind it`,
        `set interfaces ethernet ${port.interface} address …`,
      );
      return;
    }
    const prefix = networkOf(gateway);
    const prefix6 = all.find((address) => address.includes(':') && !address.startsWith('fe80'));
    for (const member of members) this.check(member, { prefix, gateway: addressOf(gateway), mtu: port.mtu });
    const addresses = members.map(({ node, uplinks, span }, i) => {
      const usual = derived(prefix, i);
      const address = stated[i] ?? usual;
      if (uplinks.length > 1 && address !== usual)
        this.account.refuse(
          span,
          `${node.container} is in several racks, and ${address} is not ${usual}: a lab does not state it`,
        );
      return [node.container, address] as const;
    });
    const name = this.nameOf(members);
    for (const { node, port: at, uplinks, addresses: ofNode } of members) {
      const stand = this.stands.get(node.container) ?? [];
      stand[uplinks.indexOf(at)] = name;
      this.stands.set(node.container, stand);
      const loopback = onDevice(ofNode, 'lo');
      if (uplinks.length > 1 && loopback !== undefined) this.loopbacks.set(node.container, addressOf(loopback.address));
    }
    this.found.push({
      name,
      leaf: `${port.machine}:${port.interface}`,
      leafAs: asNumber,
      gateway: addressOf(gateway),
      prefix,
      prefix6: prefix6 && networkOf(prefix6),
      mtu: port.mtu,
      addresses: new Map(addresses),
    });
  }

  private addressOf({ node, port, addresses, span, uplinks }: RackMember): string | undefined {
    const stated = onDevice(addresses, port.interface);
    const spoken = uplinks.length > 1 ? onDevice(addresses, 'lo') : stated;
    if (spoken !== undefined && node.nodeIp !== undefined && node.nodeIp !== addressOf(spoken.address))
      this.account.refuse(
        spoken.span,
        `${node.container} gets ${spoken.address}, and kubelet is told ${node.nodeIp}`,
        'make both the same',
      );
    if (stated === undefined)
      this.account.leave(span, `${node.container} gets no address here: labctl gives it the next of its rack`);
    return stated?.address;
  }

  private check(
    { node, port, addresses, gateways, span, uplinks }: RackMember,
    rack: { readonly prefix: string; readonly gateway: string; readonly mtu: number },
  ): void {
    const { container } = node;
    const place = uplinks.indexOf(port);
    const isElsewhere = (device: string): boolean =>
      uplinks.some((other) => other !== port && other.interface === device);
    for (const { address, device, span: at } of addresses) {
      if (address.includes(':') || isElsewhere(device) || (device === 'lo' && uplinks.length > 1)) continue;
      if (!containsPrefix(mustParsePrefix(rack.prefix), mustParsePrefix(address)))
        this.account.refuse(at, `${address} of ${container} is not inside its rack's network ${rack.prefix}`);
    }
    if (place === 0 && uplinks.length > 1 && onDevice(addresses, 'lo') === undefined)
      this.account.refuse(
        span,
        `${container} is in ${uplinks.length} racks: a lab has the address of such a node on lo`,
      );
    if (gateways.length > 0 && !gateways.includes(rack.gateway))
      this.account.refuse(
        span,
        `the default route of ${container} leads to ${gateways.join(', ')}, which is not its leaf's ${rack.gateway}`,
      );
    if (gateways.length === 0)
      this.account.leave(
        span,
        `${container} keeps Docker's default route: in a lab it leads to the leaf, ${rack.gateway}`,
      );
    if (port.interface !== `net${place}`)
      this.account.leave(port.span, `${port.interface} of ${container} is called net${place} in a lab`);
    if (port.mtu !== rack.mtu)
      this.account.refuse(
        port.span,
        `the link has MTU ${port.mtu}, the leaf's has ${rack.mtu}: a rack of labctl has one`,
        'make both the same',
      );
  }

  /** What all its nodes' label `rack` says, of a node in several its part of that; where they differ, or it is taken: rack0, rack1 … */
  private nameOf(members: readonly RackMember[]): string {
    const labels = new Set(
      members.map(({ node, port, uplinks }) => {
        const label = node.labels['rack'] ?? '';
        const parts = uplinks.length > 1 ? label.split('-') : [label];
        return parts.length === uplinks.length ? (parts[uplinks.indexOf(port)] ?? '') : '';
      }),
    );
    const [label = ''] = labels;
    const isTaken = this.found.some(({ name }) => name === label);
    return labels.size === 1 && machineName.test(label) && !isTaken ? label : `rack${this.found.length}`;
  }
}

function onDevice(addresses: readonly NodeAddress[], port: string): NodeAddress | undefined {
  return addresses.find(({ address, device }) => device === port && !address.includes(':'));
}

/** The address that labctl gives the n-th node of a rack, or of all with an address on their loopback. */
export function derived(prefix: string, n: number): string {
  return formatPrefix(nthAddress(mustParsePrefix(prefix), 10 + n));
}

/** The longest prefix from /8 to /24 that has all these loopback addresses. */
export function loopbackPrefix(addresses: readonly string[]): string | undefined {
  const [first] = addresses;
  if (first === undefined) return undefined;
  for (let length = 24; length > 8; length--) {
    const prefix = networkOf(`${first}/${length}`);
    if (addresses.every((address) => containsPrefix(mustParsePrefix(prefix), mustParsePrefix(`${address}/32`))))
      return prefix;
  }
  return networkOf(`${first}/8`);
}
