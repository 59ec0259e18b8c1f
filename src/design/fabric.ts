// Owns wires: every interface, link and switch of a lab except the pods', with addresses, MTUs and MAC addresses.

import { addressOf, containsPrefix, mustParseAddress, mustParsePrefix } from '../base/address.ts';
import type { Problem } from '../base/place.ts';
import type { Endpoint, Lab, LabNode, TopologyRack } from '../lab/lab.ts';
import { isGood, type Netem } from '../lab/netem.ts';
import { racksOf } from '../lab/racks.ts';
import {
  assignHosts,
  dockerMac,
  fabricMac,
  firstDockerHost,
  firstRackHost,
  gatewayOf,
  hostOf,
  pairedV6,
} from './addressing.ts';
import type { Bridge, Interface, Link, LinkRole, SwitchDesign } from './design.ts';
import { loopback } from './interfaces.ts';
import { errorAt } from './problem.ts';
import { bridgeName, PortNames } from './switch-ports.ts';
import { leafAddressOf, vyosPort } from './vyos-ports.ts';

/** The machine whose bridges are the racks' switches. */
export const switchMachine = 'switch';

/** The machine whose bridges are Docker's networks; it answers for their gateways and forwards nothing. */
export const outsideMachine = 'outside';

const dockerMtu = 1500;

const hostMtu = 1500;

/** The kernel's own. */
const loopbackMtu = 65536;

/** All wires of a lab. */
export interface Wiring {
  /** Machine name (full node name, router name) to its interfaces, eth0 first. */
  readonly interfaces: ReadonlyMap<string, readonly Interface[]>;
  readonly links: readonly Link[];
  readonly switches: readonly SwitchDesign[];
  readonly problems: readonly Problem[];
}

/** Lays every wire: Docker's network, the outside, links between routers, racks. Derived addresses are filled in. */
export function wireLab(lab: Lab): Wiring {
  const wiring = new WiringDraft();
  wireNodeNetwork(lab, wiring);
  wireOutside(lab, wiring);
  wireLinks(lab, wiring);
  wireRacks(lab, wiring);
  addLoopbacks(lab, wiring);
  wireHosts(lab, wiring);
  return wiring.finish();
}

/** A wiring while it is being laid. */
class WiringDraft {
  readonly problems: Problem[] = [];
  readonly #interfaces = new Map<string, Interface[]>();
  readonly #links: Link[] = [];
  readonly #bridges = new Map<string, Bridge[]>();
  readonly #ports = new Map<string, PortNames>();

  /** Connects two interfaces; `ends` are complete but for the link's name. An end without an MTU has the link's. */
  connect(role: LinkRole, mtu: number, a: Plug, b: Plug): void {
    const name = `${a.machine}:${a.interface}--${b.machine}:${b.interface}`;
    const ends = [a, b].map((plug) => ({ machine: plug.machine, interface: plug.interface }));
    this.#links.push({ name, ends: [ends[0]!, ends[1]!], mtu, role });
    for (const plug of [a, b]) {
      if (plug.addresses === undefined) continue;
      const list = this.#interfaces.get(plug.machine) ?? [];
      const { interface: port, addresses, mac, netem } = plug;
      const bad = netem === undefined || isGood(netem) ? {} : { netem };
      list.push({ name: port, addresses, mtu: plug.mtu ?? mtu, mac, link: name, ...bad });
      this.#interfaces.set(plug.machine, list);
    }
  }

  /** Connects an interface to a bridge of a switch; the port's name is made from `short`. Returns that name. */
  plugIn(role: LinkRole, mtu: number, switchName: string, short: string, plug: Plug): string {
    const names = this.#ports.get(switchName) ?? new PortNames();
    this.#ports.set(switchName, names);
    const port = names.nameOf(short, plug.interface);
    this.connect(role, mtu, plug, { machine: switchName, interface: port });
    return port;
  }

  addLoopback(machine: string, address: string): void {
    const list = this.#interfaces.get(machine) ?? [];
    list.push({ name: loopback, addresses: [address], mtu: loopbackMtu, mac: undefined, link: loopback });
    this.#interfaces.set(machine, list);
  }

  addBridge(switchName: string, bridge: Bridge): void {
    this.#bridges.set(switchName, [...(this.#bridges.get(switchName) ?? []), bridge]);
  }

  finish(): Wiring {
    const switches = [...this.#bridges].map(([name, bridges]): SwitchDesign => ({ kind: 'switch', name, bridges }));
    return {
      interfaces: this.#interfaces,
      links: this.#links,
      switches: switches.toSorted((x, y) => (x.name < y.name ? 1 : -1)),
      problems: this.problems,
    };
  }
}

/** One end of a link; without addresses it is a switch port. */
interface Plug {
  readonly machine: string;
  readonly interface: string;
  readonly addresses?: readonly string[];
  readonly mac?: string;
  /** Where it is not the link's. */
  readonly mtu?: number;
  readonly netem?: Netem | undefined;
}

function wireNodeNetwork(lab: Lab, wiring: WiringDraft): void {
  const { prefix, prefix6, gateway } = lab.cluster.network;
  const gatewayAddress = `${addressOf(gateway)}/${mustParsePrefix(prefix).length}`;
  const hosts = assignHosts(
    prefix,
    firstDockerHost,
    lab.cluster.nodes.map((node) => ({ name: node.name, stated: isInRack(node) ? undefined : node.address })),
    [gatewayAddress],
  );
  const ports: string[] = [];
  for (const [i, node] of lab.cluster.nodes.entries()) {
    const address = hosts.get(node.name);
    if (address === undefined || !isHostOf(prefix, address)) {
      wiring.problems.push(noRoom(['cluster', 'nodes', i], node, `the node network ${prefix}`, address));
      continue;
    }
    const plug = {
      machine: node.name,
      interface: 'eth0',
      addresses: [address, pairedV6(prefix6, address)],
      mac: dockerMac(address),
    };
    ports.push(wiring.plugIn('node-network', dockerMtu, outsideMachine, node.short, plug));
  }
  const addresses = [gatewayAddress, gatewayOf(prefix6)];
  wiring.addBridge(outsideMachine, { name: 'br-kind', addresses, ports, mtu: dockerMtu });
}

function wireOutside(lab: Lab, wiring: WiringDraft): void {
  const routers = lab.topology?.routers ?? [];
  if (routers.length === 0) return;
  const { outside } = lab.cluster.network;
  const ports: string[] = [];
  for (const [i, router] of routers.entries()) {
    const address = hostOf(outside, firstDockerHost + i);
    if (address === undefined) {
      const path = ['topology', 'routers', router.name];
      wiring.problems.push(
        errorAt(path, 'TOPOLOGY_TOO_MANY_ROUTERS', `${outside} has no address for router ${router.name}`),
      );
      continue;
    }
    const own = vyosPort(lab, { machine: router.name, interface: 'eth0' })?.addresses ?? [];
    const plug = { machine: router.name, interface: 'eth0', addresses: [address, ...own], mac: dockerMac(address) };
    ports.push(wiring.plugIn('outside', dockerMtu, outsideMachine, router.name, plug));
  }
  wiring.addBridge(outsideMachine, { name: 'br-clab', addresses: [gatewayOf(outside)], ports, mtu: dockerMtu });
}

function wireLinks(lab: Lab, wiring: WiringDraft): void {
  for (const [i, link] of (lab.topology?.links ?? []).entries()) {
    const plugs = link.endpoints.map((end, side) => portOf(lab, end, linkHost(link.prefix, side), link.prefix6));
    const [a, b] = plugs;
    if (a?.addresses === undefined || b?.addresses === undefined) {
      const path = ['topology', 'links', i, 'prefix'];
      wiring.problems.push(errorAt(path, 'TOPOLOGY_PREFIX_TOO_SMALL', `${link.prefix} has no room for two addresses`));
      continue;
    }
    const [mtuA, mtuB] = link.mtu;
    const [netemA, netemB] = link.netem ?? [];
    const near = { ...a, mtu: a.mtu ?? mtuA, netem: netemA };
    wiring.connect('fabric', Math.min(mtuA, mtuB), near, { ...b, mtu: b.mtu ?? mtuB, netem: netemB });
  }
}

/** The first address of a link's prefix, or the second; a /31 has no network address to leave out (RFC 3021). */
function linkHost(prefix: string, side: number): string | undefined {
  return hostOf(prefix, mustParsePrefix(prefix).length === 31 ? side : side + 1);
}

/** A port with its derived addresses, or with what the router's own configuration says. */
function portOf(lab: Lab, end: Endpoint, derived: string | undefined, prefix6: string | undefined): Plug {
  const plug = { ...end, mac: fabricMac(end.machine, end.interface) };
  const stated = vyosPort(lab, end);
  if (stated !== undefined)
    return { ...plug, addresses: stated.addresses, ...(stated.mtu === undefined ? {} : { mtu: stated.mtu }) };
  if (derived === undefined) return plug;
  return { ...plug, addresses: prefix6 === undefined ? [derived] : [derived, pairedV6(prefix6, derived)] };
}

function wireRacks(lab: Lab, wiring: WiringDraft): void {
  for (const rack of lab.topology?.racks ?? []) {
    const leafAddress = leafAddressOf(lab, rack) ?? hostOf(rack.prefix, 1);
    if (leafAddress === undefined) {
      const path = ['topology', 'racks', rack.name, 'prefix'];
      wiring.problems.push(
        errorAt(path, 'TOPOLOGY_PREFIX_TOO_SMALL', `${rack.prefix} has no room for a leaf and nodes`),
      );
      continue;
    }
    const members = lab.cluster.nodes.filter((node) => racksOf(node).includes(rack.name));
    const leaf = portOf(lab, rack.leaf, leafAddress, rack.prefix6);
    const ports = [wiring.plugIn('rack', rack.mtu, switchMachine, rack.leaf.machine, leaf)];
    ports.push(...wireRackNodes(lab, rack, members, leafAddress, wiring));
    wiring.addBridge(switchMachine, { name: bridgeName(rack.name), addresses: [], ports, mtu: rack.mtu });
  }
}

function wireRackNodes(
  lab: Lab,
  rack: TopologyRack,
  members: readonly LabNode[],
  leafAddress: string,
  wiring: WiringDraft,
): string[] {
  const hosts = assignHosts(
    rack.prefix,
    firstRackHost,
    members.map((node) => ({ name: node.name, stated: node.uplinkRacks === undefined ? node.address : undefined })),
    [leafAddress],
  );
  const ports: string[] = [];
  for (const node of members) {
    const address = hosts.get(node.name);
    if (address === undefined || !isHostOf(rack.prefix, address)) {
      const path = ['cluster', 'nodes', lab.cluster.nodes.indexOf(node)];
      wiring.problems.push(noRoom(path, node, `rack ${rack.name}'s prefix ${rack.prefix}`, address));
      continue;
    }
    const uplink = uplinkName(racksOf(node).indexOf(rack.name));
    const plug = portOf(lab, { machine: node.name, interface: uplink }, address, rack.prefix6);
    ports.push(wiring.plugIn('rack', rack.mtu, switchMachine, node.short, plug));
  }
  return ports;
}

/** The interface of a node in its n-th rack. */
export function uplinkName(n: number): string {
  return `net${n}`;
}

/** The address of a node with several uplinks belongs to none of them, so that it outlives each. */
function addLoopbacks(lab: Lab, wiring: WiringDraft): void {
  const { loopbacks } = lab.cluster;
  const members = lab.cluster.nodes.filter(({ uplinkRacks }) => uplinkRacks !== undefined);
  if (loopbacks === undefined) return;
  const stated = members.map(({ name, address }) => ({ name, stated: address }));
  for (const [name, address] of assignHosts(loopbacks, firstRackHost, stated, [])) {
    const node = members.find((member) => member.name === name);
    if (node === undefined) continue;
    if (address !== undefined) wiring.addLoopback(name, `${addressOf(address)}/32`);
    else wiring.problems.push(noRoom(['cluster', 'loopbacks'], node, `the loopbacks' prefix ${loopbacks}`, address));
  }
}

function wireHosts(lab: Lab, wiring: WiringDraft): void {
  for (const { name, router, prefix } of lab.hosts) {
    const near = portOf(lab, router, hostOf(prefix, 1), undefined);
    const far = portOf(lab, { machine: name, interface: 'eth1' }, hostOf(prefix, firstRackHost), undefined);
    wiring.connect('host', hostMtu, near, far);
  }
}

function isInRack(node: LabNode): boolean {
  return node.rack !== undefined;
}

function isHostOf(prefix: string, address: string): boolean {
  return containsPrefix(mustParsePrefix(prefix), mustParseAddress(addressOf(address)));
}

function noRoom(path: (string | number)[], node: LabNode, network: string, address: string | undefined): Problem {
  if (address === undefined) {
    return errorAt(
      path,
      'NODE_NO_ADDRESS',
      `${network} has no address left for node ${node.short}`,
      'use a shorter prefix length',
    );
  }
  const message = `${address} of node ${node.short} is not inside ${network}`;
  return errorAt([...path, 'address'], 'NODE_ADDRESS_OUTSIDE', message, `take an address of ${network}`);
}
