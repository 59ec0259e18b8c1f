// Owns how a packet's line runs between two places of a picture: along a cable, over a network's bar, through a machine.

import { type PictureLayout, type PlacedBox, portKey } from './layout.ts';
import type { PictureEnd, PictureTopology } from './topology.ts';

/** A place that a line goes through. */
export interface Spot {
  readonly x: number;
  readonly y: number;
}

/** The middle of an interface's label; of a point that has none, its box's. */
export function spotOf(layout: PictureLayout, end: PictureEnd): Spot | undefined {
  const port = layout.ports.get(portKey(end));
  if (port !== undefined) return { x: port.x, y: port.y };
  const box = layout.boxes.get(end.box);
  return box === undefined ? undefined : { x: box.x + box.width / 2, y: box.y + box.height / 2 };
}

/** SVG path data of a cable: falls from its upper end and arrives at its lower one straight. */
export function wirePath(a: Spot, b: Spot): string {
  const middle = (a.y + b.y) / 2;
  if (a.y === b.y) {
    const depth = Math.min(24 + Math.abs(a.x - b.x) / 5, 52);
    return `M${a.x} ${a.y}C${a.x} ${a.y + depth} ${b.x} ${b.y + depth} ${b.x} ${b.y}`;
  }
  return `M${a.x} ${a.y}C${a.x} ${middle} ${b.x} ${middle} ${b.x} ${b.y}`;
}

/** SVG path data from one place of a packet to the next. */
export function stepPath(
  layout: PictureLayout,
  topology: PictureTopology,
  from: PictureEnd,
  to: PictureEnd,
): string | undefined {
  const [a, b] = [spotOf(layout, from), spotOf(layout, to)];
  if (a === undefined || b === undefined) return undefined;
  if (from.box === to.box) return throughBox(a, b);
  const bar = commonBar(topology, from, to);
  const box = bar === undefined ? undefined : layout.boxes.get(bar);
  if (box !== undefined) return overBar(a, b, box);
  return wirePath(a, b);
}

/** Through a machine: straight between edges that face each other, else a bow towards the middle. */
function throughBox(a: Spot, b: Spot): string {
  if (a.y !== b.y) return wirePath(a, b);
  return `M${a.x} ${a.y}C${a.x} ${a.y - 30} ${b.x} ${b.y - 30} ${b.x} ${b.y}`;
}

/** Along a bar, with round corners. */
function overBar(a: Spot, b: Spot, bar: PlacedBox): string {
  const y = bar.y + bar.height / 2;
  const reach = Math.min(12, Math.abs(b.x - a.x) / 2);
  const side = Math.sign(b.x - a.x) * reach;
  const [fall, rise] = [Math.sign(a.y - y) * reach, Math.sign(b.y - y) * reach];
  const first = `M${a.x} ${a.y}L${a.x} ${y + fall}Q${a.x} ${y} ${a.x + side} ${y}`;
  return `${first}L${b.x - side} ${y}Q${b.x} ${y} ${b.x} ${y + rise}L${b.x} ${b.y}`;
}

/** The network that both ends hang on, if no cable joins them. */
function commonBar({ wires, boxes }: PictureTopology, from: PictureEnd, to: PictureEnd): string | undefined {
  const barsOf = (end: PictureEnd) =>
    wires.flatMap(([a, b]) => (portKey(b) === portKey(end) ? [a.box] : portKey(a) === portKey(end) ? [b.box] : []));
  const others = barsOf(to);
  return barsOf(from).find((id) => others.includes(id) && boxes.some((box) => box.id === id && box.isBar));
}

/** Where a lost packet ended: on the cable out of its last interface, or inside the machine that it had entered. */
export function lossSpot(
  layout: PictureLayout,
  topology: PictureTopology,
  last: PictureEnd,
  where: 'wire' | 'machine',
): Spot | undefined {
  const spot = spotOf(layout, last);
  const box = layout.boxes.get(last.box);
  if (spot === undefined || box === undefined) return undefined;
  if (where === 'machine') return { x: box.x + box.width - 20, y: box.y + box.height / 2 };
  const far = topology.wires.flatMap(([a, b]) =>
    portKey(a) === portKey(last) ? [b] : portKey(b) === portKey(last) ? [a] : [],
  )[0];
  const end: Spot | undefined = far === undefined ? undefined : barSpot(layout, far, spot);
  if (end === undefined) return { x: spot.x, y: spot.y + (spot.y > box.y + box.height / 2 ? 26 : -26) };
  return { x: (spot.x + end.x) / 2, y: (spot.y + end.y) / 2 };
}

/** A bar is met straight over or under the interface. */
export function barSpot(layout: PictureLayout, end: PictureEnd, from: Spot): Spot | undefined {
  const box = layout.boxes.get(end.box);
  if (box === undefined || !box.isBar) return spotOf(layout, end);
  return { x: from.x, y: box.y + box.height / 2 };
}
