// Owns what happens to a route on its way over one session: sent or not, rewritten how, accepted or not.

import type { Announcement } from './best-path.ts';
import { type Arrow, type BgpRoute, type BgpSpeaker, contains, defaultLocalPref } from './bgp.ts';

/**
 * The UPDATE that a speaker sends for a route it selected, or undefined when it sends none. `from`: the direction by
 * which it was heard; undefined for the speaker's own prefix.
 */
export function advertise(
  speaker: BgpSpeaker,
  route: BgpRoute,
  from: Arrow | undefined,
  to: Arrow,
): BgpRoute | undefined {
  if (from !== undefined && isWayBack(from, to) && !to.from.echoes) return undefined;
  const isReflected = from?.type === 'iBGP' && to.type === 'iBGP';
  // RFC 4456 section 6: from a client to all, from the others to clients only.
  if (isReflected && !from.to.hasClient && !to.from.hasClient) return undefined;
  if (from !== undefined && isKept(route, to)) return undefined;
  const allowed = speaker.exportTo(route, from, to);
  if (allowed === undefined) return undefined;
  const nextHop = nextHopFor(speaker, allowed, from, to);
  const linkLocal = tellsLinkLocal(speaker, from, to, nextHop) ? to.from.linkLocal : undefined;
  if (to.type === 'eBGP') return sendExternal(speaker, { ...allowed, linkLocal }, nextHop, to);
  if (!isReflected) return { ...allowed, nextHop, linkLocal, originatorId: undefined, clusterList: [] };
  // RFC 4456 section 8.
  return {
    ...allowed,
    nextHop,
    linkLocal,
    originatorId: allowed.originatorId ?? from.from.routerId,
    clusterList: [...clusterIdsOf(speaker, from, to), ...allowed.clusterList],
  };
}

/**
 * FRR puts its link-local address beside the next hop for routes of its own and over eBGP, never into what it reflects
 * (bgpd, subgroup_announce_check); BIRD wherever the next hop is its own address on the link.
 */
function tellsLinkLocal(speaker: BgpSpeaker, from: Arrow | undefined, to: Arrow, nextHop: string): boolean {
  if (speaker.dialect === 'bird') return nextHop === to.from.address;
  return from === undefined || to.type === 'eBGP';
}

/**
 * What a reflector puts in front of CLUSTER_LIST. FRR has one cluster id; BIRD one a session with a client, so that a route which
 * goes from a client to a reflector of another session is marked with the client's cluster.
 */
function clusterIdsOf(speaker: BgpSpeaker, { to: heardAt }: Arrow, { from: saidAt }: Arrow): readonly string[] {
  if (speaker.dialect === 'frr') return [saidAt.clusterId];
  const ends = [saidAt, heardAt].filter(({ hasClient }) => hasClient);
  return [...new Set(ends.map(({ clusterId }) => clusterId))];
}

/** NO_ADVERTISE; NO_EXPORT and NO_EXPORT_SUBCONFED over eBGP (RFC 1997), which both implementations heed. */
function isKept({ communities }: BgpRoute, { type }: Arrow): boolean {
  const kept = type === 'eBGP' ? ['65535:65281', '65535:65282', '65535:65283'] : ['65535:65282'];
  return communities.some((community) => kept.includes(community));
}

function isWayBack(from: Arrow, to: Arrow): boolean {
  return from.from === to.to && from.to === to.from;
}

/** eBGP: own AS in front, what belongs inside the AS left out (RFC 4271 section 5.1). */
function sendExternal(speaker: BgpSpeaker, route: BgpRoute, nextHop: string, { from, to }: Arrow): BgpRoute {
  const path = from.asOverride
    ? route.asPath.map((asNumber) => (asNumber === to.asNumber ? from.asNumber : asNumber))
    : route.asPath;
  const inFront = speaker.dialect === 'bird' ? [] : [from.asNumber];
  return {
    prefix: route.prefix,
    asPath: [...inFront, ...path],
    nextHop,
    linkLocal: route.linkLocal,
    localPref: defaultLocalPref,
    originatorId: undefined,
    clusterList: [],
    communities: route.communities,
  };
}

/**
 * NEXT_HOP (RFC 4271 section 5.1.3). FRR: `next-hop-self` leaves reflected routes alone; over eBGP a next hop on the
 * session's own subnet stays (third party). BIRD: `next hop self` and `keep` hold for everything, and a multihop eBGP
 * session has no subnet, so the own address is set (calico.md B.8).
 */
function nextHopFor(
  speaker: BgpSpeaker,
  route: BgpRoute,
  from: Arrow | undefined,
  { from: own, to, type }: Arrow,
): string {
  if (from === undefined) return own.address;
  const isReflected = from.type === 'iBGP' && type === 'iBGP';
  if (own.nextHop === 'self' && !(speaker.dialect === 'frr' && isReflected)) return own.address;
  if (own.nextHop === 'keep' || type === 'iBGP') return route.nextHop;
  if (speaker.dialect === 'bird') return own.address;
  const shared = speaker.subnets.some(({ prefix }) => contains(prefix, route.nextHop) && contains(prefix, to.address));
  return shared ? route.nextHop : own.address;
}

/**
 * What else a speaker may say when it sends a route back over the session by which it heard it, beside `route`. FRR keeps a
 * third party's next hop while another neighbor of that subnet is in the same update group, the route's own sender not counted
 * (bgpd, bgp_subgrp_multiaccess_check_v4): so it depends on which session of a rack comes up first. Undefined: nothing else.
 */
export function otherEcho(speaker: BgpSpeaker, route: BgpRoute, from: Arrow, to: Arrow): BgpRoute | undefined {
  const own = to.from;
  const isOneWay = speaker.dialect !== 'frr' || to.type !== 'eBGP' || !isWayBack(from, to) || own.nextHop === 'keep';
  return isOneWay || route.nextHop === own.address ? undefined : { ...route, nextHop: own.address };
}

/** What is left of an announcement after the receiver's checks, or undefined when nothing is. */
export function receive(speaker: BgpSpeaker, announcement: Announcement, arrow: Arrow): Announcement | undefined {
  const routes: BgpRoute[] = [];
  for (const route of announcement.routes) {
    const accepted = isLoop(speaker, route, arrow) ? undefined : speaker.importFrom(route, arrow);
    if (accepted !== undefined) routes.push(accepted);
  }
  if (routes.length === 0) return undefined;
  return { routes, isCertain: announcement.isCertain && routes.length === announcement.routes.length };
}

/**
 * Own AS in the path (RFC 4271 9.1.2), own id as originator or own cluster (RFC 4456 section 8), itself as next hop: which
 * BIRD takes on multihop sessions, Calico's (B.3), because it resolves next hops of those only when it uses them.
 */
function isLoop(speaker: BgpSpeaker, route: BgpRoute, { to: own }: Arrow): boolean {
  const times = route.asPath.filter((asNumber) => asNumber === own.asNumber).length;
  if (times > own.allowLocalAs) return true;
  if (route.originatorId === own.routerId || route.clusterList.includes(own.clusterId)) return true;
  return speaker.dialect === 'frr' && route.nextHop === own.address;
}
