// Owns Calico's filters in BIRD 2's words: what a node tells its peers and what BIRD writes into the kernel (calico.md B.4, B.5).

import { type Family, mustParsePrefix } from '../base/address.ts';
import type { AdvertisedPrefix } from '../calico/communities.ts';
import { poolMode, routeOwner } from '../calico/encapsulation.ts';
import { preferenceSum } from '../calico/export-rules.ts';
import type { Generation } from '../calico/generations.ts';
import type { CalicoObject, IPPool } from '../calico/objects.ts';

/** What the filters of one address family of one node follow from. */
export interface FilterFacts {
  readonly family: Family;
  readonly generation: Generation;
  /** The node's own blocks of this family. */
  readonly blocks: readonly string[];
  readonly objects: readonly CalicoObject[];
  readonly pools: readonly IPPool[];
  /** Service ranges and addresses that the node announces (calico.md A.3, B.2). */
  readonly announced: readonly string[];
  /** All that is configured: none of it enters the kernel (B.5). */
  readonly serviceRanges: readonly string[];
  readonly advertised: readonly AdvertisedPrefix[];
  /** The node's own subnet: what is inside is not tunneled with CrossSubnet. */
  readonly subnet: string;
  /** BIRD's patterns of the devices that Felix's routes leave by. Then all sessions are iBGP (checked in the design). */
  readonly felixDevices: readonly string[];
}

/** The metric of a normal route in 3.32 and later (calico.md A.7). */
const normalMetric = 1024;

/** Its LOCAL_PREF: a route above it goes before what is on the node already (calico.md B.4). */
export const normalPreference = preferenceSum - normalMetric;

/** `4` is the family Calico names without a suffix. */
export function familySuffix(family: Family): string {
  return family === 4 ? '' : '6';
}

/** The three functions and filters of one family. */
export function filterLines(facts: FilterFacts): readonly string[] {
  return [...aggregationLines(facts), ...exportLines(facts), ...kernelLines(facts)];
}

/** Blocks are announced, what lies inside them is not (calico.md B.4 calico_aggr). */
function aggregationLines({ family, generation, blocks }: FilterFacts): readonly string[] {
  const unaggregated = generation.liveMigrationEscape ? `if krt_metric < ${normalMetric} then accept; ` : '';
  const lines = blocks
    .filter(isRealBlock)
    .flatMap((block) => [`  if net = ${block} then accept;`, `  if net ~ ${block} then { ${unaggregated}reject; }`]);
  return [`function calico_aggr${familySuffix(family)}()`, '{', ...lines, '}', ''];
}

/** A block of one address is no aggregate (calico.md B.2). */
export function isRealBlock(block: string): boolean {
  const { family, length } = mustParsePrefix(block);
  return length < (family === 4 ? 32 : 128);
}

function exportLines(facts: FilterFacts): readonly string[] {
  const { family, generation, pools, announced, felixDevices } = facts;
  const hidden = pools.filter(({ spec }) => spec.disableBGPExport === true);
  const exported = pools.filter(({ spec }) => spec.disableBGPExport !== true);
  return [
    `function calico_export_to_bgp_peers${familySuffix(family)}()`,
    '{',
    // Each node tells its own blocks; those that Felix knows behind the tunnel are kept from peers of the same AS (B.4).
    ...(generation.deviceRouteExportRule ? felixDevices.map((device) => `  if ifname ~ "${device}" then reject;`) : []),
    ...hidden.map(({ spec }) => `  if net ~ ${spec.cidr} then reject;`),
    ...communityLines(facts),
    `  calico_aggr${familySuffix(family)}();`,
    ...announced.map((prefix) => `  if net ~ ${prefix} then accept;`),
    ...exported.map(({ spec }) => `  if net ~ ${spec.cidr} then accept;`),
    '  reject;',
    '}',
    '',
  ];
}

/**
 * From 3.32 every export filter begins with LOCAL_PREF and metric made from one another, so that BGPFilters see and set
 * the one and aggregation the other (calico.md B.4). Empty before.
 */
export function priorityLines({ metricFromLocalPref }: Generation): readonly string[] {
  if (!metricFromLocalPref) return [];
  return [
    'function calico_priority()',
    '{',
    `  if source = RTS_BGP then krt_metric = ${preferenceSum} - bgp_local_pref;`,
    '  else {',
    `    if !defined(krt_metric) then krt_metric = ${normalMetric};`,
    `    bgp_local_pref = ${preferenceSum} - krt_metric;`,
    '  }',
    '}',
    '',
  ];
}

/** The statements of an export filter; `calls`: what is called before Calico's own function decides. */
export function exportFilter(family: Family, { metricFromLocalPref }: Generation, calls: readonly string[]): string {
  const first = metricFromLocalPref ? ['calico_priority()'] : [];
  const all = [...first, ...calls, `calico_export_to_bgp_peers${familySuffix(family)}()`];
  return `export filter { ${all.map((call) => `${call};`).join(' ')} };`;
}

/** What prefixAdvertisements add to announced routes (calico.md B.4). */
function communityLines({ advertised, family }: FilterFacts): readonly string[] {
  return advertised
    .filter(({ cidr }) => mustParsePrefix(cidr).family === family)
    .map(({ cidr, communities }) => `  if net ~ ${cidr} then { ${communities.map(communityAction).join(' ')} }`);
}

/** BIRD's statement that adds a community. */
export function communityAction(value: string): string {
  return `${communityList(value)}.add(${communityTuple(value)});`;
}

/** The attribute that a community is in. */
export function communityList(value: string): string {
  return value.split(':').length === 3 ? 'bgp_large_community' : 'bgp_community';
}

/** `65001:10` in BIRD's words. */
export function communityTuple(value: string): string {
  return `(${value.split(':').join(', ')})`;
}

/**
 * What BIRD writes into the kernel. BIRD 2 would also write direct routes, which Calico's BIRD 1.6 never does
 * (calico.md B.7); metrics are set by releases that do so, from LOCAL_PREF; what lies in a pool whose routes are Felix's is left to Felix (B.5).
 */
function kernelLines({ family, generation, pools, serviceRanges, subnet }: FilterFacts): readonly string[] {
  const metric = [
    '  if source = RTS_BGP && !defined(krt_metric) then {',
    `    krt_metric = ${normalMetric};`,
    `    if defined(bgp_local_pref) then krt_metric = ${preferenceSum} - bgp_local_pref;`,
    '  }',
  ];
  return [
    `filter calico_kernel_programming${familySuffix(family)}`,
    '{',
    '  if source = RTS_DEVICE then reject;',
    ...serviceRanges.map((range) => `  if net ~ ${range} then reject;`),
    ...(generation.metricFromLocalPref ? metric : []),
    ...pools
      .filter((pool) => routeOwner(pool, generation) === 'felix')
      .map(({ spec }) => `  if net ~ ${spec.cidr} then reject;`),
    ...pools
      .filter((pool) => poolMode(pool).tunnel === 'ipip' && routeOwner(pool, generation) === 'bird')
      .map((pool) => tunnelLine(pool, subnet)),
    ...(family === 6 ? [`  if !defined(krt_metric) then krt_metric = ${normalMetric};`] : []),
    '  accept;',
    '}',
    '',
  ];
}

/** What `krt_tunnel` does in Calico's fork of BIRD 1.6; BIRD 2 takes these three in this order only (calico.md B.6, B.7). */
function tunnelLine(pool: IPPool, subnet: string): string {
  const elsewhere = poolMode(pool).crossSubnet ? ` && bgp_next_hop !~ ${subnet}` : '';
  const when = `net ~ ${pool.spec.cidr} && source = RTS_BGP && dest != RTD_UNREACHABLE${elsewhere}`;
  return `  if ${when} then { ifname = "tunl0"; onlink = true; gw = bgp_next_hop; }`;
}
