// Owns how a router of a topology that names a VyOS configuration is completed from it, as if the topology had said it.

import type { Problem } from '../../base/place.ts';
import { type Entry, entryOf, type MapTree, problemAtSpan, type ScalarTree, type Source, type Span } from '../tree.ts';
import { withEntry } from '../variants.ts';
import { readVyosRouter } from './read-router.ts';
import type { VyosRouter } from './router.ts';

/** A router's entry with what its file says; no file where it could not be read. */
export interface ReadEntry {
  readonly router: MapTree;
  readonly file: VyosRouter | undefined;
  readonly problems: readonly Problem[];
}

/** What the file says and the topology must not say again. */
const saidByFile = ['as', 'router-id', 'config', 'filter'];

/** Reads the configuration that a router's `vyos:` names; `source` is undefined when there is no such file. */
export function readRouterEntry(
  name: string,
  entry: MapTree,
  stated: ScalarTree,
  source: Source | undefined,
): ReadEntry {
  const path = ['topology', 'routers', name, 'vyos'];
  if (source === undefined) {
    const message = `there is no file \`${stated.value}\` beside the topology`;
    const hint = 'the path starts from the folder of the file that says it, and stays inside';
    return {
      router: entry,
      file: undefined,
      problems: [problemAtSpan(stated.span, path, { code: 'LAB_UNKNOWN_NAME', message, hint })],
    };
  }
  const problems: Problem[] = [];
  for (const key of saidByFile) {
    const said = entryOf(entry, key);
    if (said === undefined) continue;
    const message = `\`${key}\` and \`vyos\` exclude each other: the configuration says it`;
    problems.push(problemAtSpan(said.key, path, { code: 'LAB_BAD_VALUE', message, hint: `remove \`${key}\`` }));
  }
  const read = readVyosRouter(source);
  problems.push(...read.problems, ...asideOf(read.notes));
  const { bgp, marks } = read.router;
  let router = entry;
  if (bgp !== undefined && problems.every(({ severity }) => severity !== 'error')) {
    router = withEntry(router, 'as', saidAt(source, marks.asNumber, bgp.asNumber));
    if (bgp.routerId !== undefined)
      router = withEntry(router, 'router-id', saidAt(source, marks.routerId, bgp.routerId));
  }
  return { router, file: read.router, problems };
}

function saidAt(source: Source, [start, end]: readonly [number, number], value: string | number): Entry {
  const span: Span = { source, start, end };
  return { key: span, value: { kind: 'scalar', value, span } };
}

/** One warning a file: `labctl validate` of the file itself lists every line. */
function asideOf(notes: readonly Problem[]): readonly Problem[] {
  const [first] = notes;
  if (first?.at === undefined) return [];
  const { file } = first.at;
  const lines = notes.length === 1 ? 'one line' : `${notes.length} lines`;
  const message = `${file}: no packet depends on ${lines}, which are left aside on this engine`;
  return [{ ...first, message, hint: `labctl validate ${file}` }];
}
