// Owns the walk from a name or path to a Lab: find, parse, extend, set, name, shape, remove, check, complete.

import type { Problem } from '../base/place.ts';
import { checkAddresses } from './check-addresses.ts';
import { checkCluster, namesOf } from './check-cluster.ts';
import { checkExpect } from './check-expect.ts';
import { checkIpv6 } from './check-ipv6.ts';
import { checkServices } from './check-services.ts';
import { checkTopology } from './check-topology.ts';
import { completeLab } from './defaults.ts';
import { DocumentReader, readSetting, settingsOf } from './document.ts';
import { type FindOptions, findLab, notFound } from './find.ts';
import type { LoadedLab } from './lab.ts';
import { hintForName } from './names.ts';
import { fillPods, nameNodes, nodeNamesOf } from './nodes-and-pods.ts';
import { inFileOrder, ProblemList, throwIfInvalid } from './problems.ts';
import { type MergedLab, mergedLabSchema, type Variant, variantsSchema } from './schema.ts';
import { maxNodes } from './schema-words.ts';
import { checkShape } from './shape.ts';
import { entryOf, type MapTree, placeOfSpan, plainValue, spanAt } from './tree.ts';
import { type UserSettings, userTree } from './user-settings.ts';
import { mergeTrees, removableOf, removeNames, type Setting, withEntry } from './variants.ts';

/** Where labs are found, and what the command line sets in them. */
export interface ReadOptions extends FindOptions {
  readonly set?: readonly string[] | undefined;
  /** What the user says for all labs. */
  readonly user?: UserSettings | undefined;
}

/**
 * Reads a lab: a catalogue name (`bgp-rr`), a variant of it (`bgp-rr:one-spine`), a path (`./my.lab.yml:variant`), a
 * folder with one lab file, or `-`. Throws LAB_NOT_FOUND, or LAB_INVALID with every problem of the stage that failed,
 * each with its place: the text, then the shape, then the meaning. Nothing but lab and topology files is read.
 */
export async function readLab(reference: string, options: ReadOptions): Promise<LoadedLab> {
  const { found, variant } = await findLab(reference, options);
  const shown = found.source.file;
  const reader = new DocumentReader(options);
  const own = await reader.readLab(found);
  const document = options.user === undefined ? own : (mergeTrees(userTree(options.user), own) as MapTree);
  const inDocument = new ProblemList(document);
  const variants = readVariants(document, inDocument);
  if (variant !== undefined && !Object.hasOwn(variants, variant))
    throwUnknownVariant(variant, variants, inDocument, shown);
  const problems: Problem[] = [];
  const settings = readSettings(document, variant, options.set ?? [], problems);
  const set = await reader.withSettings(document, settings);
  problems.push(...set.problems);
  const whole = await reader.withTopology(withoutMeta(set.tree));
  const filed = await reader.withRouterFiles(whole);
  problems.push(...filed.problems);
  const named = fillPods(nameNodes(filed.tree));
  const inNamed = new ProblemList(named);
  const merged = checkShape(mergedLabSchema, named, plainValue(named), inNamed);
  if (merged !== undefined) {
    checkCounts(merged, nodeNamesOf(named), inNamed);
    checkRemoved(named, merged.name, variant, variants, inDocument);
  }
  const shapeProblems = [...problems, ...inDocument.all, ...inNamed.all];
  const isRemoving = variant !== undefined && (variants[variant]?.remove ?? []).length > 0;
  if (merged === undefined || problems.length > 0 || isRemoving) throwIfInvalid(shapeProblems, shown);
  const removed = variant === undefined ? [] : (variants[variant]?.remove ?? []);
  const tree = removed.length === 0 ? named : fillPods(removeNames(named, merged?.name ?? '', removed));
  const list = new ProblemList(tree);
  const meant = removed.length === 0 ? merged : checkShape(mergedLabSchema, tree, plainValue(tree), list);
  if (list.all.length > 0) throwIfInvalid([...shapeProblems, ...list.all], shown);
  if (meant === undefined) throw new TypeError('a lab without problems must have a shape');
  checkMeaning(meant, nodeNamesOf(tree), list);
  throwIfInvalid([...shapeProblems, ...list.all], shown);
  const title = variant === undefined ? undefined : variants[variant]?.title;
  const lab = completeLab(title === undefined ? meant : { ...meant, title }, {
    nodeNames: nodeNamesOf(tree),
    variant,
    source: found.file,
    topologyName: reader.topologyName,
    routerFiles: reader.routerFiles,
  });
  return {
    lab: frozen(lab),
    warnings: inFileOrder([...problems, ...list.all]),
    placeOf: (path) => placeOfSpan(spanAt(path[0] === 'variants' ? document : tree, path)),
  };
}

function readVariants(document: MapTree, list: ProblemList): Readonly<Record<string, Variant>> {
  const stated = entryOf(document, 'variants')?.value;
  if (stated === undefined) return {};
  return checkShape(variantsSchema, document, plainValue(stated), list, ['variants']) ?? {};
}

function throwUnknownVariant(
  variant: string,
  variants: Readonly<Record<string, Variant>>,
  list: ProblemList,
  shown: string,
): never {
  throwIfInvalid(list.all, shown);
  const known = Object.keys(variants);
  const hint = known.length === 0 ? 'the lab without a variant; it has none' : hintForName(variant, known);
  throw notFound(`${shown} has no variant \`${variant}\``, hint);
}

function readSettings(
  document: MapTree,
  variant: string | undefined,
  texts: readonly string[],
  problems: Problem[],
): readonly Setting[] {
  const chosen = variant === undefined ? undefined : entryOf(entryOf(document, 'variants')?.value, variant)?.value;
  const settings = [...settingsOf(chosen)];
  for (const text of texts) {
    const setting = readSetting(text);
    if ('problems' in setting) problems.push(...setting.problems);
    else settings.push(setting);
  }
  return settings;
}

/** The lab itself, without what only says how it is put together. */
function withoutMeta(tree: MapTree): MapTree {
  return withEntry(withEntry(tree, 'variants', undefined), 'extends', undefined);
}

function checkCounts(merged: MergedLab, nodeNames: readonly string[], list: ProblemList): void {
  const add = (path: readonly string[], what: string, most: number): void =>
    list.add(path, { code: 'LAB_TOO_MANY', message: `more than ${most} ${what}` }, { at: 'key' });
  if (nodeNames.includes('')) add(['cluster', 'nodes'], 'nodes', maxNodes);
  if (Object.keys(merged.topology?.routers ?? {}).length > maxNodes) add(['topology', 'routers'], 'routers', maxNodes);
  if (Object.keys(merged.topology?.racks ?? {}).length > maxNodes) add(['topology', 'racks'], 'racks', maxNodes);
  if (Object.keys(merged.pods ?? {}).length > maxNodes * 4) add(['pods'], 'pods', maxNodes * 4);
}

/** Every variant's `remove:` must name something: of the chosen one after its settings, of others as the lab stands. */
function checkRemoved(
  tree: MapTree,
  lab: string,
  chosen: string | undefined,
  variants: Readonly<Record<string, Variant>>,
  list: ProblemList,
): void {
  const known = removableOf(tree, lab);
  const names = new Set([...known.routers, ...known.racks, ...known.nodes.keys(), ...known.pods]);
  for (const [name, variant] of Object.entries(variants)) {
    if (chosen !== undefined && name !== chosen) continue;
    for (const [i, removed] of (variant.remove ?? []).entries()) {
      if (names.has(removed)) continue;
      list.addUnknown(['variants', name, 'remove', i], 'router, rack, node or pod', removed, names);
    }
  }
}

function checkMeaning(merged: MergedLab, nodeNames: readonly string[], list: ProblemList): void {
  const names = namesOf(merged, nodeNames);
  if (merged.topology !== undefined) checkTopology(merged.topology, list);
  checkCluster(merged, names, list);
  checkAddresses(merged, list);
  checkIpv6(merged, list);
  checkServices(merged, names, list);
  checkExpect(merged, names, list);
}

function frozen<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  Object.freeze(value);
  for (const part of Object.values(value)) frozen(part);
  return value;
}
