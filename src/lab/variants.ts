// Owns how a lab is put together: a base under it, values set in it, names taken out of it with all that hangs on them.

import { type Entry, entryOf, type MapTree, type Span, type Tree } from './tree.ts';

/** One value to set: where it goes, what it is, and where it was written. */
export interface Setting {
  readonly path: readonly string[];
  readonly value: Tree;
  readonly key: Span;
}

/** Lays a lab over its base: maps are merged key by key, everything else of the lab replaces the base's. */
export function mergeTrees(base: Tree, over: Tree): Tree {
  if (base.kind !== 'map' || over.kind !== 'map') return over;
  const entries = new Map(base.entries);
  for (const [key, entry] of over.entries) {
    const below = base.entries.get(key);
    entries.set(key, below === undefined ? entry : { key: entry.key, value: mergeTrees(below.value, entry.value) });
  }
  return { kind: 'map', span: over.span, entries };
}

/** The map with one entry replaced, added, or (undefined) taken out. */
export function withEntry(tree: MapTree, key: string, entry: Entry | undefined): MapTree {
  const entries = new Map(tree.entries);
  if (entry === undefined) entries.delete(key);
  else entries.set(key, entry);
  return { ...tree, entries };
}

/** Sets one value; maps on the way are made. A text says why it cannot be done. */
export function setValue(tree: Tree, setting: Setting, depth = 0): Tree | string {
  const key = setting.path[depth];
  if (key === undefined) return setting.value;
  const above = setting.path.slice(0, depth).join('.');
  if (key === '' || key === '__proto__' || key === 'constructor' || key === 'prototype') {
    return `\`${setting.path.join('.')}\` is not a path such as calico.version`;
  }
  if (tree.kind === 'list') {
    const index = /^\d{1,5}$/.test(key) ? Number(key) : -1;
    const item = tree.items[index];
    if (item === undefined)
      return `\`${above}\` has ${tree.items.length} items, none is number ${key} (the first is 0)`;
    const changed = setValue(item, setting, depth + 1);
    return typeof changed === 'string' ? changed : { ...tree, items: tree.items.with(index, changed) };
  }
  if (tree.kind === 'scalar' && tree.value !== null) return `\`${above}\` is not a map`;
  const map: MapTree = tree.kind === 'map' ? tree : { kind: 'map', span: setting.key, entries: new Map() };
  const entry = map.entries.get(key);
  const empty: Tree = { kind: 'map', span: setting.key, entries: new Map() };
  const changed = setValue(entry?.value ?? empty, setting, depth + 1);
  if (typeof changed === 'string') return changed;
  const isTarget = depth === setting.path.length - 1;
  return withEntry(map, key, { key: isTarget || entry === undefined ? setting.key : entry.key, value: changed });
}

/** What can be named in `remove:`. */
export interface Removable {
  readonly routers: ReadonlySet<string>;
  readonly racks: ReadonlySet<string>;
  /** Short and full names, each with the short one. */
  readonly nodes: ReadonlyMap<string, string>;
  readonly pods: ReadonlySet<string>;
}

/** Everything of a lab that a variant may remove by name; the node list must be expanded and named. */
export function removableOf(tree: MapTree, lab: string): Removable {
  const topology = entryOf(tree, 'topology')?.value;
  const nodes = new Map<string, string>();
  for (const node of itemsOf(entryOf(entryOf(tree, 'cluster')?.value, 'nodes')?.value)) {
    if (node.kind !== 'map' || node.nodeName === undefined) continue;
    nodes.set(node.nodeName, node.nodeName);
    nodes.set(`${lab}-${node.nodeName}`, node.nodeName);
  }
  return {
    routers: keysOf(entryOf(topology, 'routers')?.value),
    racks: keysOf(entryOf(topology, 'racks')?.value),
    nodes,
    pods: keysOf(entryOf(tree, 'pods')?.value),
  };
}

/**
 * Takes names out of a lab of the right shape, and with them all that would dangle: a router's links, racks and peers,
 * a rack's nodes and peers, a node's pods, and expectations about what is gone. The lab keeps the rest as it is.
 */
export function removeNames(tree: MapTree, lab: string, names: readonly string[]): MapTree {
  const known = removableOf(tree, lab);
  const named = new Set(names);
  const routers = new Set([...known.routers].filter((name) => named.has(name)));
  const topology = entryOf(tree, 'topology')?.value;
  const racks = new Set([...known.racks].filter((name) => named.has(name)));
  for (const [name, rack] of entriesOf(entryOf(topology, 'racks')?.value)) {
    if (routers.has(machineOf(scalarAt(rack, 'leaf')))) racks.add(name);
  }
  const nodeNames = new Set([...named].map((name) => known.nodes.get(name)).filter((name) => name !== undefined));
  const isGoneNode = (node: Tree): boolean => {
    if (node.kind !== 'map' || node.nodeName === undefined) return false;
    const stand = entryOf(node, 'rack')?.value;
    const left = stand?.kind === 'list' ? itemsOf(stand).map(textOf) : [textOf(stand)];
    if (!left.every((rack) => racks.has(rack)) && !nodeNames.has(node.nodeName)) return false;
    nodeNames.add(node.nodeName);
    return true;
  };
  const isGonePeer = (peer: Tree): boolean => routers.has(scalarAt(peer, 'to')) || racks.has(scalarAt(peer, 'rack'));
  const isGoneLink = (link: Tree): boolean =>
    itemsOf(entryOf(link, 'endpoints')?.value).some((end) => routers.has(machineOf(textOf(end))));
  let result = tree;
  result = editAt(result, ['topology', 'links'], (links) => withoutItems(links, isGoneLink));
  result = editAt(result, ['topology', 'routers'], (map) => withoutKeys(map, (key) => routers.has(key)));
  result = editAt(result, ['topology', 'racks'], (map) => withoutKeys(map, (key) => racks.has(key)));
  result = editAt(result, ['cluster', 'nodes'], (nodes) =>
    // A node on two leaves stays on the one that is left.
    eachItem(withoutItems(nodes, isGoneNode), (node) =>
      editAt(node, ['rack'], (stand) => withoutItems(stand, (rack) => racks.has(textOf(rack)))),
    ),
  );
  result = editAt(result, ['calico', 'peers'], (peers) => withoutItems(peers, isGonePeer));
  const goneNode = (name: string): boolean => nodeNames.has(known.nodes.get(name) ?? '');
  result = editAt(result, ['calico', 'nodeASNumber'], (map) =>
    withoutKeys(map, (key) => racks.has(key) || goneNode(key)),
  );
  const pods = new Set([...known.pods].filter((name) => named.has(name)));
  for (const [name, node] of entriesOf(entryOf(tree, 'pods')?.value)) if (goneNode(textOf(node))) pods.add(name);
  result = editAt(result, ['pods'], (map) => withoutKeys(map, (key) => pods.has(key)));
  const isGone = (name: string): boolean => {
    const machine = name.replace(/\.(block|address|node)$/, '');
    if (machine === 'pod-a' || machine === 'pod-b') return false;
    return routers.has(machine) || goneNode(machine) || pods.has(machine);
  };
  return editAt(result, ['expect'], (list) => withoutGone(list, isGone));
}

/** Expectations without those about what is gone; a list of next hops only becomes shorter. */
function withoutGone(list: Tree, isGone: (name: string) => boolean): Tree {
  const kept: Tree[] = [];
  for (const item of itemsOf(list)) {
    const shorter = editAt(item, ['route', 'nexthops'], (hops) => withoutItems(hops, (hop) => isGone(textOf(hop))));
    const [, facts] = entriesOf(shorter)[0] ?? [];
    const names = ['on', 'to', 'via', 'from'].map((key) => scalarAt(facts, key));
    for (const hop of itemsOf(entryOf(facts, 'hops')?.value)) names.push(textOf(hop));
    const hops = entryOf(facts, 'nexthops')?.value;
    const isEmpty = hops !== undefined && itemsOf(hops).length === 0;
    if (!isEmpty && !names.some(isGone)) kept.push(shorter);
  }
  return list.kind === 'list' ? { ...list, items: kept } : list;
}

/** A tree with the value at a path replaced; unchanged where the path leads nowhere. */
export function editAt<T extends Tree>(tree: T, path: readonly string[], edit: (tree: Tree) => Tree): T {
  const [key, ...rest] = path;
  if (key === undefined) return edit(tree) as T;
  const entry = entryOf(tree, key);
  if (entry === undefined || tree.kind !== 'map') return tree;
  return withEntry(tree, key, { key: entry.key, value: editAt(entry.value, rest, edit) }) as T;
}

function withoutItems(tree: Tree, isGone: (item: Tree) => boolean): Tree {
  return tree.kind === 'list' ? { ...tree, items: tree.items.filter((item) => !isGone(item)) } : tree;
}

function eachItem(tree: Tree, edit: (item: Tree) => Tree): Tree {
  return tree.kind === 'list' ? { ...tree, items: tree.items.map(edit) } : tree;
}

function withoutKeys(tree: Tree, isGone: (key: string) => boolean): Tree {
  if (tree.kind !== 'map') return tree;
  return { ...tree, entries: new Map([...tree.entries].filter(([key]) => !isGone(key))) };
}

function itemsOf(tree: Tree | undefined): readonly Tree[] {
  return tree?.kind === 'list' ? tree.items : [];
}

function entriesOf(tree: Tree | undefined): readonly [string, Tree][] {
  return tree?.kind === 'map' ? [...tree.entries].map(([key, entry]) => [key, entry.value]) : [];
}

function keysOf(tree: Tree | undefined): ReadonlySet<string> {
  return new Set(tree?.kind === 'map' ? tree.entries.keys() : []);
}

function textOf(tree: Tree | undefined): string {
  return tree?.kind === 'scalar' && typeof tree.value === 'string' ? tree.value : '';
}

function scalarAt(tree: Tree | undefined, key: string): string {
  return textOf(entryOf(tree, key)?.value);
}

function machineOf(endpoint: string): string {
  return endpoint.split(':', 1)[0] ?? '';
}
