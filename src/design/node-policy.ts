// Owns a Calico node's BGP policy (calico.md B.4): what it exports and imports, and with which LOCAL_PREF.

import { familyOf, inFamily, networkOf, widthOf } from '../base/address.ts';
import { advertisedPrefixes } from '../calico/communities.ts';
import { exportsTo, originLocalPref } from '../calico/export-rules.ts';
import { generationOf } from '../calico/generations.ts';
import { filterFunctionName } from '../calico/names.ts';
import { type BGPFilter, objectsOf } from '../calico/objects.ts';
import { type Arrow, type BgpRoute, type BgpSpeaker, contains } from './bgp.ts';
import { type FilterSubject, filterVerdict } from './bgp-filter.ts';
import type { Design, NodeDesign, PodDesign } from './design.ts';
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
  const advertised = advertisedPrefixes(parts.objects, node.name);
  const withCommunities = (route: BgpRoute): BgpRoute => {
    const added = advertised
      .filter(({ cidr }) => contains(cidr, route.prefix))
      .flatMap(({ communities }) => communities);
    return added.length === 0 ? route : { ...route, communities: [...new Set([...route.communities, ...added])] };
  };
  return {
    exportTo(route, from, to) {
      const isLearned = from !== undefined;
      const offered: BgpRoute = {
        ...route,
        asPath: to.type === 'eBGP' ? [to.from.asNumber, ...route.asPath] : route.asPath,
        localPref: isLearned ? route.localPref : originLocalPref(generation),
      };
      const verdict = filterVerdict(filtersOf(to, 'export'), 'export', subject(offered, isLearned, node, to));
      if (verdict !== undefined) return verdict.action === 'Accept' ? verdict.route : undefined;
      return isExported(route.prefix) ? withCommunities(offered) : undefined;
    },
    importFrom(route, arrow) {
      const verdict = filterVerdict(filtersOf(arrow, 'import'), 'import', subject(route, true, node, arrow));
      if (verdict === undefined) return route;
      return verdict.action === 'Accept' ? verdict.route : undefined;
    },
  };
}

function subject(route: BgpRoute, isLearned: boolean, node: NodeDesign, { type }: Arrow): FilterSubject {
  return {
    route,
    isLearned,
    dev: isLearned ? inFamily(node.addresses, familyOf(route.prefix))?.uplink : deviceOf(node, route.prefix),
    peerType: type,
  };
}

/** Of a connected subnet or a pod; blocks are blackholes. */
function deviceOf({ interfaces, pods }: NodeDesign, prefix: string): string | undefined {
  const isPod = ({ addresses }: PodDesign) => addresses.some(({ address }) => contains(prefix, address));
  return prefix.endsWith(`/${widthOf(familyOf(prefix))}`)
    ? pods.find(isPod)?.interface
    : interfaces.find(({ addresses }) => addresses.some((own) => networkOf(own) === prefix))?.name;
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
