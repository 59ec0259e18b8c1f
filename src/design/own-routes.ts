// Owns what a machine's own addresses say of its routes: connected subnets, and where its default route goes.

import { networkOf, widthOf } from '../base/address.ts';
import { contains, prefixNumber, type Subnet } from './bgp.ts';
import type { HostDesign, Interface, NodeDesign, RouterDesign } from './design.ts';

/** What a pod's default route goes to in each family: its node answers for them (calico.md C.1). */
export const podGateways = { 4: '169.254.1.1', 6: 'fe80::ecee:eeff:feee:eeee' } as const;

/** The interfaces whose routes are in the main table: all but those that a VyOS configuration puts into a VRF. */
export function inMainTable(machine: NodeDesign | RouterDesign | HostDesign): readonly Interface[] {
  const stated = machine.kind === 'router' ? (machine.vyos?.interfaces ?? []) : [];
  return machine.interfaces.filter(({ name }) => !stated.some((port) => port.name === name && port.vrf !== undefined));
}

/** The connected subnets of a machine, in the order of its interfaces. Host addresses make none. */
export function subnetsOf(interfaces: readonly Interface[]): readonly Subnet[] {
  return interfaces.flatMap(({ name, addresses }) =>
    addresses.filter((address) => isSubnet(address)).map((address) => ({ prefix: networkOf(address), dev: name })),
  );
}

/** Whether an address of an interface stands for a subnet, and not for itself alone. */
export function isSubnet(address: string): boolean {
  const prefix = prefixNumber(address);
  return prefix !== undefined && prefix.length < widthOf(prefix.family);
}

/** The next hops of the default route of each family: through the gateway's own subnet, or the first interface. */
export function defaultRoutesOf(
  machine: NodeDesign | RouterDesign | HostDesign,
): readonly { readonly via: string; readonly dev: string }[] {
  const { interfaces } = machine;
  const gateways =
    machine.kind === 'router'
      ? [machine.defaultGateway]
      : machine.addresses.flatMap(({ gateway, otherWays = [] }) => [gateway, ...otherWays.map((way) => way.gateway)]);
  return gateways.map((via) => {
    const subnet = subnetsOf(interfaces).find(({ prefix }) => contains(prefix, via));
    return { via, dev: subnet?.dev ?? interfaces[0]?.name ?? 'eth0' };
  });
}
