// Owns the list of all findings, in the order in which they are told.

import { bfdStatesSeen, bgpEnds, bgpSessions } from './find-bgp.ts';
import { announced, calicoVeths, clockDifferences, encrypted, fragmented, offloaded } from './find-more.ts';
import { copies, differentPings, seenAtSome, translations } from './find-paths.ts';
import { icmpErrors, unacknowledged } from './find-tcp.ts';
import { bareIp, calicoBpf, ciliumIdentities, directReturns, hairpins } from './find-tunnels.ts';
import type { Finding } from './finding.ts';
import type { Correlation } from './paths.ts';

/** Everything the packets show beside their paths. */
export function findingsOf(correlation: Correlation): readonly Finding[] {
  const errors = icmpErrors(correlation);
  const returns = directReturns(correlation);
  return [
    ...differentPings(correlation),
    ...translations(correlation),
    ...returns.findings,
    ...copies(correlation),
    ...hairpins(correlation),
    ...offloaded(correlation),
    ...fragmented(correlation),
    ...errors.findings,
    ...unacknowledged(correlation, errors.about),
    ...seenAtSome(correlation, new Set([...errors.about, ...returns.told])),
    ...encrypted(correlation),
    ...bgpSessions(correlation),
    ...bgpEnds(correlation),
    ...bfdStatesSeen(correlation),
    ...announced(correlation),
    ...calicoVeths(correlation),
    ...bareIp(correlation),
    ...calicoBpf(correlation),
    ...ciliumIdentities(correlation),
    ...clockDifferences(correlation),
  ];
}
