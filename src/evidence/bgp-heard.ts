// Owns what captures at BGP speakers tell of their sessions: every message sent or received, and connections that ended.

import { addressBookOf } from '../design/address-book.ts';
import type { Design } from '../design/design.ts';
import { Correlator } from '../flow/correlator.ts';
import { mark } from '../flow/sightings.ts';
import type { BgpMessage } from '../packet/bgp-message.ts';
import { bgpPort } from '../packet/bgp-stream.ts';
import { type Pieces, readFrames } from '../packet/capture-parser.ts';

/** What was said on a session. An update without any prefix is End-of-RIB (RFC 4724). */
export type BgpWord =
  | { readonly kind: 'open' | 'keepalive' | 'route-refresh' | 'malformed' }
  | { readonly kind: 'update'; readonly announced: readonly string[]; readonly withdrawn: readonly string[] }
  | { readonly kind: 'notification'; readonly code: number; readonly subcode: number }
  /** The connection's end: FIN or RST. */
  | { readonly kind: 'closed' };

/** Something said on a session, as one of its two speakers saw it leave or come. */
export interface BgpEvent {
  /** Milliseconds since 1970. */
  readonly time: number;
  readonly machine: string;
  /** The other speaker; its address where no machine of the lab has it. */
  readonly peer: string;
  readonly direction: 'in' | 'out';
  readonly word: BgpWord;
}

/** The pcap filter for the sessions of a lab: BGP's port, and those that nodes listen on instead (Calico's listenPort). */
export function bgpFilter(design: Design): string {
  const ports = new Set([bgpPort, ...design.nodes.flatMap(({ listenPort }) => listenPort ?? [])]);
  return [...ports].map((port) => `tcp port ${port}`).join(' or ');
}

/** All that the captures at speakers say, in the order of time; one file a machine. Sessions of others that pass a router are left out. */
export function bgpHeard(
  design: Design,
  files: readonly { readonly machine: string; readonly pcap: Pieces }[],
): readonly BgpEvent[] {
  const correlator = new Correlator();
  for (const { machine, pcap } of files) {
    const point = correlator.addPoint(machine);
    readFrames(pcap, (frame) => correlator.see(point, frame));
  }
  const book = addressBookOf(design);
  const machineOf = (address: string): string => book.get(address)?.machine ?? address;
  const events: BgpEvent[] = [];
  const add = (point: number, nanoseconds: number, source: string, destination: string, word: BgpWord): void => {
    const [machine, from, to] = [files[point]!.machine, machineOf(source), machineOf(destination)];
    if (machine !== from && machine !== to) return;
    const time = correlator.firstSecond * 1000 + nanoseconds / 1e6;
    const isOut = machine === from;
    events.push({ time, machine, peer: isOut ? to : from, direction: isOut ? 'out' : 'in', word });
  };
  for (const { point, time, source, destination, message } of correlator.ledger.bgp)
    add(point, time, source, destination, wordOf(message));
  const { sightings } = correlator;
  const closed = new Set<string>();
  for (let row = 0; row < sightings.count; row++) {
    if ((sightings.marks[row]! & (mark.finish | mark.reset)) === 0) continue;
    const [point, flow] = [sightings.point[row]!, sightings.flow[row]!];
    // A FIN that is not acknowledged is sent again and again.
    if (closed.has(`${point} ${flow}`) || isRefusal(correlator, row)) continue;
    closed.add(`${point} ${flow}`);
    const { source, destination } = correlator.flowAt(row);
    add(point, sightings.time[row]!, source, destination, { kind: 'closed' });
  }
  return events.sort((a, b) => a.time - b.time);
}

/** A reset with sequence number 0 answers a SYN: nobody listens (RFC 9293 section 3.5.2), and nothing was closed. */
function isRefusal({ sightings }: Correlator, row: number): boolean {
  return (sightings.marks[row]! & mark.reset) !== 0 && sightings.sequence[row] === 0;
}

function wordOf(message: BgpMessage): BgpWord {
  switch (message.kind) {
    case 'update': {
      const { announced, withdrawn, reach, unreach } = message;
      return {
        kind: 'update',
        announced: [...announced, ...(reach?.prefixes ?? [])],
        withdrawn: [...withdrawn, ...(unreach?.prefixes ?? [])],
      };
    }
    case 'notification':
      return message;
    default:
      return { kind: message.kind };
  }
}
