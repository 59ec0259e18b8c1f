// Owns a lab's picture in Graphviz's language (`labctl graph bgp-rr --as dot | dot -Tpdf`).

import { type Graph, layers } from './graph.ts';

/** An undirected graph with one rank a layer. */
export function graphDot(graph: Graph): string {
  const lines = [
    `graph ${quoted(graph.title)} {`,
    `  label=${quoted(graph.title)}; labelloc=t; ranksep=0.9; nodesep=0.4;`,
    '  node [shape=box, style="rounded,filled", fillcolor=white, fontname="sans-serif", fontsize=11];',
    '  edge [fontname="sans-serif", fontsize=9];',
  ];
  for (const layer of layers) {
    const boxes = graph.boxes.filter((box) => box.layer === layer);
    if (boxes.length === 0) continue;
    lines.push(`  { rank=same; // ${layer}`);
    for (const box of boxes) {
      lines.push(`    ${quoted(box.id)} [label=${quoted([box.title, ...box.facts].join('\n'))}];`);
    }
    lines.push('  }');
  }
  for (const wire of graph.wires) {
    const labels = `taillabel=${quoted(wire.fromText)}, headlabel=${quoted(wire.toText)}`;
    lines.push(`  ${quoted(wire.from)} -- ${quoted(wire.to)} [${labels}];`);
  }
  lines.push('}');
  return `${lines.join('\n')}\n`;
}

function quoted(text: string): string {
  return `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')}"`;
}
