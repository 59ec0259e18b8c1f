// Owns the text of an imported lab and its topology: short, one line for each node, link and rack.

import { Document, isMap, isSeq, type Node, stringify, visit } from 'yaml';

/** Keys whose items each stand on one line. */
const onOneLine = new Set(['nodes', 'links', 'routers', 'racks', 'peers']);

/** The text of a lab or topology file: a comment, then the keys that have a value. */
export function labText(comment: readonly string[], keys: Readonly<Record<string, unknown>>): string {
  const document = new Document(withoutNothing(keys));
  visit(document, {
    Pair(_, pair) {
      const key = String((pair.key as { value?: unknown }).value);
      if (!onOneLine.has(key)) return;
      const value = pair.value as Node;
      const items: readonly unknown[] = isSeq(value)
        ? value.items
        : isMap(value)
          ? value.items.map((item) => item.value)
          : [];
      for (const item of items) if (isMap(item) || isSeq(item)) item.flow = true;
    },
  });
  return `${comment.map((line) => `# ${line}\n`).join('')}${stringify(document, { lineWidth: 0, flowCollectionPadding: false })}`;
}

function withoutNothing(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNothing);
  if (typeof value !== 'object' || value === null) return value;
  const said = Object.entries(value).filter(([, inner]) => inner !== undefined);
  return Object.fromEntries(said.map(([key, inner]) => [key, withoutNothing(inner)]));
}
