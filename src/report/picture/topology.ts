// Owns what a capture's picture shows of the lab: the machines that were listened at, their interfaces, the wires between.

import type { Design } from '../../design/design.ts';
import type { CaptureEvidence } from '../../evidence/capture.ts';
import type { PlannedPoint } from '../../evidence/points.ts';
import { graphOf, type Layer, layers } from '../graph.ts';

/** A box of the picture: a machine, a layer-2 network drawn as a bar, or a capture file's point. */
export interface PictureBox {
  readonly id: string;
  /** From 0 at the top; a row may be empty. */
  readonly row: number;
  readonly look: Layer | 'file';
  readonly title: string;
  readonly facts: readonly string[];
  readonly isBar: boolean;
}

/** An interface. */
export interface PicturePort {
  readonly box: string;
  readonly name: string;
  /** `seen`: packets passed; `expected`: a route leads there and none came; `beside`: none should; `down`: none can. */
  readonly state: 'seen' | 'expected' | 'beside' | 'down';
  /** A tunnel device: it has no cable and stands inside its machine. */
  readonly isInside: boolean;
}

/** An end of a wire; a bar has no ports. */
export interface PictureEnd {
  readonly box: string;
  readonly port: string;
}

/** A cable, or a machine's cable to a layer-2 network. */
export type PictureWire = readonly [PictureEnd, PictureEnd];

/** What is drawn; boxes in the order of the way. */
export interface PictureTopology {
  readonly boxes: readonly PictureBox[];
  readonly ports: readonly PicturePort[];
  readonly wires: readonly PictureWire[];
}

/** The part of a lab that a capture listened at. Networks that carry nothing of the capture are left out. */
export function topologyOf(design: Design, evidence: Pick<CaptureEvidence, 'points' | 'down'>): PictureTopology {
  const ports = portsOf(design, evidence);
  const machines = [...new Set(ports.map(({ box }) => box))];
  const wires = wiresOf(design, machines, ports);
  const { boxes } = graphOf(design);
  const drawn = machines.flatMap((id): PictureBox[] => {
    const box = boxes.find((one) => one.id === id);
    if (box === undefined) return [];
    const { layer } = box;
    return [{ id, row: layers.indexOf(layer), look: layer, title: box.title, facts: box.facts, isBar: false }];
  });
  const bars = [...new Set(wires.flat().map(({ box }) => box))].filter((id) => !machines.includes(id));
  return { boxes: [...drawn, ...bars.map((id) => barOf(id, wires, drawn))], ports, wires };
}

function portsOf(design: Design, { points, down }: Pick<CaptureEvidence, 'points' | 'down'>): readonly PicturePort[] {
  const tunnels = new Set(design.nodes.flatMap(({ name, tunnels: own }) => own.map((one) => `${name}:${one.name}`)));
  const portOf = (point: PlannedPoint, state: PicturePort['state']): PicturePort => {
    const isInside = tunnels.has(`${point.machine}:${point.interface}`);
    return { box: point.machine, name: point.interface, state, isInside };
  };
  return [
    ...points.map(({ point, isSeen }) =>
      portOf(point, isSeen ? 'seen' : point.role === 'path' ? 'expected' : 'beside'),
    ),
    ...down.map((point) => portOf(point, 'down')),
  ];
}

/** Cables between the machines; a router's and a node's that meet in a switch alone are one, else it is a bar of its own. */
function wiresOf(design: Design, machines: readonly string[], ports: readonly PicturePort[]): readonly PictureWire[] {
  const stateOf = ({ box, port }: PictureEnd) => ports.find((one) => one.box === box && one.name === port)?.state;
  const wires: PictureWire[] = [];
  for (const { ends, role } of design.links) {
    const [a, b] = ends.map(({ machine, interface: port }) => endOf(design, machines, machine, port));
    if (a === undefined || b === undefined) continue;
    const states = [stateOf(a), stateOf(b)];
    const isBeside = states.every((state) => state === undefined || state === 'beside');
    const isFar = role === 'node-network' || role === 'outside';
    if (states.some((state) => state !== undefined) && !(isFar && isBeside)) wires.push([a, b]);
  }
  const isBar = ({ box }: PictureEnd) => !machines.includes(box);
  const joined = wires.filter((wire) => !wire.some(isBar));
  const bars = new Map<string, PictureEnd[]>();
  for (const wire of wires) {
    const [bar, end] = isBar(wire[0]) ? wire : [wire[1], wire[0]];
    if (isBar(bar)) bars.set(bar.box, [...(bars.get(bar.box) ?? []), end]);
  }
  const isNode = ({ box }: PictureEnd) => design.nodes.some(({ name }) => name === box);
  for (const [bar, ends] of bars) {
    const [a, b] = ends;
    if (ends.length === 2 && a !== undefined && b !== undefined && isNode(a) !== isNode(b)) joined.push([a, b]);
    else if (ends.length > 1 || ends.some((end) => stateOf(end) === 'seen'))
      joined.push(...ends.map((end): PictureWire => [{ box: bar, port: '' }, end]));
  }
  return joined;
}

/** A port of a machine of the picture, or the bridge of a switch; undefined for what is not drawn. */
function endOf(design: Design, machines: readonly string[], machine: string, port: string): PictureEnd | undefined {
  if (machines.includes(machine)) return { box: machine, port };
  const bridge = design.switches
    .find(({ name }) => name === machine)
    ?.bridges.find(({ ports }) => ports.includes(port))?.name;
  return bridge === undefined ? undefined : { box: `network ${bridge}`, port: '' };
}

/** A network stands over the nodes that it joins, or else over all routers. */
function barOf(id: string, wires: readonly PictureWire[], machines: readonly PictureBox[]): PictureBox {
  const members = wires.filter((wire) => wire.some(({ box }) => box === id)).flat();
  const hasNodes = members.some(({ box }) => machines.some((one) => one.id === box && one.look === 'node'));
  const look = hasNodes ? 'network' : 'outside';
  return { id, row: layers.indexOf(look), look, title: id.replace(' br-', ' '), facts: [], isBar: true };
}
