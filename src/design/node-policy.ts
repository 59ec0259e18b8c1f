// Owns a Calico node's BGP policy (calico.md B.4): what it exports and imports, and with which LOCAL_PREF.

import { familyOf, inFamily } from '../base/address.ts';
import { exportsTo, originLocalPref } from '../calico/export-rules.ts';
import { generationOf } from '../calico/generations.ts';
import { filterFunctionName } from '../calico/names.ts';
import { type BGPFilter, objectsOf } from '../calico/objects.ts';
import { type Arrow, type BgpRoute, type BgpSpeaker, contains } from './bgp.ts';
import { filterVerdict } from './bgp-filter.ts';
import type { Design, NodeDesign } from './design.ts';
import { announcedBy } from './services.ts';

/** What the policy of all nodes is made from. */
export type PolicyParts = Pick<Design, 'version' | 'pools' | 'objects' | 'services'>;

/**
 * Export: BGPFilters first; then the node's own blocks, never what lies inside them; then anything else inside a pool,
 * borrowed addresses and other nodes' blocks alike; all that lies in the service ranges it announces; nothing else outside the pools. Pools with disableBGPExport are kept back.
 * Import: everything that no BGPFilter rejects.
 */
export function nodePolicy(parts: PolicyParts, node: NodeDesign): Pick<BgpSpeaker, 'exportTo' | 'importFrom'> {
  const generation = generationOf(parts.version);
  const exporting = { blocks: node.blocks.map(({ cidr }) => cidr), pools: parts.pools, generation };
  // No route here leaves by a device of Felix's, so the neighbor's AS makes no difference.
  const services = announcedBy(parts, node);
  const decided = new Map<string, boolean>();
  const isExported = (prefix: string): boolean => {
    let answer = decided.get(prefix);
    if (answer === undefined) {
      answer = exportsTo({ prefix, service: services.some((own) => contains(own, prefix)) }, exporting, {
        sameAs: true,
      });
      decided.set(prefix, answer);
    }
    return answer;
  };
  const filtersOf = filterFinder(parts);
  return {
    exportTo(route, from, to) {
      const isLearned = from !== undefined;
      const verdict = filterVerdict(filtersOf(to, 'export'), 'export', subject(route, isLearned, node, to));
      if (verdict === 'Reject' || (verdict === undefined && !isExported(route.prefix))) return undefined;
      return isLearned ? route : { ...route, localPref: originLocalPref(generation) };
    },
    importFrom(route, arrow) {
      const verdict = filterVerdict(filtersOf(arrow, 'import'), 'import', subject(route, true, node, arrow));
      return verdict === 'Reject' ? undefined : route;
    },
  };
}

function subject(route: BgpRoute, isLearned: boolean, node: NodeDesign, { type }: Arrow) {
  return {
    route,
    isLearned,
    dev: isLearned ? inFamily(node.addresses, familyOf(route.prefix))?.uplink : undefined,
    peerType: type,
  };
}

type Direction = 'import' | 'export';

/** A peer names the functions that bird.cfg makes of BGPFilters, import's and export's in one list (calico.md B.4). */
function filterFinder({ objects }: PolicyParts): (arrow: Arrow, direction: Direction) => readonly BGPFilter[] {
  const all = objectsOf(objects, 'BGPFilter');
  const functions = new Map(
    (['import', 'export'] as const).flatMap((direction) =>
      ([4, 6] as const).flatMap((family) =>
        all.map((filter) => {
          const name = filterFunctionName(filter.metadata.name, direction, family);
          return [`${direction} ${family} ${name}`, filter] as const;
        }),
      ),
    ),
  );
  return ({ from, to, family }, direction) => {
    const { filters } = direction === 'export' ? from : to;
    return filters.flatMap((name) => functions.get(`${direction} ${family} ${name}`) ?? []);
  };
}
