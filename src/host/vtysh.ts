// Owns FRR's JSON: `show bgp summary json`, as sessions.

import type { ObservedSession } from '../plan/observed.ts';

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
  for (const family of Object.values(summary)) {
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
      });
    }
  }
  return [...sessions.values()];
}
