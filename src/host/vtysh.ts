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

/** The question whose answer `parseBgpTable` reads, of `ipv4` or `ipv6`; at length it tells communities, too. */
export function bgpTableQuestion(family: string, withCommunities: boolean): string {
  return `show bgp ${family} unicast json${withCommunities ? ' detail' : ''}`;
}

interface TablePath {
  readonly peerId?: string;
  readonly path?: string;
  readonly locPrf?: number;
  readonly bestpath?: boolean | { readonly overall?: boolean };
  readonly multipath?: boolean;
  readonly nexthops?: readonly { readonly ip?: string }[];
  /** At length only. */
  readonly aspath?: { readonly string: string };
  readonly peer?: { readonly peerId: string };
  readonly community?: { readonly string: string };
  readonly largeCommunity?: { readonly string: string };
}

/** Reads what one router answers to `bgpTableQuestion`. Text that is no JSON gives no path. */
export function parseBgpTable(machine: string, text: string): readonly ObservedPath[] {
  let table: { readonly routes?: Readonly<Record<string, readonly TablePath[]>> };
  try {
    table = JSON.parse(text) as typeof table;
  } catch {
    return [];
  }
  return Object.entries(table.routes ?? {}).flatMap(([prefix, paths]) =>
    // At length, a head without a path comes first.
    paths.filter((path) => path.nexthops !== undefined).map((path) => pathOf(machine, prefix, path)),
  );
}

function pathOf(machine: string, prefix: string, path: TablePath): ObservedPath {
  const { aspath, peer, community, largeCommunity, bestpath } = path;
  const from = peer?.peerId ?? path.peerId;
  return {
    machine,
    prefix,
    from: from === '(unspec)' || from === '0.0.0.0' || from === '::' ? undefined : from,
    asPath: numbersIn(aspath?.string ?? path.path ?? ''),
    nextHop: path.nexthops?.[0]?.ip ?? '',
    localPref: path.locPrf,
    originatorId: undefined,
    clusterList: [],
    communities: aspath && communitiesIn(`${community?.string ?? ''} ${largeCommunity?.string ?? ''}`),
    isUsed: (typeof bestpath === 'object' ? bestpath.overall : bestpath) === true || path.multipath === true,
  };
}

/** FRR's words for communities that have a name (RFC 1997, RFC 7999, RFC 8326). */
const namedCommunities: ReadonlyMap<string, string> = new Map([
  ['graceful-shutdown', '65535:0'],
  ['blackhole', '65535:666'],
  ['no-export', '65535:65281'],
  ['no-advertise', '65535:65282'],
  ['local-AS', '65535:65283'],
]);

function communitiesIn(text: string): readonly string[] {
  const words = text.split(' ').filter(Boolean);
  return words.map((word) => namedCommunities.get(word) ?? word).toSorted();
}

/** `Local` and an empty path have no number. */
function numbersIn(path: string): readonly number[] {
  return path
    .split(' ')
    .filter((word) => /^\d/.test(word))
    .map(Number);
}
