// Owns BIRD's words: `show protocols` and `show protocols all` of BIRD 1.6, 2 and 3, as sessions.

import { familyOf } from '../base/address.ts';
import type { ObservedPath, ObservedSession } from '../plan/observed.ts';

/** The name of a BGP protocol as Calico gives it (calico.md B.3, F.1). */
const calicoName = /^(Mesh|Global|Node)_(.+)$/;

/**
 * Reads `birdc show protocols` (or `… all`): the BGP sessions named as Calico names them. AS numbers are known from
 * `… all` only.
 */
export function parseProtocols(machine: string, text: string): readonly ObservedSession[] {
  const sessions: ObservedSession[] = [];
  const internal = new Set<number>();
  /** Whether the details below belong to the last session. */
  let isOurs = false;
  for (const line of text.split('\n')) {
    const row = /^(\S+)\s+BGP\s+(\S+)\s+(\S+)\s+(\d[\d:.-]*(?:\s\d[\d:.]*)?)\s*(.*?)\s*$/.exec(line);
    if (row !== null) {
      const [, name = '', , state = '', since = '', info = ''] = row;
      isOurs = calicoName.test(name);
      if (!isOurs) continue;
      sessions.push({
        machine,
        peer: peerOf(name),
        name,
        remoteAs: undefined,
        localAs: undefined,
        state,
        info,
        since,
        isEstablished: info === 'Established',
        families: [],
      });
      continue;
    }
    if (/^\S/.test(line)) isOurs = false;
    const last = sessions.at(-1);
    const detail = /^\s+(Neighbor AS:|Local AS:|Neighbor address:|Session:|Channel)\s+(\S+)/.exec(line);
    if (last === undefined || detail === null || !isOurs) continue;
    const [, word = '', value = ''] = detail;
    const key = word.replace(':', '');
    if (key === 'Channel')
      sessions[sessions.length - 1] = { ...last, families: [...last.families, value === 'ipv6' ? 6 : 4] };
    if (key === 'Neighbor AS') sessions[sessions.length - 1] = { ...last, remoteAs: Number(value) };
    if (key === 'Local AS') sessions[sessions.length - 1] = { ...last, localAs: Number(value) };
    if (key === 'Neighbor address') sessions[sessions.length - 1] = { ...last, peer: value };
    if (key === 'Session' && value === 'internal') internal.add(sessions.length - 1);
  }
  return sessions.map((session, i) => (session.remoteAs === undefined ? session : completed(session, internal.has(i))));
}

/** What BIRD 1.6 does not say: internal peers share their AS (RFC 4271 section 1.1), and a daemon speaks one family. */
function completed(session: ObservedSession, isInternal: boolean): ObservedSession {
  const { localAs = isInternal ? session.remoteAs : undefined, families, peer } = session;
  return { ...session, localAs, families: families.length > 0 ? families : [familyOf(peer)] };
}

/** `Mesh_10_1_5_11` to 10.1.5.11; IPv6 names have `_` for `:`. A `_port_<n>` suffix is cut off. */
function peerOf(name: string): string {
  const address = (calicoName.exec(name)?.[2] ?? name).replace(/_port_\d+$/, '');
  return /^\d+_\d+_\d+_\d+$/.test(address) ? address.replaceAll('_', '.') : address.replaceAll('_', ':');
}

/** `(65001,10) (65001, 10, 20)` as `65001:10` and `65001:10:20`. */
function communitiesIn(text: string): readonly string[] {
  return [...text.matchAll(/\(([\d, ]+)\)/g)].map(([, tuple = '']) => tuple.replaceAll(/, */g, ':')).toSorted();
}

/** The BGP routes of `show route all` (BIRD 2 and 3): one path an entry, told by the protocol in its head. */
export function parseBgpRoutes(machine: string, text: string): readonly ObservedPath[] {
  const paths: ObservedPath[] = [];
  let prefix = '';
  for (const entry of text.split(/\n(?=\S| {4,}\S)/)) {
    const [head = ''] = entry.split('\n');
    prefix = /^(\S+\/\d+)/.exec(head)?.[1] ?? prefix;
    const name = /\[((?:Node|Mesh|Global)_\S+)/.exec(head)?.[1];
    if (name === undefined) continue;
    const field = (key: string): string => new RegExp(`BGP\\.${key}: (.*)`).exec(entry)?.[1]?.trim() ?? '';
    const localPref = field('local_pref');
    paths.push({
      machine,
      prefix,
      from: peerOf(name),
      asPath: field('as_path').split(' ').filter(Boolean).map(Number),
      // A global IPv6 next hop may be followed by a link-local one.
      nextHop: field('next_hop').split(' ')[0] ?? '',
      localPref: localPref === '' ? undefined : Number(localPref),
      originatorId: field('originator_id') || undefined,
      clusterList: field('cluster_list').split(' ').filter(Boolean),
      communities: communitiesIn(`${field('community')}${field('large_community')}`),
      isUsed: / \* \(/.test(head),
    });
  }
  return paths;
}
