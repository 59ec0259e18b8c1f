// Owns the picture of a lab as data: machines in layers, and the wires that carry its traffic.

import { networkOf } from '../base/address.ts';
import type { Design, Interface, Link } from '../design/design.ts';

/** The layers of a picture from top to bottom. */
export type Layer = 'outside' | 'spine' | 'leaf' | 'network' | 'node' | 'pod';

/** A box of the picture. */
export interface GraphBox {
  /** Unique: the machine's name, or `network:<bridge>`. */
  readonly id: string;
  readonly layer: Layer;
  readonly title: string;
  /** AS number, address: one fact a line. */
  readonly facts: readonly string[];
}

/** A wire; the texts name the interface (and its address) at each end, empty where there is nothing to say. */
export interface GraphWire {
  readonly from: string;
  readonly to: string;
  readonly fromText: string;
  readonly toText: string;
}

/** A lab's picture. Docker's management network is left out where the nodes peer over a fabric. */
export interface Graph {
  readonly title: string;
  readonly boxes: readonly GraphBox[];
  readonly wires: readonly GraphWire[];
}

type Drawn = Pick<
  Design,
  'backend' | 'lab' | 'variant' | 'title' | 'nodes' | 'routers' | 'switches' | 'pods' | 'hosts' | 'links'
>;

/** Layers in the order in which they are drawn. */
export const layers: readonly Layer[] = ['outside', 'spine', 'leaf', 'network', 'node', 'pod'];

/** The picture of a design: spines over leaves over nodes over pods; a rack's switch is drawn as plain wires. */
export function graphOf(design: Drawn): Graph {
  const uplinks = design.nodes.map(
    (node) => node.interfaces.find(({ name }) => name === node.addresses[0].uplink)?.link,
  );
  const shown = design.links.filter(
    (link) =>
      link.role === 'fabric' ||
      link.role === 'rack' ||
      link.role === 'pod' ||
      link.role === 'host' ||
      uplinks.includes(link.name),
  );
  const { boxes: networks, wires } = wiresOf(design, shown);
  const leaves = new Set(
    shown.filter(({ role }) => role === 'rack').flatMap(({ ends }) => ends.map(({ machine }) => machine)),
  );
  const boxes: GraphBox[] = [];
  for (const router of design.routers) {
    const layer = leaves.has(router.name) ? 'leaf' : 'spine';
    boxes.push({
      id: router.name,
      layer,
      title: router.name,
      facts: router.asNumber === undefined ? [] : [`AS ${router.asNumber}`],
    });
  }
  boxes.push(...networks);
  for (const node of design.nodes) {
    const speaker = design.backend === 'bird' ? [`AS ${node.peers.localAs}`] : [];
    const facts = [...speaker, ...node.addresses.map(({ address }) => address)];
    boxes.push({ id: node.name, layer: 'node', title: node.short, facts });
  }
  for (const host of design.hosts) {
    boxes.push({
      id: host.name,
      layer: layerOfHost(host.name, shown, boxes),
      title: host.name,
      facts: [host.addresses[0].address],
    });
  }
  for (const pod of design.pods) {
    boxes.push({ id: pod.name, layer: 'pod', title: pod.name, facts: pod.addresses.map(({ address }) => address) });
  }
  const variant = design.variant === undefined ? '' : `:${design.variant}`;
  return {
    title: `${design.lab}${variant}: ${design.title}`,
    boxes,
    wires: wires.map((wire) => downwards(wire, boxes)),
  };
}

/** A host stands over the spine, or beside the nodes of the leaf, that it hangs on. */
function layerOfHost(host: string, links: readonly Link[], boxes: readonly GraphBox[]): Layer {
  const ends = links.find((link) => link.ends.some(({ machine }) => machine === host))?.ends;
  const far = ends?.find(({ machine }) => machine !== host)?.machine;
  return boxes.find(({ id }) => id === far)?.layer === 'spine' ? 'outside' : 'node';
}

/** The wire from the upper of its ends to the lower one, as pictures are drawn. */
function downwards(wire: GraphWire, boxes: readonly GraphBox[]): GraphWire {
  const rank = (id: string) => layers.indexOf(boxes.find((box) => box.id === id)?.layer ?? 'pod');
  if (rank(wire.from) <= rank(wire.to)) return wire;
  return { from: wire.to, to: wire.from, fromText: wire.toText, toText: wire.fromText };
}

/** A bridge with a router port becomes wires from that port; any other bridge becomes a box of its own. */
function wiresOf(design: Drawn, links: readonly Link[]): { boxes: GraphBox[]; wires: GraphWire[] } {
  const interfaces = new Map<string, Interface>();
  for (const machine of [...design.routers, ...design.nodes, ...design.hosts]) {
    for (const iface of machine.interfaces) interfaces.set(`${machine.name}:${iface.name}`, iface);
  }
  const text = (machine: string, name: string) => {
    const address = interfaces.get(`${machine}:${name}`)?.addresses[0];
    return address === undefined ? name : `${name} ${address}`;
  };
  const boxes: GraphBox[] = [];
  const wires: GraphWire[] = [];
  for (const { ends } of links) {
    const [a, b] = ends;
    if (isSwitch(design, a.machine) || isSwitch(design, b.machine)) continue;
    const isPodWire = design.pods.some((pod) => pod.name === a.machine || pod.name === b.machine);
    const [upper, lower] = isPodWire && design.pods.some((pod) => pod.name === a.machine) ? [b, a] : [a, b];
    const upperText = isPodWire ? upper.interface : text(upper.machine, upper.interface);
    const lowerText = isPodWire ? '' : text(lower.machine, lower.interface);
    wires.push({ from: upper.machine, to: lower.machine, fromText: upperText, toText: lowerText });
  }
  for (const machine of design.switches) {
    for (const bridge of machine.bridges) {
      const members = membersOf(machine.name, bridge.ports, links);
      const gateway = members.find(({ machine: name }) => design.routers.some((router) => router.name === name));
      if (members.length === 0) continue;
      if (gateway === undefined) {
        const id = `network:${bridge.name}`;
        const network = bridge.addresses[0];
        const facts = network === undefined ? [] : [networkOf(network), `gateway ${network.split('/', 1)[0]}`];
        boxes.push({ id, layer: 'network', title: bridge.name, facts });
        for (const member of members) {
          wires.push({ from: id, to: member.machine, fromText: '', toText: text(member.machine, member.interface) });
        }
        continue;
      }
      for (const member of members) {
        if (member === gateway) continue;
        const fromText = text(gateway.machine, gateway.interface);
        wires.push({
          from: gateway.machine,
          to: member.machine,
          fromText,
          toText: text(member.machine, member.interface),
        });
      }
    }
  }
  return { boxes, wires };
}

function isSwitch(design: Drawn, machine: string): boolean {
  return design.switches.some(({ name }) => name === machine);
}

/** The far ends of the links that end in a bridge's ports. */
function membersOf(machine: string, ports: readonly string[], links: readonly Link[]): Link['ends'][number][] {
  const members: Link['ends'][number][] = [];
  for (const { ends } of links) {
    for (const [near, far] of [ends, ends.toReversed()] as const) {
      if (near === undefined || far === undefined) continue;
      if (near.machine === machine && ports.includes(near.interface)) members.push(far);
    }
  }
  return members;
}
