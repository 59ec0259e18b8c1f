// Owns BIRD's words: `show protocols` and `show protocols all` of BIRD 1.6, 2 and 3, as sessions.

import type { ObservedSession } from '../plan/observed.ts';

/** The name of a BGP protocol as Calico gives it (calico.md B.3, F.1). */
const calicoName = /^(Mesh|Global|Node)_(.+)$/;

/**
 * Reads `birdc show protocols` (or `… all`): the BGP sessions named as Calico names them. AS numbers are known from
 * `… all` only.
 */
export function parseProtocols(machine: string, text: string): readonly ObservedSession[] {
  const sessions: ObservedSession[] = [];
  for (const line of text.split('\n')) {
    const row = /^(\S+)\s+BGP\s+(\S+)\s+(\S+)\s+(\d[\d:.-]*(?:\s\d[\d:.]*)?)\s*(.*?)\s*$/.exec(line);
    if (row !== null) {
      const [, name = '', , state = '', since = '', info = ''] = row;
      if (!calicoName.test(name)) continue;
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
      });
      continue;
    }
    const last = sessions.at(-1);
    const detail = /^\s+(Neighbor AS|Local AS|Neighbor address):\s+(\S+)/.exec(line);
    if (last === undefined || detail === null) continue;
    const [, key, value = ''] = detail;
    if (key === 'Neighbor AS') sessions[sessions.length - 1] = { ...last, remoteAs: Number(value) };
    if (key === 'Local AS') sessions[sessions.length - 1] = { ...last, localAs: Number(value) };
    if (key === 'Neighbor address') sessions[sessions.length - 1] = { ...last, peer: value };
  }
  return sessions;
}

/** `Mesh_10_1_5_11` to 10.1.5.11; IPv6 names have `_` for `:`. A `_port_<n>` suffix is cut off. */
function peerOf(name: string): string {
  const address = (calicoName.exec(name)?.[2] ?? name).replace(/_port_\d+$/, '');
  return /^\d+_\d+_\d+_\d+$/.test(address) ? address.replaceAll('_', '.') : address.replaceAll('_', ':');
}
