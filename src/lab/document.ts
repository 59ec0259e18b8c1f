// Owns the document of a lab as a tree: its file, the labs it extends, the topology it names, what was set in it.

import type { LabError } from '../base/errors.ts';
import type { Problem } from '../base/place.ts';
import { type FindOptions, type FoundFile, findBeside, findReferred, labEndings, namesIn } from './find.ts';
import { hintForName } from './names.ts';
import { parseSource } from './parse.ts';
import { throwIfInvalid } from './problems.ts';
import {
  type Entry,
  entryOf,
  type MapTree,
  problemAtSpan,
  type Source,
  type Span,
  sourceOf,
  type Tree,
} from './tree.ts';
import { editAt, mergeTrees, type Setting, setValue, withEntry } from './variants.ts';
import { readRouterEntry } from './vyos/in-topology.ts';
import type { VyosRouter } from './vyos/router.ts';

/** Longest chain of `extends`. */
const maxExtends = 8;

/** Reads lab documents and remembers which file each text came from. */
export class DocumentReader {
  private readonly options: FindOptions;
  private readonly files = new Map<Source, FoundFile>();
  /** The name of the topology file that was read last. */
  topologyName = '';
  /** What routers' own configurations say, by router. */
  readonly routerFiles = new Map<string, VyosRouter>();

  constructor(options: FindOptions) {
    this.options = options;
  }

  /** The lab's tree with everything it extends below it. Throws LAB_INVALID. */
  async readLab(found: FoundFile, below: readonly string[] = []): Promise<MapTree> {
    const own = withName(this.readMap(found, 'lab'), found);
    const extended = entryOf(own, 'extends');
    if (extended === undefined) return own;
    const chain = [...below, found.file];
    const base = await this.readReferred(extended, found, 'lab', ['extends']);
    if (chain.includes(base.file) || chain.length >= maxExtends) {
      const message = chain.includes(base.file)
        ? 'the lab extends itself'
        : `more than ${maxExtends} labs extend each other`;
      this.refuse(extended.value.span, ['extends'], { code: 'LAB_EXTENDS_LOOP', message });
    }
    const baseTree = withEntry(await this.readLab(base, chain), 'name', undefined);
    return mergeTrees(baseTree, withEntry(own, 'extends', undefined)) as MapTree;
  }

  /** The lab's tree with the topology it names in place of the name. Throws LAB_INVALID. */
  async withTopology(tree: MapTree): Promise<MapTree> {
    const entry = entryOf(tree, 'topology');
    if (entry?.value.kind !== 'scalar' || typeof entry.value.value !== 'string') return tree;
    const from = this.files.get(entry.value.span.source) ?? this.commandLine();
    const found = await this.readReferred(entry, from, 'topology', ['topology']);
    this.topologyName = found.name ?? '';
    return withEntry(tree, 'topology', { key: entry.key, value: this.readMap(found, 'topology') });
  }

  /** The lab's tree with what routers' own configurations say put where the topology would say it. */
  async withRouterFiles(tree: MapTree): Promise<{ tree: MapTree; problems: readonly Problem[] }> {
    const routers = entryOf(entryOf(tree, 'topology')?.value, 'routers')?.value;
    const problems: Problem[] = [];
    let current = tree;
    for (const [name, router] of routers?.kind === 'map' ? routers.entries : []) {
      const stated = entryOf(router.value, 'vyos')?.value;
      if (router.value.kind === 'map' && stated === undefined && entryOf(router.value, 'as') === undefined) {
        const text = { code: 'LAB_MISSING_KEY', message: '`as` is missing' };
        problems.push(problemAtSpan(router.key, ['topology', 'routers', name], text));
      }
      if (router.value.kind !== 'map' || stated?.kind !== 'scalar' || typeof stated.value !== 'string') continue;
      const from = this.files.get(stated.span.source) ?? this.commandLine();
      const found = await findBeside(stated.value, from, this.options);
      const read = readRouterEntry(name, router.value, stated, found?.source);
      problems.push(...read.problems);
      if (read.file !== undefined) this.routerFiles.set(name, read.file);
      current = editAt(current, ['topology', 'routers', name], () => read.router) as MapTree;
    }
    return { tree: current, problems };
  }

  /** The lab's tree with values set in it; settings that cannot be are returned as problems. */
  async withSettings(
    tree: MapTree,
    settings: readonly Setting[],
  ): Promise<{ tree: MapTree; problems: readonly Problem[] }> {
    const problems: Problem[] = [];
    let current = tree;
    for (const setting of settings) {
      const [first, second] = setting.path;
      if (first === 'topology' && second !== undefined) current = await this.withTopology(current);
      const fixed = first === 'name' || first === 'extends' || first === 'variants';
      const changed = fixed ? `\`${first}\` cannot be set` : setValue(current, setting);
      if (typeof changed !== 'string') {
        current = changed as MapTree;
        continue;
      }
      const hint =
        first === 'name' ? 'write a lab that extends this one; names stay, so that addresses stay' : undefined;
      problems.push(problemAtSpan(setting.key, setting.path, { code: 'LAB_SET', message: changed, hint }));
    }
    return { tree: current, problems };
  }

  private commandLine(): FoundFile {
    return { source: sourceOf('--set', ''), file: '-', folder: this.options.cwd, name: undefined };
  }

  private readMap(found: FoundFile, kind: 'lab' | 'topology'): MapTree {
    this.files.set(found.source, found);
    const parsed = parseSource(found.source);
    if ('problems' in parsed) return throwAll(parsed.problems, found.source.file);
    if (parsed.tree.kind === 'map') return parsed.tree;
    const message = `a ${kind} is a map of keys, found ${parsed.tree.kind === 'list' ? 'a list' : 'a single value'}`;
    const hint = kind === 'lab' ? 'begin with `title:`' : 'begin with `routers:`';
    return this.refuse(parsed.tree.span, [], { code: 'LAB_WRONG_TYPE', message, hint });
  }

  private async readReferred(
    entry: Entry,
    from: FoundFile,
    kind: 'lab' | 'topology',
    path: readonly string[],
  ): Promise<FoundFile> {
    const name = entry.value.kind === 'scalar' ? entry.value.value : undefined;
    const found = typeof name === 'string' ? await findReferred(name, from, kind, this.options) : undefined;
    if (found !== undefined) return found;
    if (typeof name !== 'string') {
      return this.refuse(entry.value.span, path, { code: 'LAB_WRONG_TYPE', message: `expected the name of a ${kind}` });
    }
    const folder = kind === 'lab' ? this.options.labsDir : this.options.topologiesDir;
    const known = await namesIn(folder, kind === 'lab' ? labEndings : ['.yml']);
    const isPath = /[/.:]/.test(name);
    const hint = isPath ? 'write ./name.yml for a file beside this one' : hintForName(name, known);
    return this.refuse(entry.value.span, path, {
      code: 'LAB_UNKNOWN_NAME',
      message: `no ${kind} named \`${name}\``,
      hint,
    });
  }

  private refuse(
    span: Span,
    path: readonly string[],
    text: { code: string; message: string; hint?: string | undefined },
  ): never {
    return throwAll([problemAtSpan(span, path, text)], span.source.file);
  }
}

/** Reads `--set key=value`; the value is YAML, so that numbers, lists and maps can be set. */
export function readSetting(text: string): Setting | { readonly problems: readonly Problem[] } {
  const source = sourceOf('--set', text);
  const equals = text.indexOf('=');
  const key: Span = { source, start: 0, end: equals < 0 ? text.length : equals };
  if (equals < 1 || text.slice(equals + 1).trim() === '') {
    const message = equals < 1 ? 'expected key=value' : `nothing is set for \`${text.slice(0, equals)}\``;
    const hint = '--set calico.version=v3.23.2';
    return { problems: [problemAtSpan(key, [], { code: 'LAB_SET', message, hint })] };
  }
  const parsed = parseSource(source, equals + 1);
  if ('problems' in parsed) return parsed;
  return { path: text.slice(0, equals).trim().split('.'), value: parsed.tree, key };
}

/** The settings of one variant, with the places of its `set:` map. */
export function settingsOf(variant: Tree | undefined): readonly Setting[] {
  const set = entryOf(variant, 'set')?.value;
  if (set?.kind !== 'map') return [];
  return [...set.entries].map(([path, entry]) => ({ path: path.split('.'), value: entry.value, key: entry.key }));
}

function withName(tree: MapTree, found: FoundFile): MapTree {
  if (tree.entries.has('name') || found.name === undefined) return tree;
  const span = { source: found.source, start: 0, end: 1 };
  return withEntry(tree, 'name', { key: span, value: { kind: 'scalar', value: found.name, span } });
}

function throwAll(problems: readonly Problem[], what: string): never {
  throwIfInvalid(problems, what);
  throw new TypeError('a problem must have been thrown') as never as LabError;
}
