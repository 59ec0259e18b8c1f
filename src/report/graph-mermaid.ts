// Owns a lab's picture in Mermaid's language, which GitHub and most editors draw.

import { type Graph, layers } from './graph.ts';

/** A `flowchart TB` with one class a layer. */
export function graphMermaid(graph: Graph): string {
  const lines = ['---', `title: ${JSON.stringify(graph.title)}`, '---', 'flowchart TB'];
  const ids = new Map(graph.boxes.map((box, index) => [box.id, `m${index}`]));
  for (const box of graph.boxes) {
    const text = [box.title, ...box.facts].map(escaped).join('<br/>');
    lines.push(`  ${ids.get(box.id)}["${text}"]:::${box.layer}`);
  }
  for (const wire of graph.wires) {
    const label = [wire.fromText, wire.toText].filter((text) => text !== '').map(escaped);
    const arrow = label.length === 0 ? '---' : `---|"${label.join('<br/>')}"|`;
    lines.push(`  ${ids.get(wire.from)} ${arrow} ${ids.get(wire.to)}`);
  }
  for (const layer of layers) lines.push(`  classDef ${layer} ${classes[layer]}`);
  return `${lines.join('\n')}\n`;
}

const classes = {
  outside: 'fill:#fae8ff,stroke:#a21caf,color:#0f172a',
  spine: 'fill:#dbeafe,stroke:#1d4ed8,color:#0f172a',
  leaf: 'fill:#e0e7ff,stroke:#4338ca,color:#0f172a',
  network: 'fill:#f1f5f9,stroke:#64748b,color:#0f172a',
  node: 'fill:#dcfce7,stroke:#15803d,color:#0f172a',
  pod: 'fill:#fef3c7,stroke:#b45309,color:#0f172a',
} as const;

function escaped(text: string): string {
  return text.replaceAll('&', '#amp;').replaceAll('"', '#quot;').replaceAll('<', '#lt;').replaceAll('>', '#gt;');
}
