// Owns reading the tables of a real cluster (shared truth): kernel routes, FRR's BGP table, BIRD's routes.

import { readFileSync } from 'node:fs';
import type { ExpectedPath, ExpectedRoute } from '../../src/design/convergence.ts';

interface KernelRoute {
  readonly dst: string;
  readonly type?: string;
  readonly table?: string;
  readonly protocol?: string;
  readonly scope?: string;
  readonly metric?: number;
  readonly gateway?: string;
  readonly dev?: string;
  readonly nexthops?: readonly { readonly gateway?: string; readonly dev: string }[];
}

/** IPv4 routes of the main table of `ip -j route`, one line each in a form that `expectedLine` shares. Interfaces of pods stay out of it. */
export function kernelLines(text: string): readonly string[] {
  const routes = JSON.parse(text) as readonly KernelRoute[];
  return routes
    .filter(({ dst, table, gateway = '' }) => table === undefined && !dst.includes(':') && !gateway.includes(':'))
    .map((route) => {
      const hops = route.nexthops ?? (route.dev === undefined ? [] : [{ gateway: route.gateway, dev: route.dev }]);
      return line({
        prefix: route.dst === 'default' ? '0.0.0.0/0' : route.dst.includes('/') ? route.dst : `${route.dst}/32`,
        type: route.type ?? 'unicast',
        protocol: route.protocol ?? 'boot',
        scope: route.scope,
        metric: route.metric,
        hops: hops.map(({ gateway, dev }) => `${gateway ?? '-'} ${dev}`),
      });
    })
    .toSorted()
    .filter((text) => !text.startsWith('fe80'));
}

/** An expected route in the same form. */
export function expectedLine(route: ExpectedRoute): string {
  const hops = route.nextHops.map(({ via, dev }) => `${via ?? '-'} ${dev}`);
  return line({ ...route, hops });
}

function line(route: {
  readonly prefix: string;
  readonly type: string;
  readonly protocol: string;
  readonly scope: string | undefined;
  readonly metric: number | undefined;
  readonly hops: readonly string[];
}): string {
  const hops = route.hops.map((hop) => hop.replace(/cali[0-9a-f]+/, 'cali')).toSorted();
  return `${route.prefix} ${route.type} ${route.protocol} ${route.scope ?? '-'} ${route.metric ?? '-'} [${hops.join(', ')}]`;
}

/** One real path. */
export interface TruePath {
  readonly prefix: string;
  /** FRR: the neighbor's address; undefined for own. BIRD: likewise. */
  readonly from: string | undefined;
  readonly text: string;
  readonly isUsed: boolean;
}

interface FrrPath {
  readonly peerId: string;
  readonly path: string;
  readonly locPrf?: number;
  readonly bestpath?: boolean;
  readonly multipath?: boolean;
  readonly nexthops: readonly { readonly ip: string }[];
}

/** The paths of `show bgp ipv4 json`. */
export function frrPaths(file: string): readonly TruePath[] {
  const { routes } = JSON.parse(readFileSync(file, 'utf8')) as { routes: Record<string, readonly FrrPath[]> };
  return Object.entries(routes).flatMap(([prefix, paths]) =>
    paths.map((path) => ({
      prefix,
      from: path.peerId === '(unspec)' ? undefined : path.peerId,
      text: `[${path.path}] ${path.nexthops[0]?.ip} ${path.locPrf ?? '-'}`,
      isUsed: path.bestpath === true || path.multipath === true,
    })),
  );
}

/** The BGP routes of `show route all`. */
export function birdPaths(file: string): readonly TruePath[] {
  const paths: TruePath[] = [];
  let prefix = '';
  const blocks = readFileSync(file, 'utf8').split(/\n(?=\S| {4,}(?:via|dev|unreachable) )/);
  for (const block of blocks) {
    const [head = ''] = block.split('\n');
    prefix = /^(\S+\/\d+)/.exec(head)?.[1] ?? prefix;
    const from = /\[(?:Node|Mesh|Global)_(\S+)/.exec(head)?.[1]?.replaceAll('_', '.');
    if (from === undefined) continue;
    const field = (name: string): string => new RegExp(`BGP\\.${name}: (.*)`).exec(block)?.[1]?.trim() ?? '';
    const reflected = field('originator_id') === '' ? '' : ` ${field('originator_id')} ${field('cluster_list')}`;
    paths.push({
      prefix,
      from,
      text: `[${field('as_path')}] ${field('next_hop')} ${field('local_pref')}${reflected}`,
      isUsed: / \* \(/.test(head),
    });
  }
  return paths;
}

/** An expected path in the form of `TruePath.text`. */
export function pathText(path: ExpectedPath): string {
  const reflected = path.originatorId === undefined ? '' : ` ${path.originatorId} ${path.clusterList.join(' ')}`;
  return `[${path.asPath.join(' ')}] ${path.nextHop} ${path.localPref ?? '-'}${reflected}`;
}
