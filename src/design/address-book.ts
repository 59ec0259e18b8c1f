// Owns which machine answers for which address: the way back from a next hop or a traceroute line to a name.

import { addressOf, type Family, familyOf, inFamily } from '../base/address.ts';
import { objectsOf } from '../calico/objects.ts';
import { linkLocalOf } from './addressing.ts';
import { type Design, findMachine, type Machine } from './design.ts';

/** Where an address lives: the machine's full name and the interface that has it. */
export interface Whereabouts {
  readonly machine: string;
  readonly interface: string;
}

/** Address (without prefix length) to the machine and interface that have it. */
export type AddressBook = ReadonlyMap<string, Whereabouts>;

/**
 * Every address of the lab: interfaces of nodes and routers, bridges that answer for a network, pods, and the tunnel
 * addresses of Calico's Node objects (calico.md A.6). The first owner of an address wins.
 */
export function addressBookOf(design: Design): AddressBook {
  const book = new Map<string, Whereabouts>();
  const add = (address: string, machine: string, iface: string): void => {
    const key = addressOf(address);
    if (!book.has(key)) book.set(key, { machine, interface: iface });
  };
  for (const pod of design.pods) for (const { address } of pod.addresses) add(address, pod.name, podInterface);
  for (const machine of [...design.nodes, ...design.routers, ...design.hosts]) {
    for (const port of machine.interfaces) {
      for (const address of port.addresses) add(address, machine.name, port.name);
      if (port.mac !== undefined) add(linkLocalOf(port.mac), machine.name, port.name);
    }
  }
  for (const { metadata, spec } of objectsOf(design.objects, 'Node')) {
    if (spec.bgp?.ipv4IPIPTunnelAddr !== undefined) add(spec.bgp.ipv4IPIPTunnelAddr, metadata.name, 'tunl0');
    if (spec.ipv4VXLANTunnelAddr !== undefined) add(spec.ipv4VXLANTunnelAddr, metadata.name, 'vxlan.calico');
    if (spec.ipv6VXLANTunnelAddr !== undefined) add(spec.ipv6VXLANTunnelAddr, metadata.name, 'vxlan-v6.calico');
  }
  for (const machine of design.switches) {
    for (const bridge of machine.bridges) {
      for (const address of bridge.addresses) add(address, machine.name, bridge.name);
    }
  }
  return book;
}

/** The one interface a pod has (calico.md C.1). */
export const podInterface = 'eth0';

/** The name people type: a node's short name, every other machine's own. Unknown names are returned as they are. */
export function shownName(design: Design, machine: string): string {
  const found = findMachine(design, machine);
  return found === undefined ? machine : found.kind === 'node' ? found.short : found.name;
}

/**
 * The address by which a machine is reached, in one family or in the first it has: a pod's, a node's Calico address, a
 * router's id where it is one of its own.
 */
export function primaryAddressOf(machine: Machine, family?: Family): string | undefined {
  if (machine.kind === 'switch') return undefined;
  if (machine.kind !== 'router') {
    const found =
      family === undefined
        ? machine.addresses[0]
        : inFamily<{ family: Family; address: string }>(machine.addresses, family);
    return found === undefined ? undefined : addressOf(found.address);
  }
  const own = machine.interfaces.flatMap((port) => port.addresses.map(addressOf));
  const fitting = own.filter((address) => familyOf(address) === (family ?? 4));
  return fitting.includes(machine.routerId) ? machine.routerId : fitting.at(-1);
}
