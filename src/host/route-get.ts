// Owns asking a kernel which route it takes: `ip route get`, and the table's own entry behind the answer.

import { type Family, familyOf, parsePrefix } from '../base/address.ts';
import type { Shell } from '../base/shell.ts';
import type { Asked } from './asked.ts';

/** One next hop of a route. */
export interface RouteHop {
  /** Undefined: the destination itself is on the wire. */
  readonly via: string | undefined;
  readonly dev: string;
}

/** An entry of a routing table, or the answer to one question, as iproute2 writes it. */
export interface RouteLine {
  /** `unicast`, `local`, `blackhole`, `unreachable`, `prohibit`. */
  readonly type: string;
  /** With a length; of an answer, the destination itself. */
  readonly prefix: string;
  readonly protocol: string | undefined;
  readonly source: string | undefined;
  readonly hops: readonly RouteHop[];
}

/** What is looked up. */
export interface RouteQuestion {
  readonly to: string;
  /** The packet's source address; undefined: the kernel chooses one. */
  readonly from?: string | undefined;
  /** Where the packet came in; undefined: it is the machine's own. */
  readonly by?: string | undefined;
}

/** What a kernel does with a packet. */
export interface RouteAnswer {
  /** `taken`: it has a way, or the packet is for this machine; `refused`: the kernel said no. */
  readonly outcome: 'taken' | 'refused';
  /** The table's entry; undefined when none fits. */
  readonly entry: RouteLine | undefined;
  /** The way this packet takes, one of the entry's next hops; undefined when refused. */
  readonly way: RouteLine | undefined;
  /** The question that gave the entry, and the entry as it was written. */
  readonly asked: Asked;
  /** The kernel's words when it refused: `Network is unreachable`. */
  readonly said: string | undefined;
}

/**
 * Asks a machine's kernel. With `by` the kernel judges the packet as one that arrives there, reverse path check and forwarding
 * setting included. A kernel that refuses does not say by which entry: the longest match of the main table is read for that.
 */
export async function askRoute(shell: Shell, question: RouteQuestion, signal?: AbortSignal): Promise<RouteAnswer> {
  const family = familyOf(question.to);
  const words = [
    question.to,
    ...(question.from === undefined ? [] : ['from', question.from]),
    ...(question.by === undefined ? [] : ['iif', question.by]),
  ];
  const ip = family === 6 ? ['ip', '-6'] : ['ip'];
  const entryArgv = [...ip, 'route', 'get', 'fibmatch', ...words];
  const [entryRan, wayRan] = await Promise.all(
    [entryArgv, [...ip, 'route', 'get', ...words]].map((argv) => shell.run(argv, { signal, onFailure: 'return' })),
  );
  const text = entryRan!.stdout.trimEnd();
  const way = parseRouteLine(wayRan!.stdout, family);
  if (entryRan!.exitCode === 0 && wayRan!.exitCode === 0 && way !== undefined && !refusing.has(way.type)) {
    const entry = parseRouteLine(text, family);
    return { outcome: 'taken', entry, way, asked: { argv: entryArgv, answer: text }, said: undefined };
  }
  const said = wayRan!.stderr.replace(/^RTNETLINK answers: /m, '').trim() || way?.type;
  const argv = [...ip, 'route', 'show', 'match', question.to];
  const matching = (await shell.run(argv, { signal, onFailure: 'return' })).stdout;
  const best = longestMatch(matching, family);
  const asked = { argv, answer: best ?? '' };
  return { outcome: 'refused', entry: parseRouteLine(best ?? '', family), way: undefined, asked, said };
}

const refusing: ReadonlySet<string> = new Set(['blackhole', 'unreachable', 'prohibit', 'throw']);
const types: ReadonlySet<string> = new Set(['local', 'broadcast', 'multicast', 'anycast', 'unicast', ...refusing]);

/** Reads one route, next hops on lines of their own included; undefined for empty text. */
export function parseRouteLine(text: string, family: Family): RouteLine | undefined {
  const [first = '', ...rest] = text.trim().split('\n');
  const words = first.trim().split(/\s+/);
  const type = types.has(words[0] ?? '') ? words.shift()! : 'unicast';
  const destination = words.shift();
  if (destination === undefined || destination === '') return undefined;
  const after = (keyword: string): string | undefined => {
    const at = words.indexOf(keyword);
    return at < 0 ? undefined : words[at + 1];
  };
  const several = rest.filter((line) => /^\s*nexthop\s/.test(line)).map((line) => hopIn(line.trim().split(/\s+/)));
  const own = hopIn(words);
  return {
    type,
    prefix: wholePrefix(destination, family),
    protocol: after('proto'),
    source: after('src'),
    hops: several.length > 0 ? several.filter((hop) => hop !== undefined) : own === undefined ? [] : [own],
  };
}

function hopIn(words: readonly string[]): RouteHop | undefined {
  const dev = words[words.indexOf('dev') + 1];
  if (!words.includes('dev') || dev === undefined) return undefined;
  const at = words.indexOf('via');
  const via = at < 0 ? undefined : words[at + 1] === 'inet6' ? words[at + 2] : words[at + 1];
  return { via, dev };
}

function wholePrefix(destination: string, family: Family): string {
  if (destination === 'default') return family === 6 ? '::/0' : '0.0.0.0/0';
  return destination.includes('/') ? destination : `${destination}/${family === 6 ? 128 : 32}`;
}

/** The entry with the longest prefix in the text of `ip route show match`; of equal ones the first, as its metric is lower. */
export function longestMatch(text: string, family: Family): string | undefined {
  let best: { readonly length: number; readonly text: string } | undefined;
  for (const entry of text.split(/\n(?=\S)/)) {
    const length = parsePrefix(parseRouteLine(entry, family)?.prefix ?? '')?.length;
    if (length !== undefined && (best === undefined || length > best.length)) best = { length, text: entry.trimEnd() };
  }
  return best?.text;
}
