// Owns the nodes and pods that a lab need not write out: node names as kind gives them, and labctl's own pods.

import { maxNodes } from './schema-words.ts';
import { type Entry, entryOf, type ListTree, type MapTree, type Tree } from './tree.ts';
import { withEntry } from './variants.ts';

/**
 * Expands `count:` and names every node as kind does: control-plane, control-plane2, worker, worker2 … in the order
 * of the list. A list that is too long or not of the right shape is left as it is, for the shape check to refuse.
 */
export function nameNodes(tree: MapTree): MapTree {
  const cluster = entryOf(tree, 'cluster');
  const nodes = entryOf(cluster?.value, 'nodes');
  if (cluster?.value.kind !== 'map' || nodes?.value.kind !== 'list') return tree;
  const items: Tree[] = [];
  const counts = new Map<string, number>();
  for (const item of nodes.value.items) {
    const role = entryOf(item, 'role')?.value;
    const count = entryOf(item, 'count')?.value;
    const roleName = role?.kind === 'scalar' ? role.value : undefined;
    if (item.kind !== 'map' || (roleName !== 'control-plane' && roleName !== 'worker')) return tree;
    const copies = count === undefined ? 1 : count.kind === 'scalar' ? count.value : undefined;
    if (typeof copies !== 'number' || !Number.isInteger(copies) || copies < 1) return tree;
    if (items.length + copies > maxNodes) return tree;
    for (let i = 0; i < copies; i++) {
      const number = (counts.get(roleName) ?? 0) + 1;
      counts.set(roleName, number);
      items.push({
        ...withEntry(item, 'count', undefined),
        nodeName: number === 1 ? roleName : `${roleName}${number}`,
      });
    }
  }
  const list: ListTree = { ...nodes.value, items };
  return withEntry(tree, 'cluster', {
    key: cluster.key,
    value: withEntry(cluster.value, 'nodes', { key: nodes.key, value: list }),
  });
}

/** The short names of the node list, in order. */
export function nodeNamesOf(tree: MapTree): readonly string[] {
  const nodes = entryOf(entryOf(tree, 'cluster')?.value, 'nodes')?.value;
  if (nodes?.kind !== 'list') return [];
  return nodes.items.map((node) => (node.kind === 'map' ? (node.nodeName ?? '') : ''));
}

/**
 * labctl's own pods, by name, on these nodes: pod-a on the first control plane (else the first node), pod-b on the last node, pod-c,
 * pod-d, pod-5 … one a node on those between.
 */
export function usualPods(nodes: readonly string[]): ReadonlyMap<string, string> {
  const first = nodes.find((node) => node.startsWith('control-plane')) ?? nodes[0];
  const last = nodes.at(-1);
  if (first === undefined || last === undefined) return new Map();
  const between = nodes.filter((node) => node !== first && node !== last);
  const name = (i: number): string => ['pod-c', 'pod-d'][i] ?? `pod-${i + 3}`;
  return new Map([['pod-a', first], ...between.map((node, i) => [name(i), node] as const), ['pod-b', last]]);
}

/** Fills in pods: labctl's own without a `pods:` map; with one, only pod-a and pod-b where they are missing: every lab has both. */
export function fillPods(tree: MapTree): MapTree {
  const nodes = entryOf(entryOf(tree, 'cluster')?.value, 'nodes');
  const stated = entryOf(tree, 'pods');
  if (nodes?.value.kind !== 'list' || (stated !== undefined && stated.value.kind !== 'map')) return tree;
  const entries = new Map<string, Entry>(stated?.value.kind === 'map' ? stated.value.entries : []);
  const spans = new Map(
    nodes.value.items.flatMap((item) =>
      item.kind === 'map' && item.nodeName !== undefined ? [[item.nodeName, item.span] as const] : [],
    ),
  );
  for (const [pod, node] of usualPods([...spans.keys()])) {
    const span = spans.get(node);
    if (span === undefined || entries.has(pod) || (stated !== undefined && !/^pod-[ab]$/.test(pod))) continue;
    entries.set(pod, { key: span, value: { kind: 'scalar', value: node, span } });
  }
  const key = stated?.key ?? nodes.key;
  return withEntry(tree, 'pods', {
    key,
    value: { kind: 'map', span: stated?.value.span ?? nodes.value.span, entries },
  });
}
