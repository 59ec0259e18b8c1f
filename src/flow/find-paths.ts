// Owns findings about ways: pings that must not be joined, translation, copies, and packets that some points lack.

import type { PointClock } from './clocks.ts';
import { counted, type Finding, findingOf } from './finding.ts';
import { endText, type Flow, flowText } from './flow.ts';
import type { Correlation, Hop, Path } from './paths.ts';

/** Echo flows between the same two hosts that have no packet in common. */
export function differentPings({ correlator, paths }: Correlation): readonly Finding[] {
  const byEnds = new Map<string, Path[]>();
  for (const path of paths) {
    const flow = correlator.flows.all[path.flow]!;
    if (!flow.protocol.startsWith('icmp') || flow.id === undefined) continue;
    const key = `${flow.protocol} ${[flow.source, flow.destination].sort().join()}`;
    byEnds.set(key, [...(byEnds.get(key) ?? []), path]);
  }
  const findings: Finding[] = [];
  for (const same of byEnds.values()) {
    const ids = new Map<number, Set<string>>();
    for (const { flow, hops } of same) {
      const id = correlator.flows.all[flow]!.id!;
      const places = ids.get(id) ?? new Set<string>();
      for (const { point } of hops) places.add(correlator.points[point]!.name);
      ids.set(id, places);
    }
    if (ids.size < 2) continue;
    const { source, destination } = correlator.flows.all[same[0]!.flow]!;
    const where = [...ids].map(([id, places]) => `id ${id} at ${[...places].join(', ')}`).join('; ');
    const rows = same.map(({ hops }) => hops[0]!.row);
    findings.push(
      findingOf(
        correlator,
        'different-packets',
        rows,
        `${ids.size} different pings between ${source} and ${destination}, not one packet at several points: ${where}`,
      ),
    );
  }
  return findings;
}

/** Address translation between two hops. */
export function translations({ correlator, paths }: Correlation): readonly Finding[] {
  const findings: Finding[] = [];
  const told = new Set<string>();
  for (const { hops } of paths) {
    for (const [place, hop] of hops.entries()) {
      const before = hops[place - 1];
      if (before === undefined || before.flow === hop.flow) continue;
      const [from, to] = [correlator.flows.all[before.flow]!, correlator.flows.all[hop.flow]!];
      const text = translationText(from, to);
      if (told.has(text)) continue;
      told.add(text);
      const where =
        before.point === hop.point
          ? `at ${correlator.points[hop.point]!.name}`
          : `between ${correlator.points[before.point]!.name} and ${correlator.points[hop.point]!.name}`;
      findings.push(findingOf(correlator, 'translated', [before.row, hop.row], `${text}, ${where}`));
    }
  }
  return findings;
}

/**
 * `SNAT 10.244.1.2:4000 to 10.1.5.10:5000`, `DNAT …`, both, or the ICMP id alone. Of an answer: what undoes them, the
 * other way around.
 */
export function translationText(from: Flow, to: Flow, isAnswer = false): string {
  const parts: string[] = [];
  const [ofSource, ofDestination] = isAnswer ? ['un-DNAT', 'un-SNAT'] : ['SNAT', 'DNAT'];
  const [a, b] = [endText(from.source, from.sourcePort), endText(to.source, to.sourcePort)];
  const [c, d] = [endText(from.destination, from.destinationPort), endText(to.destination, to.destinationPort)];
  if (a !== b) parts.push(`${ofSource} ${a} to ${b}`);
  if (c !== d) parts.push(`${ofDestination} ${c} to ${d}`);
  if (from.id !== to.id) parts.push(`ICMP id ${from.id} to ${to.id}`);
  return parts.join(', ');
}

/** Packets that one point saw more than once on their way: a mirror port, or every port of a router in one file. */
export function copies({ correlator, paths }: Correlation): readonly Finding[] {
  const byPoint = new Map<number, { count: number; rows: number[]; ttls: Set<number> }>();
  for (const { hops, count } of paths) {
    for (const [place, hop] of hops.entries()) {
      const before = hops.slice(0, place).findLast(({ point }) => point === hop.point);
      if (before === undefined) continue;
      const known = byPoint.get(hop.point) ?? { count: 0, rows: [], ttls: new Set<number>() };
      known.count += count;
      known.rows.push(before.row, hop.row);
      known.ttls.add(before.ttl - hop.ttl);
      byPoint.set(hop.point, known);
    }
  }
  return [...byPoint].map(([point, { count, rows, ttls }]) => {
    const steps = [...ttls].sort().map((step) => (step === 0 ? 'the same TTL' : `a TTL ${step} lower`));
    const text = `${correlator.points[point]!.name} saw ${counted(count, 'packet')} again on the way, with ${steps.join(' or ')}: forwarded or mirrored copies, no retransmissions`;
    return findingOf(correlator, 'forwarded-copies', rows, text);
  });
}

/** Flows of which other packets, or the answers, pass points that these do not. */
export function seenAtSome(correlation: Correlation, explained: ReadonlySet<number>): readonly Finding[] {
  const { correlator, paths } = correlation;
  const widest = new Map<number, Path>();
  for (const path of paths) {
    const { flow, hops } = path;
    if (new Set(hops.map(({ point }) => point)).size > pointsOf(widest.get(flow)).size) widest.set(flow, path);
  }
  const missing = new Map<string, { count: number; readonly rows: number[]; readonly where: string }>();
  const data = dataRowsOf(correlator);
  for (const path of paths) {
    const flow = correlator.flows.all[path.flow]!;
    const answer = flow.reverse < 0 ? undefined : widest.get(flow.reverse);
    const own = pointsOf(path);
    const full = [widest.get(path.flow), answer].find(
      (other) => pointsOf(other).size > own.size && isWithin(own, pointsOf(other)),
    );
    if (full === undefined || explained.has(path.hops[0]!.row)) continue;
    const lacking = [...pointsOf(full)].filter((point) => !own.has(point));
    const isAnswer = full.flow !== path.flow;
    const silence = lacking.map((point) => sinceLast(correlation, path.hops[0]!, point));
    // A point whose capture had ended can have missed nothing, save the answer to what it saw last.
    if (silence.some((after) => after === undefined || after > (isAnswer ? answerLimit : 0))) continue;
    if (lacking.some((point) => isPartThere(correlation, data, path.hops[0]!, point))) continue;
    const names = (points: readonly number[]): string =>
      points.map((point) => correlator.points[point]!.name).join(', ');
    const others = isAnswer ? 'the other way was' : 'others were';
    const why = isAnswer
      ? "no proof of loss: the capture may end there, and eBPF host routing passes by a device's tap"
      : 'lost on the way, or not captured';
    const where = `seen at ${names([...own])} only, where ${others} seen at ${names(lacking)} too: ${why}`;
    const known = missing.get(where) ?? { count: 0, rows: [], where };
    known.count += path.count;
    known.rows.push(path.hops[0]!.row);
    missing.set(where, known);
  }
  return [...missing.values()].map(({ count, rows, where }) => {
    const first = flowText(correlator.flowAt(rows[0]!));
    const flows = new Set(rows.map((row) => correlator.sightings.flow[row])).size;
    const which = flows === 1 ? first : `${flows} flows (${first} and others)`;
    return findingOf(correlator, 'seen-at-some', rows, `${counted(count, 'packet')} of ${which} ${where}`);
  });
}

/** The rows that carry TCP data, a chain for each flow. */
interface DataRows {
  /** A flow's last row; -1 without data. */
  readonly last: Int32Array;
  /** The row before of the same flow; -1 at the first. */
  readonly before: Int32Array;
}

function dataRowsOf({ sightings, flows }: Correlation['correlator']): DataRows {
  const last = new Int32Array(flows.all.length).fill(-1);
  const before = new Int32Array(sightings.count);
  for (let row = 0; row < sightings.count; row++) {
    if (sightings.payload[row] === 0) continue;
    const flow = sightings.flow[row]!;
    before[row] = last[flow]!;
    last[flow] = row;
  }
  return { last, before };
}

/** Whether the point saw the hop's TCP data within a larger segment: offload cut it, or joined it (`offloaded` tells). */
function isPartThere({ correlator }: Correlation, data: DataRows, { row, flow }: Hop, there: number): boolean {
  const { sequence, payload, point } = correlator.sightings;
  const size = payload[row]!;
  if (size === 0) return false;
  for (let other = data.last[flow]!; other >= 0; other = data.before[other]!) {
    if (point[other] !== there || payload[other]! <= size) continue;
    const into = (sequence[row]! - sequence[other]!) | 0;
    if (into >= 0 && into + size <= payload[other]!) return true;
  }
  return false;
}

/** Nanoseconds that an answer may come after the last packet of a point. */
const answerLimit = 1_000_000_000;

/** Nanoseconds from a point's last packet to a hop; negative within its capture, undefined when nothing compares them. */
function sinceLast({ correlator, clocks }: Correlation, hop: Hop, point: number): number | undefined {
  const [here, there] = [clocks[hop.point]!, clocks[point]!];
  if (here.basis === 'unknown' || there.basis === 'unknown') return undefined;
  const time = correlator.sightings.time[hop.row]! - aheadOf(here);
  const { first = 0, last = 0 } = correlator.ledger.points[point]!;
  return time < first - aheadOf(there) ? undefined : time - (last - aheadOf(there));
}

/** As far as one way alone tells it, where both are not there. */
function aheadOf({ basis, ahead, correction }: PointClock): number {
  return basis === 'one way' ? ahead : correction;
}

function pointsOf(path: Path | undefined): ReadonlySet<number> {
  return new Set(path?.hops.map(({ point }) => point));
}

function isWithin(own: ReadonlySet<number>, all: ReadonlySet<number>): boolean {
  return [...own].every((point) => all.has(point));
}
