// Owns what is special about one peer's routes: BGPFilters as functions, `next hop self` and `keep` (calico.md A.5, B.3, B.4).

import { type Family, mustParsePrefix } from '../base/address.ts';
import { asNumber } from '../calico/as-number.ts';
import { preferenceSum } from '../calico/export-rules.ts';
import { generationOf } from '../calico/generations.ts';
import { filterFunctionName } from '../calico/names.ts';
import { type BGPFilter, type BGPFilterOperation, type BGPFilterRule, objectsOf } from '../calico/objects.ts';
import type { CalicoPeer } from '../calico/peer.ts';
import type { Design, NodeDesign } from '../design/design.ts';
import { communityAction, communityList, communityTuple, exportFilter, normalPreference } from './bird-filters.ts';

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

/** One rule: all its conditions together, then its operations and its action. */
function ruleLine(rule: BGPFilterRule): string {
  const { cidr, source, interface: device, peerType, communities, asPathPrefix = [], priority } = rule;
  const conditions = [
    ...(cidr === undefined ? [] : [netCondition(rule)]),
    ...(source === 'RemotePeers' ? ['(source = RTS_BGP)'] : []),
    ...(device === undefined ? [] : [`(ifname ~ "${device}")`]),
    ...(peerType === undefined ? [] : [peerType === 'iBGP' ? 'same_as' : '!same_as']),
    ...(communities?.values ?? []).map((value) => `(${communityTuple(value)} ~ ${communityList(value)})`),
    ...(asPathPrefix.length === 0 ? [] : [`(bgp_path ~ [= ${asPathPrefix.map(asNumber).join(' ')} * =])`]),
    ...(priority === undefined ? [] : [`(bgp_local_pref = ${preferenceSum - priority})`]),
  ];
  const actions = [...(rule.operations ?? []).flatMap(operationLines), `${rule.action.toLowerCase()};`].join(' ');
  return conditions.length === 0 ? `  ${actions}` : `  if ${conditions.join(' && ')} then { ${actions} }`;
}

/** BIRD prepends one AS number at a time, so the last one comes first. */
function operationLines({ addCommunity, prependASPath, setPriority }: BGPFilterOperation): readonly string[] {
  if (addCommunity !== undefined) return [communityAction(addCommunity.value)];
  if (setPriority !== undefined) return [`bgp_local_pref = ${preferenceSum - setPriority.value};`];
  return (prependASPath?.prefix ?? []).toReversed().map((as) => `bgp_path.prepend(${asNumber(as)});`);
}

function netCondition({ cidr = '', matchOperator = 'Equal', prefixLength }: BGPFilterRule): string {
  const { length, family } = mustParsePrefix(cidr);
  const { min = length, max = family === 4 ? 32 : 128 } = prefixLength ?? {};
  // Below the prefix's own length BIRD would match shorter prefixes as well.
  const inside = prefixLength === undefined ? `net ~ ${cidr}` : `net ~ [ ${cidr}{${Math.max(min, length)},${max}} ]`;
  if (matchOperator === 'Equal') return `(net = ${cidr})`;
  if (matchOperator === 'NotEqual') return `(net != ${cidr})`;
  return matchOperator === 'In' ? `(${inside})` : `!(${inside})`;
}

/**
 * Settings of one peer that differ from the template's: filters' functions run before Calico's own. Calico's BIRD 1.6 puts
 * the node's AS in front of the path before an eBGP peer's export filter runs, BIRD 2 afterwards: where a rule reads or
 * writes the path, BIRD 2 is kept from it (`rs client`), and the filter begins with it.
 */
export function peerPolicyLines(design: Design, node: NodeDesign, peer: CalicoPeer, family: Family): readonly string[] {
  const generation = generationOf(design.version);
  const imports = calls(node, peer, 'import');
  const exports = calls(node, peer, 'export');
  const localAs = peer.localAs ?? node.peers.localAs;
  const ownAs = peer.as !== localAs && readsPath(design, peer, family) ? [`bgp_path.prepend(${localAs})`] : [];
  const preference = generation.importPreference
    ? [`if bgp_local_pref > ${normalPreference} then preference = 200`]
    : [];
  const importing = [...imports, ...preference, 'accept'].map((statement) => `${statement};`).join(' ');
  const nextHop = peer.nextHop ?? (ownAs.length === 0 ? undefined : 'keep off');
  const lines = [
    ...(nextHop === undefined ? [] : [`next hop ${nextHop};`]),
    ...(imports.length === 0 ? [] : [`import filter { ${importing} };`]),
    ...(exports.length === 0 ? [] : [exportFilter(family, generation, [...ownAs, ...exports])]),
  ];
  return [
    ...(ownAs.length === 0 ? [] : ['  rs client;']),
    ...(lines.length === 0 ? [] : [`  ipv${family} {`, ...lines.map((line) => `    ${line}`), '  };']),
  ];
}

function readsPath({ objects }: Design, { filters = [] }: CalicoPeer, family: Family): boolean {
  const called = objectsOf(objects, 'BGPFilter').filter(({ metadata }) =>
    filters.includes(filterFunctionName(metadata.name, 'export', family)),
  );
  return called
    .flatMap((filter) => rulesOf(filter, 'export', family))
    .some(
      ({ asPathPrefix, operations = [] }) =>
        asPathPrefix !== undefined || operations.some(({ prependASPath }) => prependASPath !== undefined),
    );
}

/** Calico's peers name the functions, import's and export's in one list (calico.md B.4). */
function calls(node: NodeDesign, peer: CalicoPeer, direction: Direction): readonly string[] {
  const isInternal = peer.as === (peer.localAs ?? node.peers.localAs);
  return (peer.filters ?? [])
    .filter((name) => name.includes(`_${direction}FilterV`))
    .map((name) => `'${name}'(${isInternal})`);
}
