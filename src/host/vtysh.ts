// Owns FRR's JSON: `show bgp summary json`, as sessions.

import type { ObservedPath, ObservedSession } from '../plan/observed.ts';

interface Summary {
  readonly [family: string]:
    | { readonly as?: number; readonly peers?: Readonly<Record<string, SummaryPeer>> }
    | undefined;
}

interface SummaryPeer {
  readonly remoteAs?: number;
  readonly state?: string;
  readonly peerState?: string;
  readonly peerUptime?: string;
}

/** Reads `show bgp summary json` of one router, every address family. Text that is no JSON (bgpd not running) gives no session. */
export function parseBgpSummary(machine: string, text: string): readonly ObservedSession[] {
  let summary: Summary;
  try {
    summary = JSON.parse(text) as Summary;
  } catch {
    return [];
  }
  const sessions = new Map<string, ObservedSession>();
  for (const [name, family] of Object.entries(summary)) {
    for (const [peer, row] of Object.entries(family?.peers ?? {})) {
      const isEstablished = row.state === 'Established';
      sessions.set(peer, {
        machine,
        peer,
        name: undefined,
        remoteAs: row.remoteAs,
        localAs: family?.as,
        state: isEstablished ? 'up' : 'down',
        info: row.state ?? 'unknown',
        since: row.peerUptime ?? '',
        isEstablished,
        families: [...(sessions.get(peer)?.families ?? []), name.startsWith('ipv6') ? 6 : 4],
      });
    }
  }
  return [...sessions.values()];
}

interface TablePath {
  readonly peerId?: string;
  readonly path?: string;
  readonly locPrf?: number;
  readonly bestpath?: boolean;
  readonly multipath?: boolean;
  readonly nexthops?: readonly { readonly ip?: string }[];
}

/** Reads `show bgp ipv4 unicast json` (or ipv6) of one router. Text that is no JSON gives no path. */
export function parseBgpTable(machine: string, text: string): readonly ObservedPath[] {
  let table: { readonly routes?: Readonly<Record<string, readonly TablePath[]>> };
  try {
    table = JSON.parse(text) as typeof table;
  } catch {
    return [];
  }
  return Object.entries(table.routes ?? {}).flatMap(([prefix, paths]) =>
    paths.map((path) => ({
      machine,
      prefix,
      from: path.peerId === '(unspec)' ? undefined : path.peerId,
      asPath: numbersIn(path.path ?? ''),
      nextHop: path.nexthops?.[0]?.ip ?? '',
      localPref: path.locPrf,
      originatorId: undefined,
      clusterList: [],
      isUsed: path.bestpath === true || path.multipath === true,
    })),
  );
}

function numbersIn(path: string): readonly number[] {
  return path.split(' ').filter(Boolean).map(Number);
}
