// Owns reading the links of a containerlab topology: which ports are on one wire or one switch, and its MTU.

import { entryOf, type Span, spanAt, type Tree } from '../tree.ts';
import { type Account, itemsOf, textOf } from './account.ts';
import { type ClabNode, portMtu } from './clab-nodes.ts';

/** A port and the MTU that its link has. */
export interface WirePort {
  readonly machine: string;
  readonly interface: string;
  readonly mtu: number;
  readonly span: Span;
}

/** What is connected: the two ends of a link, or all ports of a switch. */
export interface Wire {
  /** The switch; undefined for a plain link. */
  readonly name: string | undefined;
  readonly ports: readonly WirePort[];
  readonly span: Span;
}

/** What a containerlab link has when nobody says it (containerlab's DefaultLinkMTU; labs.md 2). */
const clabMtu = 9500;

/** Reads `links:`. Switches without a port are left out. */
export function readClabWires(topology: Tree, nodes: readonly ClabNode[], account: Account): readonly Wire[] {
  const switches = new Map(
    nodes.flatMap(({ name, means }) => (means.kind === 'switch' ? [[name, means.bridges] as const] : [])),
  );
  const known = new Set(nodes.map(({ name }) => name));
  const wires: Wire[] = [];
  const bySwitch = new Map<string, WirePort[]>();
  for (const link of itemsOf(entryOf(topology, 'links')?.value)) {
    const ports = itemsOf(entryOf(link, 'endpoints')?.value).map((end) => portOf(end, link, topology));
    const [a, b] = ports;
    const span = spanAt(link, ['endpoints']);
    if (a === undefined || b === undefined || ports.length !== 2) {
      account.refuse(span, 'a link without two endpoints leads out of the topology', 'leave it out');
      continue;
    }
    const stranger = ports.find(({ machine }) => !known.has(machine));
    if (stranger !== undefined) {
      account.refuse(stranger.span, `no node of the topology is named \`${stranger.machine}\``);
      continue;
    }
    const ofSwitch = ports.filter(({ machine }) => switches.has(machine));
    const [bridge, second] = ofSwitch;
    if (second !== undefined)
      account.refuse(
        span,
        'switches that are linked with each other are not supported',
        'put their ports on one switch',
      );
    else if (bridge === undefined) wires.push({ name: undefined, ports, span });
    else {
      const name = switches.get(bridge.machine)?.get(bridge.interface) ?? bridge.machine;
      bySwitch.set(name, [...(bySwitch.get(name) ?? []), bridge === a ? b : a]);
    }
  }
  const spans = new Map(nodes.map(({ name, span }) => [name, span]));
  for (const [name, ports] of bySwitch)
    wires.push({ name, ports, span: spans.get(name) ?? ports[0]?.span ?? topology.span });
  return wires;
}

/** `leaf0:eth1`, or `{node: leaf0, interface: eth1}` as newer topologies write it. */
function portOf(end: Tree, link: Tree, topology: Tree): WirePort {
  const [machine, port] = textOf(end)?.split(':') ?? [
    textOf(entryOf(end, 'node')?.value),
    textOf(entryOf(end, 'interface')?.value),
  ];
  const mtus = [link, entryOf(entryOf(topology, 'defaults')?.value, 'settings')?.value].map((tree) =>
    Number(textOf(entryOf(tree, 'mtu')?.value)),
  );
  const own = entryOf(entryOf(entryOf(topology, 'nodes')?.value, machine ?? '')?.value, 'exec')?.value;
  const [stated] = itemsOf(own).flatMap((item) => {
    const [, name, mtu] = portMtu.exec(textOf(item) ?? '') ?? [];
    return name === port && mtu !== undefined ? [Number(mtu)] : [];
  });
  const mtu = stated ?? mtus.find((one) => one > 0) ?? clabMtu;
  return { machine: machine ?? '', interface: port ?? '', mtu, span: end.span };
}
