// Owns the drawing: boxes, interfaces, cables, and over them a line for each step that a packet made.

import { escaped } from '../markup.ts';
import { layoutOf, type PictureLayout, type PlacedBox, type PlacedPort, portHeight, portKey } from './layout.ts';
import { barSpot, lossSpot, type Spot, spotOf, stepPath, wirePath } from './route.ts';
import type { PictureEnd, PictureTopology, PictureWire } from './topology.ts';
import type { PictureWay } from './way.ts';

/** A drawing, and where the packet is at each step of it. */
export interface Drawing {
  readonly svg: string;
  /** For each line of each way, one after another: undefined for a point that is not drawn. */
  readonly spots: readonly (Spot | undefined)[];
}

/** Lines of the two directions run beside each other. */
const shift: Readonly<Record<PictureWay['kind'], number>> = { request: -2.5, reply: 2.5, error: 0 };

/**
 * Draws a topology with the ways through it. A line has `data-step`, the number (from 1) of the step that it leads to, and
 * `data-way`; colors are the page's.
 */
export function drawPicture(topology: PictureTopology, ways: readonly PictureWay[], title: string): Drawing {
  const layout = layoutOf(topology);
  const spots: (Spot | undefined)[] = [];
  const lines: string[] = [];
  const losses: string[] = [];
  let step = 0;
  for (const [number, { kind, stops, lost }] of ways.entries()) {
    for (const [place, { at }] of stops.entries()) {
      step++;
      spots.push(packetSpot(layout, at, shift[kind]));
      const before = stops[place - 1]?.at;
      const path = before === undefined ? undefined : stepPath(layout, topology, before, at);
      if (path !== undefined) lines.push(line(path, kind, number, step));
    }
    const last = stops.at(-1)?.at;
    const end = lost === undefined || last === undefined ? undefined : lossSpot(layout, topology, last, lost);
    const [a, b] = [last === undefined ? undefined : spotOf(layout, last), end];
    if (a === undefined || b === undefined) continue;
    lines.push(line(`M${a.x} ${a.y}L${b.x} ${b.y}`, kind, number, step));
    losses.push(cross(b, number));
  }
  const { width, height } = layout;
  const inside = new Set([...layout.ports.values()].filter(({ isInside }) => isInside).map(({ box }) => box));
  const svg = [
    `<svg viewBox="0 0 ${width} ${height}" role="img" aria-labelledby="drawing" style="max-width:${Math.ceil(width * 1.25)}px">`,
    `<title id="drawing">${escaped(title)}</title>`,
    ...topology.wires.map((wire) => wireLine(layout, wire)),
    ...[...layout.boxes.values()].map(boxShape),
    ...lines,
    ...[...layout.boxes.values()].map((box) => boxText(box, inside.has(box.id))),
    ...[...layout.ports.values()].map(portLabel),
    ...losses,
    '<circle id="packet" class="packet" r="8"/>',
    '</svg>',
  ];
  return { svg: svg.join('\n'), spots };
}

/** The packet stands on the cable, next to the label of its interface; in a tunnel device, before it. */
function packetSpot(layout: PictureLayout, at: PictureEnd, aside: number): Spot | undefined {
  const [spot, box] = [spotOf(layout, at), layout.boxes.get(at.box)];
  if (spot === undefined || box === undefined) return undefined;
  const port = layout.ports.get(portKey(at));
  if (port?.isInside === true) return { x: port.x - port.width / 2 - 12, y: port.y };
  return { x: spot.x + aside, y: spot.y + (spot.y > box.y ? 18 : -18) };
}

function line(path: string, kind: PictureWay['kind'], way: number, step: number): string {
  return `<path class="line ${kind}" data-way="${way}" data-step="${step}" d="${path}" transform="translate(${shift[kind]} 0)"/>`;
}

/** Where the packet was lost. */
function cross({ x, y }: Spot, way: number): string {
  const arms = `M${x - 8} ${y - 8}L${x + 8} ${y + 8}M${x - 8} ${y + 8}L${x + 8} ${y - 8}`;
  return `<g class="loss" data-way="${way}"><title>the packet was lost here</title><circle cx="${x}" cy="${y}" r="14"/><path d="${arms}"/></g>`;
}

/** A cable: cut where an end is down, an equal path where packets could have gone and none went. */
function wireLine(layout: PictureLayout, [from, to]: PictureWire): string {
  const [near, far] = [barSpot(layout, from, { x: 0, y: 0 }), spotOf(layout, to)];
  if (near === undefined || far === undefined) return '';
  const start = barSpot(layout, from, far) ?? near;
  const end = barSpot(layout, to, start) ?? far;
  const states = [from, to].map(({ box, port }) => layout.ports.get(`${box} ${port}`)?.state);
  const state = states.includes('down') ? 'down' : states.includes('expected') ? 'expected' : 'plain';
  return `<path class="wire ${state}" d="${wirePath(start, end)}"/>`;
}

function boxShape({ look, x, y, width, height, isBar, id }: PlacedBox): string {
  return `<rect class="box ${look}${isBar ? ' bar' : ''}" data-box="${escaped(id)}" x="${x}" y="${y}" width="${width}" height="${height}" rx="${isBar ? 12 : 10}"/>`;
}

function boxText({ look, title, facts, x, y, width, height, isBar }: PlacedBox, hasInside: boolean): string {
  const middle = Math.round((x + width / 2) * 10) / 10;
  if (isBar) return `<text class="fact ${look}" x="${middle}" y="${y + height / 2 + 4}">${escaped(title)}</text>`;
  const first = y + height / 2 + 5 - (hasInside ? 13 : 0) - Math.min(facts.length, 2) * 7;
  return [
    `<text class="name ${look}" x="${middle}" y="${first}">${escaped(title)}</text>`,
    ...facts
      .slice(0, 2)
      .map(
        (fact, line) =>
          `<text class="fact ${look}" x="${middle}" y="${first + 15 * (line + 1)}">${escaped(fact)}</text>`,
      ),
  ].join('\n');
}

const stateText: Readonly<Record<PlacedPort['state'], string>> = {
  seen: 'packets passed',
  expected: 'a route leads here, and no packet came',
  beside: 'no route leads here, and no packet came',
  down: 'down',
};

function portLabel({ box, name, state, isInside, x, y, width }: PlacedPort): string {
  return [
    `<g class="port ${state}${isInside ? ' inside' : ''}" data-port="${escaped(`${box} ${name}`)}"><title>${escaped(`${name}: ${stateText[state]}`)}</title>`,
    `<rect x="${x - width / 2}" y="${y - portHeight / 2}" width="${width}" height="${portHeight}" rx="${portHeight / 2}"/>`,
    `<text x="${x}" y="${y + 3.5}">${escaped(name)}</text></g>`,
  ].join('');
}
