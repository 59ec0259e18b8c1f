// Owns fragments: a later one has no ports and no identifier of its own, and is given those of the first of its datagram.

import type { Correlator } from './correlator.ts';
import { Fingerprint } from './fingerprint.ts';
import type { Flow } from './flow.ts';
import { mark } from './sightings.ts';

/** Numbers of protocols as `Flow` names them in fragments that have no header above IP's. */
const protocols: Readonly<Record<string, number>> = { icmp: 1, tcp: 6, udp: 17, icmpv6: 58 };

/**
 * Gives every later fragment the flow and the sequence number of its first fragment, whichever point saw that and whenever: they
 * have addresses, protocol and identification in common (RFC 791 section 3.2, RFC 8200 section 4.5). In IPv6 its identity, too: on
 * the way the identification changes, what is in the first fragment does not. To be called once, when all packets are in.
 */
export function joinFragments(correlator: Correlator): void {
  const { sightings } = correlator;
  const firsts = new Map<string, number>();
  const fragments = mark.moreFragments | mark.laterFragment;
  for (let row = 0; row < sightings.count; row++) {
    if ((sightings.marks[row]! & fragments) !== mark.moreFragments) continue;
    const key = keyOf(correlator.flowAt(row), sightings.ipId[row]!);
    if (!firsts.has(key)) firsts.set(key, row);
  }
  const print = new Fingerprint();
  for (let row = 0; row < sightings.count; row++) {
    if ((sightings.marks[row]! & mark.laterFragment) === 0) continue;
    const first = firsts.get(keyOf(correlator.flowAt(row), sightings.ipId[row]!));
    if (first === undefined) {
      sightings.sequence[row] = 0;
      continue;
    }
    if (correlator.flowAt(row).source.includes(':')) {
      print.begin(sightings.keyLow[first]!, sightings.keyHigh[first]!);
      print.add(sightings.sequence[row]!);
      sightings.keyLow[row] = print.low;
      sightings.keyHigh[row] = print.high;
    }
    sightings.flow[row] = sightings.flow[first]!;
    sightings.sequence[row] = sightings.sequence[first]!;
  }
}

/** IPv6 has its protocol in the fragment header, which a later fragment's flow does not tell. */
function keyOf({ protocol, source, destination }: Flow, id: number): string {
  const number = source.includes(':') ? '' : (protocols[protocol] ?? protocol.replace('ip proto ', ''));
  return `${source} ${destination} ${number} ${id}`;
}
