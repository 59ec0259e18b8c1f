// Owns what is special about one peer's routes: BGPFilters as functions, `next hop self` and `keep` (calico.md A.5, B.3, B.4).

import { type Family, mustParsePrefix } from '../base/address.ts';
import { generationOf } from '../calico/generations.ts';
import { filterFunctionName } from '../calico/names.ts';
import { type BGPFilter, type BGPFilterRule, objectsOf } from '../calico/objects.ts';
import type { CalicoPeer } from '../calico/peer.ts';
import type { Design, NodeDesign } from '../design/design.ts';
import { familySuffix } from './bird-filters.ts';

type Direction = 'import' | 'export';

const families: readonly Family[] = [4, 6];
const directions: readonly Direction[] = ['import', 'export'];

/** The functions of the BGPFilters that some peer of the node calls. */
export function bgpFilterLines(design: Design, node: NodeDesign): readonly string[] {
  const called = new Set([...node.peers.ipv4, ...node.peers.ipv6].flatMap(({ filters }) => filters ?? []));
  return objectsOf(design.objects, 'BGPFilter').flatMap((filter) =>
    families.flatMap((family) =>
      directions.flatMap((direction) => {
        const name = filterFunctionName(filter.metadata.name, direction, family);
        if (!called.has(name)) return [];
        return [`function '${name}'(bool same_as)`, '{', ...rulesOf(filter, direction, family).map(ruleLine), '}', ''];
      }),
    ),
  );
}

function rulesOf(filter: BGPFilter, direction: Direction, family: Family): readonly BGPFilterRule[] {
  const { importV4, importV6, exportV4, exportV6 } = filter.spec;
  const [v4, v6] = direction === 'import' ? [importV4, importV6] : [exportV4, exportV6];
  return (family === 4 ? v4 : v6) ?? [];
}

/** One rule: all its conditions together, then its action. */
function ruleLine(rule: BGPFilterRule): string {
  const conditions = [
    ...(rule.cidr === undefined ? [] : [netCondition(rule)]),
    ...(rule.source === 'RemotePeers' ? ['(source = RTS_BGP)'] : []),
    ...(rule.interface === undefined ? [] : [`(ifname ~ "${rule.interface}")`]),
    ...(rule.peerType === undefined ? [] : [rule.peerType === 'iBGP' ? 'same_as' : '!same_as']),
  ];
  const action = `${rule.action.toLowerCase()};`;
  return conditions.length === 0 ? `  ${action}` : `  if ${conditions.join(' && ')} then ${action}`;
}

function netCondition({ cidr = '', matchOperator = 'Equal', prefixLength }: BGPFilterRule): string {
  const { length, family } = mustParsePrefix(cidr);
  const { min = length, max = family === 4 ? 32 : 128 } = prefixLength ?? {};
  const inside = prefixLength === undefined ? `net ~ ${cidr}` : `net ~ [ ${cidr}{${min},${max}} ]`;
  if (matchOperator === 'Equal') return `(net = ${cidr})`;
  if (matchOperator === 'NotEqual') return `(net != ${cidr})`;
  return matchOperator === 'In' ? `(${inside})` : `!(${inside})`;
}

/** Channel settings of one peer that differ from the template's: filters' functions run before Calico's own. */
export function peerChannelLines(
  design: Design,
  node: NodeDesign,
  peer: CalicoPeer,
  family: Family,
): readonly string[] {
  const imports = calls(node, peer, 'import');
  const exports = calls(node, peer, 'export');
  const preference = generationOf(design.version).importPreference
    ? ' if bgp_local_pref > 2147482623 then preference = 200;'
    : '';
  const lines = [
    ...(peer.nextHop === undefined ? [] : [`next hop ${peer.nextHop};`]),
    ...(imports === '' ? [] : [`import filter {${imports}${preference} accept; };`]),
    ...(exports === '' ? [] : [`export filter {${exports} calico_export_to_bgp_peers${familySuffix(family)}(); };`]),
  ];
  return lines.length === 0 ? [] : [`  ipv${family} {`, ...lines.map((line) => `    ${line}`), '  };'];
}

/** Calico's peers name the functions, import's and export's in one list (calico.md B.4). */
function calls(node: NodeDesign, peer: CalicoPeer, direction: Direction): string {
  const isInternal = peer.as === (peer.localAs ?? node.peers.localAs);
  return (peer.filters ?? [])
    .filter((name) => name.includes(`_${direction}FilterV`))
    .map((name) => ` '${name}'(${isInternal});`)
    .join('');
}
