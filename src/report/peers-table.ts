// Owns how a node's BGP sessions look as a table: what each is called, whom it is with, and what is special about it.

import type { NodeDesign } from '../design/design.ts';
import { textTable } from './text-table.ts';

type NodePeers = NodeDesign['peers'];
type CalicoPeer = NodePeers['ipv4'][number];

/** A line about the node, then a row a session in the order of bird.cfg and bird6.cfg. */
export function peersTable({ node, routerId, localAs, ipv4, ipv6 }: NodePeers): string {
  const head = `${node}: AS ${localAs}, router id ${routerId === '' ? 'none' : routerId}\n`;
  const rows = [...ipv4, ...ipv6].map((peer) => rowOf(peer, localAs));
  if (rows.length === 0) return `${head}no BGP session\n`;
  return head + textTable(['NAME', 'PEER', 'AS', 'TYPE', 'SOURCE', 'SETTINGS'], rows);
}

function rowOf(peer: CalicoPeer, nodeAs: number): readonly string[] {
  const { name, address, port, as, localAs = nodeAs, sourceAddress = '-', ...settings } = peer;
  const where = port === undefined ? address : address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
  return [
    name,
    where,
    String(as),
    as === localAs ? 'iBGP' : 'eBGP',
    sourceAddress,
    settingsOf(settings, localAs, nodeAs),
  ];
}

/** What differs from an ordinary session of Calico's, which is multihop without TTL security. */
function settingsOf(
  settings: Omit<CalicoPeer, 'name' | 'address' | 'port' | 'as' | 'localAs' | 'sourceAddress'>,
  localAs: number,
  nodeAs: number,
): string {
  const { ttlSecurity, multihop, filters = [], ...rest } = settings;
  const words = Object.entries(rest).map(([key, value]) => (value === true ? key : `${key}=${value}`));
  if (localAs !== nodeAs) words.unshift(`localAs=${localAs}`);
  if (ttlSecurity) words.push(`ttlSecurity=${multihop}`);
  else if (multihop === false) words.push('direct');
  return [...words, ...filters].join(' ');
}
