// Owns findings about delivery: ICMP errors with the packets they are about, and TCP segments nobody acknowledges.

import { counted, type Finding, findingOf } from './finding.ts';
import { flowText } from './flow.ts';
import type { Correlation } from './paths.ts';

/** ICMP errors, each with the packet it quotes where that was seen; `about` holds those packets' rows. */
export function icmpErrors({ correlator, groups }: Correlation): {
  readonly findings: readonly Finding[];
  readonly about: ReadonlySet<number>;
} {
  const { sightings, errors, points } = correlator;
  const about = new Set<number>();
  const told = new Map<string, { rows: number[]; text: string }>();
  for (const { row, keyLow, keyHigh, mtu } of errors) {
    const error = correlator.flowAt(row);
    const { type, code } = error.error!;
    const dropped = groups.find(keyLow, keyHigh);
    if (dropped >= 0) about.add(dropped);
    const what = errorName(error.protocol, type, code) + (mtu > 0 ? ` (next hop MTU ${mtu})` : '');
    const packet =
      dropped < 0
        ? 'a packet that was not seen'
        : `a ${sightings.length[dropped]}-byte frame of ${flowText(correlator.flowAt(dropped))} (${points[sightings.point[dropped]!]!.name} frame ${sightings.frame[dropped]})`;
    const key = `${error.source} ${what} ${dropped < 0 ? row : `${sightings.keyLow[dropped]} ${sightings.keyHigh[dropped]}`}`;
    const known = told.get(key);
    if (known !== undefined) known.rows.push(row);
    else
      told.set(key, {
        rows: dropped < 0 ? [row] : [dropped, row],
        text: `${error.source} says ${what} of ${packet}${again(correlator, dropped, row)}`,
      });
  }
  return {
    findings: [...told.values()].map(({ rows, text }) => findingOf(correlator, 'icmp-error', rows, text)),
    about,
  };
}

/** `; sent again as 1228 + 11 bytes`: the same TCP data in smaller segments, after the error. */
function again({ sightings }: Correlation['correlator'], dropped: number, error: number): string {
  if (dropped < 0 || sightings.payload[dropped] === 0) return '';
  const { flow, sequence, payload, point, time } = sightings;
  const sizes: number[] = [];
  for (let row = 0; row < sightings.count; row++) {
    if (flow[row] !== flow[dropped] || point[row] !== point[dropped] || time[row]! < time[error]!) continue;
    const into = (sequence[row]! - sequence[dropped]!) | 0;
    if (into < 0 || into >= payload[dropped]! || payload[row] === 0 || payload[row]! >= payload[dropped]!) continue;
    if (into === sizes.reduce((sum, size) => sum + size, 0)) sizes.push(payload[row]!);
  }
  return sizes.length === 0 ? '' : `; sent again as ${sizes.join(' + ')} bytes`;
}

const ipv4Unreachable: Readonly<Record<number, string>> = {
  0: 'network unreachable',
  1: 'host unreachable',
  2: 'protocol unreachable',
  3: 'port unreachable',
  4: 'fragmentation needed',
  9: 'network prohibited',
  10: 'host prohibited',
  13: 'administratively prohibited',
};
const ipv6Unreachable: Readonly<Record<number, string>> = {
  0: 'no route',
  1: 'administratively prohibited',
  3: 'address unreachable',
  4: 'port unreachable',
};
const ipv6Errors: Readonly<Record<number, string>> = {
  2: 'packet too big',
  3: 'time exceeded',
  4: 'parameter problem',
};

/** What an ICMP error says in words: RFC 792, RFC 1812 section 5.2.7, RFC 4443. */
export function errorName(protocol: string, type: number, code: number): string {
  if (protocol === 'icmpv6' && type === 1) return ipv6Unreachable[code] ?? `unreachable, code ${code}`;
  if (protocol === 'icmpv6') return ipv6Errors[type] ?? `ICMPv6 error ${type}`;
  if (type === 3) return ipv4Unreachable[code] ?? `unreachable, code ${code}`;
  return { 5: 'redirect', 11: 'time exceeded', 12: 'parameter problem' }[type] ?? `ICMP error ${type}`;
}

interface Segment {
  readonly rows: number[];
  readonly end: number;
}

/** TCP segments that one point saw three times or more, that were never acknowledged, and of which no router spoke. */
export function unacknowledged({ correlator }: Correlation, about: ReadonlySet<number>): readonly Finding[] {
  const { sightings, flows } = correlator;
  const segments = new Map<string, Segment>();
  const acked = new Map<number, number>();
  const first = new Map<number, number>();
  for (let row = 0; row < sightings.count; row++) {
    const flow = sightings.flow[row]!;
    if (flows.all[flow]!.protocol !== 'tcp') continue;
    const [sequence, ack] = [sightings.sequence[row]!, sightings.ack[row]!];
    const known = acked.get(flow);
    if (ack !== 0 && (known === undefined || ((ack - known) | 0) > 0)) acked.set(flow, ack);
    if (sightings.payload[row] === 0) continue;
    // Only what was sent again can be found here: a segment behind the highest one so far.
    const highest = first.get(flow);
    if (highest === undefined || ((sequence - highest) | 0) > 0) {
      first.set(flow, sequence);
      segments.set(`${flow} ${sightings.point[row]}`, { rows: [row], end: (sequence + sightings.payload[row]!) >>> 0 });
    } else if (sequence === highest) {
      const key = `${flow} ${sightings.point[row]}`;
      const segment = segments.get(key);
      if (segment === undefined) segments.set(key, { rows: [row], end: (sequence + sightings.payload[row]!) >>> 0 });
      else if (sightings.keyLow[segment.rows.at(-1)!] !== sightings.keyLow[row]) segment.rows.push(row);
    }
  }
  const findings: Finding[] = [];
  for (const { rows, end } of segments.values()) {
    const [row] = rows;
    if (row === undefined || rows.length < 3 || rows.some((one) => about.has(one))) continue;
    const flow = correlator.flowAt(row);
    const reached = flow.reverse < 0 ? undefined : acked.get(flow.reverse);
    if (reached !== undefined && ((reached - end) | 0) >= 0) continue;
    const times = rows.map((one) => `${((sightings.time[one]! - sightings.time[row]!) / 1e9).toFixed(2)}`).join(', ');
    const [payload, length] = [sightings.payload[row]!, sightings.length[row]!];
    const isLarge = length > 1_280;
    const mss = flows.all[flow.reverse]?.mss;
    const why = isLarge
      ? `a black hole for large packets: some link on the way has a smaller MTU and nobody says so${mss === undefined ? '' : ` (the receiver offered MSS ${mss})`}`
      : 'the receiver or the way is gone';
    const text = `${payload} bytes of ${flowText(flow)} (a ${length}-byte frame) sent ${counted(rows.length, 'time')} (after ${times} s), never acknowledged, no ICMP error: ${why}`;
    findings.push(findingOf(correlator, isLarge ? 'path-mtu-black-hole' : 'not-acknowledged', rows, text));
  }
  return findings;
}
