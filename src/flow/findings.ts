// Owns the list of all findings, in the order in which they are told.

import { announced, bgpEnds, calicoVeths, clockDifferences, encrypted, fragmented, offloaded } from './find-more.ts';
import { copies, differentPings, seenAtSome, translations } from './find-paths.ts';
import { icmpErrors, unacknowledged } from './find-tcp.ts';
import type { Finding } from './finding.ts';
import type { Correlation } from './paths.ts';

/** Everything the packets show beside their paths. */
export function findingsOf(correlation: Correlation): readonly Finding[] {
  const errors = icmpErrors(correlation);
  return [
    ...differentPings(correlation),
    ...translations(correlation),
    ...copies(correlation),
    ...offloaded(correlation),
    ...fragmented(correlation),
    ...errors.findings,
    ...unacknowledged(correlation, errors.about),
    ...seenAtSome(correlation, errors.about),
    ...encrypted(correlation),
    ...bgpEnds(correlation),
    ...announced(correlation),
    ...calicoVeths(correlation),
    ...clockDifferences(correlation),
  ];
}
