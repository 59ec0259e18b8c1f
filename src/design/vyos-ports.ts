// Owns where a router's own VyOS configuration and the wires meet: the addresses and MTU of its ports.

import { addressOf, containsPrefix, mustParseAddress, mustParsePrefix } from '../base/address.ts';
import type { Endpoint, Lab, TopologyRack } from '../lab/lab.ts';
import type { VyosInterface, VyosRouter } from '../lab/vyos/router.ts';
import type { Interface } from './design.ts';

/** The configuration of a router that has one of its own. */
export function vyosOf(lab: Lab, router: string): VyosRouter | undefined {
  return lab.topology?.routers.find(({ name }) => name === router)?.vyos;
}

/** What a router's own configuration says of a port: undefined where the topology decides. */
export function vyosPort(lab: Lab, { machine, interface: name }: Endpoint): VyosInterface | undefined {
  const router = vyosOf(lab, machine);
  if (router === undefined) return undefined;
  const stated = router.interfaces.find((port) => port.name === name);
  return (
    stated ?? { kind: 'ethernet', name, addresses: [], mtu: undefined, isDisabled: false, members: [], vrf: undefined }
  );
}

/** The address a rack's nodes send everything to: the leaf's own on the rack's prefix, with its length. */
export function leafAddressOf(lab: Lab, { leaf, prefix }: TopologyRack): string | undefined {
  const rack = mustParsePrefix(prefix);
  const router = vyosOf(lab, leaf.machine);
  const bridges =
    router?.interfaces.filter(({ name, members }) => isBehind(leaf.interface, name, members, router)) ?? [];
  const addresses = [...(vyosPort(lab, leaf)?.addresses ?? []), ...bridges.flatMap((bridge) => bridge.addresses)];
  return addresses.find((address) => containsPrefix(rack, mustParseAddress(addressOf(address))));
}

/** Whether packets of a port come out of an interface: its VLAN, the bridge it is in, a VLAN of that bridge. */
export function isBehind(port: string, name: string, members: readonly string[], router: VyosRouter): boolean {
  if (members.includes(port) || name.startsWith(`${port}.`)) return true;
  const parent = router.interfaces.find((bridge) => name.startsWith(`${bridge.name}.`));
  return parent?.members.includes(port) ?? false;
}

/** Interfaces that no wire makes: loopback, dummies, bridges, VLANs, tunnels. They are on no link. */
export function loopbacksOf(router: VyosRouter): readonly Interface[] {
  return router.interfaces
    .filter(({ kind, addresses }) => kind !== 'ethernet' && (addresses.length > 0 || kind !== 'loopback'))
    .map(({ kind, name, addresses, mtu }) => ({
      name,
      addresses,
      mtu: mtu ?? 1500,
      mac: undefined,
      link: kind,
    }));
}
