// Owns a lab's picture as SVG: one self-contained file, drawn in layers, no script and no font of its own.

import { type Graph, type GraphBox, type GraphWire, type Layer, layers } from './graph.ts';
import { escaped } from './markup.ts';

const boxWidth = 150;
const boxHeight = 62;
const gapX = 46;
const gapY = 96;
const margin = 32;
const titleHeight = 44;
/** Room for one interface and its address beside another. */
const labelWidth = 92;

const colors: Readonly<Record<Layer, { readonly fill: string; readonly stroke: string }>> = {
  outside: { fill: '#fae8ff', stroke: '#a21caf' },
  spine: { fill: '#dbeafe', stroke: '#1d4ed8' },
  leaf: { fill: '#e0e7ff', stroke: '#4338ca' },
  network: { fill: '#f1f5f9', stroke: '#64748b' },
  node: { fill: '#dcfce7', stroke: '#15803d' },
  pod: { fill: '#fef3c7', stroke: '#b45309' },
};

interface Placed {
  readonly box: GraphBox;
  readonly x: number;
  readonly y: number;
  readonly width: number;
}

type Placement = ReadonlyMap<string, Placed>;

/** The picture as an SVG document; layers are centered, a flat network is drawn as one wide bar. */
export function graphSvg(graph: Graph): string {
  const rows = layers
    .map((layer) => graph.boxes.filter((box) => box.layer === layer))
    .filter((boxes) => boxes.length > 0);
  const inner = innerWidth(graph, rows);
  const placed = placeBoxes(graph, rows, inner);
  const width = inner + 2 * margin;
  const height = 2 * margin + titleHeight + rows.length * boxHeight + Math.max(0, rows.length - 1) * gapY;
  const title = escaped(graph.title);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" font-family="ui-sans-serif, system-ui, sans-serif">`,
    `  <title>${title}</title>`,
    `  <rect width="${width}" height="${height}" fill="#ffffff"/>`,
    `  <text x="${width / 2}" y="${margin + 12}" font-size="16" font-weight="600" text-anchor="middle" fill="#0f172a">${title}</text>`,
    ...graph.wires.flatMap((wire) => drawWire(wire, placed)),
    ...[...placed.values()].flatMap(drawBox),
    ...[...placed.values()].flatMap((place) => [
      ...drawLabels(place, graph, placed, 'from'),
      ...drawLabels(place, graph, placed, 'to'),
    ]),
    '</svg>',
    '',
  ].join('\n');
}

/** The width of a box with its gap: more where a box has many labels side by side. */
function slotWidth(graph: Graph): number {
  let most = 1;
  for (const { id } of graph.boxes) {
    for (const end of ['from', 'to'] as const) most = Math.max(most, labelsOf(id, graph.wires, end).length);
  }
  return Math.max(boxWidth + gapX, most * labelWidth);
}

function innerWidth(graph: Graph, rows: readonly (readonly GraphBox[])[]): number {
  const widest = Math.max(1, ...rows.map((boxes) => boxes.length));
  return Math.max(widest * slotWidth(graph) - gapX, Math.ceil(graph.title.length * 9.4));
}

function placeBoxes(graph: Graph, rows: readonly (readonly GraphBox[])[], inner: number): Placement {
  const placed = new Map<string, Placed>();
  for (const [row, boxes] of rows.entries()) {
    const y = margin + titleHeight + row * (boxHeight + gapY);
    const slot = inner / boxes.length;
    for (const [column, box] of inWireOrder(boxes, graph, placed).entries()) {
      const isBar = box.layer === 'network';
      const width = isBar ? slot - (boxes.length === 1 ? 0 : gapX) : boxWidth;
      const below = soleAbove(box, boxes, graph, placed);
      const x = below?.x ?? round(margin + slot * column + (slot - width) / 2);
      placed.set(box.id, { box, x, y, width: round(width) });
    }
  }
  return placed;
}

/** Where a box hangs: a pod straight below its node, unless a node has several pods. */
function soleAbove(box: GraphBox, boxes: readonly GraphBox[], graph: Graph, placed: Placement): Placed | undefined {
  if (box.layer !== 'pod') return undefined;
  const ids = new Set(boxes.map(({ id }) => id));
  const nodes = graph.wires.filter(({ to }) => ids.has(to)).map(({ from }) => from);
  if (new Set(nodes).size < nodes.length) return undefined;
  return placed.get(graph.wires.find(({ to }) => to === box.id)?.from ?? '');
}

/** Boxes ordered by where their upper neighbors stand, so that wires cross less; as they are where one has none. */
function inWireOrder(boxes: readonly GraphBox[], graph: Graph, placed: Placement): readonly GraphBox[] {
  const centers = new Map<string, number>();
  for (const { id } of boxes) {
    const above = graph.wires.flatMap((wire) => (wire.to === id ? (placed.get(wire.from) ?? []) : []));
    if (above.length === 0) return boxes;
    let sum = 0;
    for (const { x, width } of above) sum += x + width / 2;
    centers.set(id, sum / above.length);
  }
  return boxes.toSorted((a, b) => (centers.get(a.id) ?? 0) - (centers.get(b.id) ?? 0));
}

function drawBox({ box, x, y, width }: Placed): string[] {
  const { fill, stroke } = colors[box.layer];
  const middle = round(x + width / 2);
  const first = y + (boxHeight - box.facts.length * 15) / 2 + 5;
  return [
    `  <rect x="${x}" y="${y}" width="${width}" height="${boxHeight}" rx="8" fill="${fill}" stroke="${stroke}" stroke-width="1.5"/>`,
    `  <text x="${middle}" y="${first}" font-size="13" font-weight="600" text-anchor="middle" fill="#0f172a">${escaped(box.title)}</text>`,
    ...box.facts.map(
      (fact, line) =>
        `  <text x="${middle}" y="${first + (line + 1) * 15}" font-size="11" text-anchor="middle" fill="#334155">${escaped(fact)}</text>`,
    ),
  ];
}

/** A straight wire between the middles of two boxes; from a bar it falls straight down. */
function drawWire(wire: GraphWire, placed: Placement): string[] {
  const from = placed.get(wire.from);
  const to = placed.get(wire.to);
  if (from === undefined || to === undefined) return [];
  const toX = round(to.x + to.width / 2);
  const fromX = from.box.layer === 'network' ? toX : round(from.x + from.width / 2);
  const [y1, y2] = from.y <= to.y ? [from.y + boxHeight, to.y] : [from.y, to.y + boxHeight];
  return [`  <line x1="${fromX}" y1="${y1}" x2="${toX}" y2="${y2}" stroke="#94a3b8" stroke-width="1.5"/>`];
}

/** The different texts at one end of a box's wires; an interface that several wires share is named once. */
function labelsOf(id: string, wires: readonly GraphWire[], end: 'from' | 'to'): readonly string[] {
  const texts = wires.filter((wire) => wire[end] === id).map((wire) => (end === 'from' ? wire.fromText : wire.toText));
  return [...new Set(texts)].filter((text) => text !== '');
}

/** Interfaces in a row under (`from`) or over (`to`) a box, in the order of the boxes their wires lead to. */
function drawLabels(place: Placed, graph: Graph, placed: Placement, end: 'from' | 'to'): string[] {
  const far = end === 'from' ? 'to' : 'from';
  const wires = graph.wires.toSorted((a, b) => (placed.get(a[far])?.x ?? 0) - (placed.get(b[far])?.x ?? 0));
  const labels = labelsOf(place.box.id, wires, end);
  const y = end === 'from' ? place.y + boxHeight + 15 : place.y - 8;
  return labels.map((label, index) => {
    const x = round(place.x + place.width / 2 + (index - (labels.length - 1) / 2) * labelWidth);
    return `  <text x="${x}" y="${y}" font-size="9.5" text-anchor="middle" fill="#475569" stroke="#ffffff" stroke-width="3" paint-order="stroke">${escaped(label)}</text>`;
  });
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
