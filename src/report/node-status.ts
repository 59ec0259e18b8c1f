// Owns BGP sessions in the words of `calicoctl node status` (calico.md F.1).

import type { ObservedSession } from '../plan/observed.ts';
import { boxedTable } from './text-table.ts';

/** A session as `calicoctl node status` shows it. */
export interface PeerRow {
  readonly address: string;
  /** "node-to-node mesh", "node specific" or "global". */
  readonly type: string;
  readonly state: string;
  readonly since: string;
  readonly info: string;
}

const peerTypes: Readonly<Record<string, string>> = {
  Global: 'global',
  Mesh: 'node-to-node mesh',
  Node: 'node specific',
};

/** The release from which calicoctl draws its boxes with headings at the left (recorded; older: centered). */
const leftHeadingsSince = 33;

/** The headings' place in boxed tables of a release. */
export function headingsOf(minor: number): 'left' | 'centered' {
  return minor >= leftHeadingsSince ? 'left' : 'centered';
}

/** The rows calicoctl keeps: sessions that calico-node named; the address is made from the name, as calicoctl does. */
export function peerRows(sessions: readonly ObservedSession[], family: 4 | 6): readonly PeerRow[] {
  const rows: PeerRow[] = [];
  for (const session of sessions) {
    const [, prefix = '', rest = ''] = /^(Global|Node|Mesh)_(.+)$/.exec(session.name ?? '') ?? [];
    const type = peerTypes[prefix];
    if (type === undefined || session.peer.includes(':') !== (family === 6)) continue;
    rows.push({
      address: rest.replaceAll('_', family === 6 ? ':' : '.'),
      type,
      state: session.state,
      since: shortSince(session.since),
      info: session.info.split(/\s+/).join(' '),
    });
  }
  return rows;
}

/** BIRD 2 adds milliseconds to a time of today; Calico's BIRD, and so calicoctl, does not. */
export function shortSince(since: string): string {
  return since.replace(/(:\d\d)\.\d+$/, '$1');
}

/** All that `calicoctl node status` prints on a node, from that node's sessions; undefined: no BIRD runs there. */
export function nodeStatusText(sessions: readonly ObservedSession[] | undefined, minor: number): string {
  const parts = ['Calico process is running.\n'];
  if (sessions === undefined) return `${parts.join('')}\nThe BGP backend process (BIRD) is not running.\n\n`;
  for (const family of [4, 6] as const) {
    const rows = peerRows(sessions, family);
    parts.push(`\nIPv${family} BGP status\n`);
    parts.push(rows.length === 0 ? `No IPv${family} peers found.\n` : peerTable(rows, minor));
  }
  return `${parts.join('')}\n`;
}

function peerTable(rows: readonly PeerRow[], minor: number): string {
  return boxedTable(
    ['PEER ADDRESS', 'PEER TYPE', 'STATE', 'SINCE', 'INFO'],
    rows.map((row) => [row.address, row.type, row.state, row.since, row.info]),
    { headings: headingsOf(minor), right: [] },
  );
}
