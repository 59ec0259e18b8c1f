// Owns where the boxes and interfaces of a picture stand: rows from top to bottom, each box near those it is wired to.

import type { PictureBox, PictureEnd, PicturePort, PictureTopology } from './topology.ts';

/** A box with its place, in units of the picture. */
export interface PlacedBox extends PictureBox {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** An interface: the middle of its label. */
export interface PlacedPort extends PicturePort {
  readonly x: number;
  readonly y: number;
  readonly width: number;
}

/** A picture's places. */
export interface PictureLayout {
  readonly boxes: ReadonlyMap<string, PlacedBox>;
  /** By `portKey`. */
  readonly ports: ReadonlyMap<string, PlacedPort>;
  readonly width: number;
  readonly height: number;
}

const margin = 24;
const boxHeight = 84;
const barHeight = 24;
const gapX = 56;
const gapY = 64;
/** More height where a tunnel device stands in a box. */
const insideHeight = 26;
/** Room between labels, and around them in a box. */
const gapPort = 8;
/** Height of an interface's label. */
export const portHeight = 18;

/** The key of an interface in a layout. */
export function portKey({ box, port }: PictureEnd): string {
  return `${box} ${port}`;
}

/** How wide a text of the picture is; nobody can measure it here, so it is taken for a little more than it is. */
function textWidth(text: string, size: number): number {
  return text.length * size * 0.6;
}

/** Where an interface's label stands on its box. */
type Side = 'top' | 'bottom' | 'inside';

interface Sided {
  readonly port: PicturePort;
  readonly side: Side;
  /** The boxes at the far ends of its wires. */
  readonly far: readonly string[];
}

/** Places everything. */
export function layoutOf(topology: PictureTopology): PictureLayout {
  const { boxes, wires } = topology;
  const rows = [...new Set(boxes.map(({ row }) => row))].sort((a, b) => a - b);
  const sided = sidesOf(topology);
  const widths = new Map(boxes.map((box) => [box.id, widthOf(box, sided)]));
  const centers = centersOf(topology, rows, widths);
  const placed = new Map<string, PlacedBox>();
  let y = margin;
  for (const row of rows) {
    const own = boxes.filter((box) => box.row === row);
    const hasInside = own.some(({ id }) => sided.some(({ port, side }) => port.box === id && side === 'inside'));
    const tall = boxHeight + (hasInside ? insideHeight : 0);
    const height = own.some(({ isBar }) => !isBar) ? tall : barHeight;
    for (const box of own.filter(({ isBar }) => !isBar)) {
      const width = widths.get(box.id) ?? 0;
      placed.set(box.id, { ...box, x: (centers.get(box.id) ?? 0) - width / 2, y, width, height: tall });
    }
    for (const box of own.filter(({ isBar }) => isBar)) {
      const ends = neighborsOf(box.id, wires).map((id) => centers.get(id) ?? 0);
      const [left, right] = [Math.min(...ends) - 60, Math.max(...ends) + 60];
      placed.set(box.id, { ...box, x: left, y: y + (height - barHeight) / 2, width: right - left, height: barHeight });
    }
    y += height + gapY;
  }
  const left = Math.min(...[...placed.values()].map(({ x }) => x)) - margin;
  for (const [id, box] of placed) placed.set(id, { ...box, x: round(box.x - left) });
  const width = Math.max(...[...placed.values()].map((box) => box.x + box.width)) + margin;
  return { boxes: placed, ports: placePorts(placed, sided), width: round(width), height: y - gapY + margin };
}

function neighborsOf(id: string, wires: PictureTopology['wires']): readonly string[] {
  return wires.flatMap(([a, b]) => (a.box === id ? [b.box] : b.box === id ? [a.box] : []));
}

/** Every interface that is drawn, with its side: towards what its cable leads to. */
function sidesOf({ boxes, ports, wires }: PictureTopology): readonly Sided[] {
  const rowOf = (id: string) => boxes.find((box) => box.id === id)?.row ?? 0;
  return ports.flatMap((port): Sided[] => {
    if (port.isInside) return [{ port, side: 'inside', far: [] }];
    const far = wires.flatMap(([a, b]) => {
      if (a.box === port.box && a.port === port.name) return [b.box];
      return b.box === port.box && b.port === port.name ? [a.box] : [];
    });
    const [first] = far;
    if (first === undefined) return port.state === 'beside' ? [] : [{ port, side: 'bottom', far }];
    return [{ port, side: rowOf(first) < rowOf(port.box) ? 'top' : 'bottom', far }];
  });
}

function portWidth(name: string): number {
  return Math.max(Math.ceil(textWidth(name, 10)) + 12, 16);
}

function widthOf({ id, title, facts }: PictureBox, sided: readonly Sided[]): number {
  let width = Math.max(136, textWidth(title, 14) + 24, ...facts.map((fact) => textWidth(fact, 11) + 24));
  for (const side of ['top', 'bottom', 'inside'] as const) {
    const own = sided.filter(({ port, side: one }) => port.box === id && one === side);
    let sum = gapPort;
    for (const { port } of own) sum += portWidth(port.name) + gapPort;
    width = Math.max(width, sum);
  }
  return Math.ceil(width);
}

/** The middles of all boxes but bars: the widest row as it comes, the others over and under what they are wired to. */
function centersOf(
  { boxes, wires }: PictureTopology,
  rows: readonly number[],
  widths: ReadonlyMap<string, number>,
): ReadonlyMap<string, number> {
  const isBar = (id: string) => boxes.some((box) => box.id === id && box.isBar);
  const near = (id: string) =>
    neighborsOf(id, wires).flatMap((other) => (isBar(other) ? neighborsOf(other, wires) : [other]));
  const widthOfRow = (row: number) => {
    let sum = 0;
    for (const box of boxes) if (box.row === row && !box.isBar) sum += (widths.get(box.id) ?? 0) + gapX;
    return sum;
  };
  const widest = rows.toSorted((a, b) => widthOfRow(b) - widthOfRow(a))[0] ?? 0;
  const from = rows.indexOf(widest);
  const order = [...rows.slice(0, from + 1).toReversed(), ...rows.slice(from + 1)];
  const centers = new Map<string, number>();
  // Those on one network or under one box stand together, where the first of them comes.
  const above = boxes.map(({ id, row }) => {
    const over = neighborsOf(id, wires).find((other) => (boxes.find((box) => box.id === other)?.row ?? row) < row);
    return over ?? id;
  });
  const placeOf = (id: string) => above.indexOf(above[boxes.findIndex((box) => box.id === id)] ?? id);
  for (const row of order) {
    const own = boxes
      .filter((box) => box.row === row && !box.isBar)
      .map(({ id }) => ({ id, wish: mean(near(id).flatMap((other) => centers.get(other) ?? [])) }));
    if (own.every(({ wish }) => wish !== undefined)) own.sort((a, b) => (a.wish ?? 0) - (b.wish ?? 0));
    else if (row === widest) own.sort((a, b) => placeOf(a.id) - placeOf(b.id));
    const found = spread(own.map(({ id, wish }) => ({ wish, width: widths.get(id) ?? 0 })));
    for (const [place, { id }] of own.entries()) centers.set(id, found[place] ?? 0);
  }
  return centers;
}

/** Middles as near to the wishes as boxes that do not overlap can be, and as a whole not beside them. */
function spread(boxes: readonly { readonly wish: number | undefined; readonly width: number }[]): readonly number[] {
  const centers: number[] = [];
  let edge = -Infinity;
  for (const { wish, width } of boxes) {
    const center = Math.max(wish ?? (edge === -Infinity ? 0 : edge + gapX + width / 2), edge + gapX + width / 2);
    centers.push(center);
    edge = center + width / 2;
  }
  const wishes = boxes.flatMap(({ wish }, place) => (wish === undefined ? [] : [wish - (centers[place] ?? 0)]));
  const shift = mean(wishes) ?? 0;
  return centers.map((center) => center + shift);
}

function mean(values: readonly number[]): number | undefined {
  let sum = 0;
  for (const value of values) sum += value;
  return values.length === 0 ? undefined : sum / values.length;
}

/** Labels side by side on the edge of their box, in the order of what their cables lead to. */
function placePorts(boxes: ReadonlyMap<string, PlacedBox>, sided: readonly Sided[]): ReadonlyMap<string, PlacedPort> {
  const placed = new Map<string, PlacedPort>();
  const middle = (id: string) => {
    const box = boxes.get(id);
    return box === undefined ? 0 : box.x + box.width / 2;
  };
  for (const [id, box] of boxes) {
    for (const side of ['top', 'bottom', 'inside'] as const) {
      const own = sided.filter(({ port, side: one }) => port.box === id && one === side);
      const aim = ({ far }: Sided) => {
        const [first] = far;
        return first === undefined || boxes.get(first)?.isBar === true ? middle(id) : middle(first);
      };
      own.sort((a, b) => aim(a) - aim(b));
      let total = -gapPort;
      for (const { port } of own) total += portWidth(port.name) + gapPort;
      let x = middle(id) - total / 2;
      const y = side === 'top' ? box.y : side === 'bottom' ? box.y + box.height : box.y + box.height - insideHeight;
      for (const { port } of own) {
        const width = portWidth(port.name);
        placed.set(portKey({ box: id, port: port.name }), { ...port, x: round(x + width / 2), y, width });
        x += width + gapPort;
      }
    }
  }
  return placed;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
