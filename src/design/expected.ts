// Owns what must be true of a lab once BGP has converged: sessions, kernel routes, BGP paths.

import { type Candidate, choiceOf, type Selection } from './best-path.ts';
import type { BgpEnd, BgpSession, BgpSpeaker } from './bgp.ts';
import type { Expected, ExpectedPath, ExpectedRoute, ExpectedSession, SessionEnd } from './convergence.ts';
import { hasDerivedRoutes } from './derived-routes.ts';
import type { Design } from './design.ts';
import { machineRoutes, nodeRoutes, podRoutes, routerRoutes, type Selections } from './kernel-routes.ts';
import { propagate } from './propagation.ts';
import { sessionsOf, speakersOf } from './speakers.ts';

/** Everything that expectations follow from: of a design, what is not itself an expectation. */
export type DesignParts = Pick<
  Design,
  'version' | 'nodes' | 'routers' | 'pods' | 'hosts' | 'pools' | 'objects' | 'services'
>;

/**
 * Computes what `up` waits for and `verify` compares with: what the protocols themselves make of the configuration
 * (RFC 4271, RFC 4456, calico.md B and C), not what the lab's author hopes. Deterministic: same parts, same bytes.
 * Throws LAB_INVALID when BGP would never settle.
 */
export function expectedOf(parts: DesignParts): Expected {
  const speakers = speakersOf(parts);
  const sessions = sessionsOf(parts);
  const tables = propagate(speakers, sessions);
  const selectionsOf = (name: string): Selections => tables.get(name) ?? new Map();
  const speakerOf = new Map(speakers.map((speaker) => [speaker.name, speaker]));
  const routersRoutes = parts.routers.flatMap((router) => {
    const speaker = speakerOf.get(router.name);
    return speaker === undefined ? [] : routerRoutes(router, speaker, selectionsOf(router.name));
  });
  const nodesRoutes = parts.nodes.flatMap((node) => {
    const speaker = speakerOf.get(node.name);
    return speaker === undefined ? [] : nodeRoutes(parts, node, speaker, selectionsOf(node.name));
  });
  const own = [...parts.pods.flatMap(podRoutes), ...parts.hosts.flatMap(machineRoutes)];
  const routes = [...routersRoutes, ...nodesRoutes, ...own];
  if (!hasDerivedRoutes(parts))
    return { sessions: sessions.map(expectedSession), routes: routes.filter(isLocal), paths: [] };
  return {
    sessions: sessions.map(expectedSession),
    routes,
    paths: speakers.flatMap((speaker) => pathsOf(speaker, selectionsOf(speaker.name))),
  };
}

/** A route that no neighbor's policy can take away: nobody told it. */
function isLocal({ protocol, type }: ExpectedRoute): boolean {
  return type === 'blackhole' || (protocol !== 'bgp' && protocol !== 'bird');
}

function expectedSession({ a, b, type, family }: BgpSession): ExpectedSession {
  return { a: sessionEnd(a), b: sessionEnd(b), type, family };
}

function sessionEnd({ machine, address, asNumber }: BgpEnd): SessionEnd {
  return { machine, address, asNumber };
}

/** A speaker's BGP table in the order of its prefixes. A node's own blocks are static routes in BIRD, not paths. */
function pathsOf(speaker: BgpSpeaker, learned: Selections): readonly ExpectedPath[] {
  return [...learned].flatMap(([prefix, selection]) => {
    const isAnnounced = speaker.dialect === 'frr' && selection.isLocal;
    return [...(isAnnounced ? [localPath(speaker, prefix)] : []), ...heardPaths(speaker, selection)];
  });
}

function localPath(speaker: BgpSpeaker, prefix: string): ExpectedPath {
  return {
    machine: speaker.name,
    prefix,
    from: undefined,
    asPath: [],
    nextHop: prefix.includes(':') ? '::' : '0.0.0.0',
    localPref: undefined,
    originatorId: undefined,
    clusterList: [],
    communities: [],
    presence: 'certain',
    used: true,
  };
}

function heardPaths(speaker: BgpSpeaker, selection: Selection): readonly ExpectedPath[] {
  // FRR marks every ECMP member; BIRD only the one it would advertise, though its kernel protocol merges all of them.
  const marked = speaker.dialect === 'bird' ? selection.advertised : selection.used;
  const isWon = isDecided(speaker, marked);
  const used = new Set(marked);
  return selection.candidates.map((candidate) => ({
    machine: speaker.name,
    prefix: candidate.route.prefix,
    from: candidate.arrow.from.address,
    asPath: candidate.route.asPath,
    nextHop: candidate.route.nextHop,
    localPref: shownLocalPref(speaker, candidate),
    originatorId: candidate.route.originatorId,
    clusterList: candidate.route.clusterList,
    communities: candidate.route.communities.toSorted(),
    presence: candidate.presence,
    used: used.has(candidate) ? isWon || undefined : false,
  }));
}

/** All that may be used is used, and at once. Of two neighbors with the same next hop only one counts. */
function isDecided(speaker: BgpSpeaker, used: readonly Candidate[]): boolean {
  if (used.length === 1) return used[0]?.isSettled === true;
  const neighbors = new Set(used.map(({ arrow }) => arrow));
  const nextHops = new Set(used.map(({ route }) => route.nextHop));
  const isDistinct = neighbors.size === 1 || nextHops.size === used.length;
  return isDistinct && used.every(({ isSettled }) => isSettled) && choiceOf(speaker, used) === 'all';
}

/** FRR shows the LOCAL_PREF that an UPDATE carried, and eBGP carries none; BIRD writes its default into the route. */
function shownLocalPref(speaker: BgpSpeaker, { route, arrow }: Candidate): number | undefined {
  return speaker.dialect === 'frr' && arrow.type === 'eBGP' ? undefined : route.localPref;
}
