// Owns an analysis as rows and sentences, from which text, Markdown and JSON are written.

import type { Correlator } from '../flow/correlator.ts';
import { translationText } from '../flow/find-paths.ts';
import { counted, type Finding } from '../flow/finding.ts';
import { flowText } from '../flow/flow.ts';
import { linkNotes, linkText } from '../flow/links.ts';
import type { Correlation, Hop, Path } from '../flow/paths.ts';
import { mark } from '../flow/sightings.ts';
import { wrapText } from '../flow/wrapping.ts';
import { notificationText } from '../packet/bgp-notification.ts';
import type { CaptureFileFacts } from '../packet/frame.ts';
import { ending, layerNames } from '../packet/layers.ts';
import { isLinkTypeRead, linkTypeName } from '../packet/link-type.ts';
import { utcText } from './utc-text.ts';

/** What an analysis is made of; the same as app/'s, seen from below. */
export interface AnalysisResult {
  readonly files: readonly {
    readonly path: string;
    readonly name: string;
    readonly facts: CaptureFileFacts;
    readonly points: readonly { readonly index: number; readonly linkType: number | undefined }[];
  }[];
  readonly correlation: Correlation;
  readonly findings: readonly Finding[];
}

/** A table under a title. */
export interface AnalysisTable {
  readonly title: string;
  readonly headings: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** A path as a table, with a row for each hop. */
export interface PathTable extends AnalysisTable {
  readonly path: Path;
}

/** Paths that are shown one by one. */
const mostPaths = 40;

/** The points with what was read there. */
export function pointsTable({ correlation, files }: AnalysisResult): AnalysisTable {
  const { correlator, clocks } = correlation;
  const rows = correlator.points.map(({ index, name }) => {
    const file = files.find(({ points }) => points.some((point) => point.index === index));
    const link = file?.points.find((point) => point.index === index)?.linkType;
    const counts = correlator.ledger.points[index];
    const kinds = (counts?.protocols ?? [])
      .map((count, kind) => ({ count, name: layerNames[kind] ?? '' }))
      .filter(({ count, name: kind }) => count > 0 && kind !== '')
      .sort((a, b) => b.count - a.count)
      .map(({ count, name: kind }) => `${kind} ${count}`);
    const format = `${file?.facts.format ?? 'no capture'} ${file?.facts.resolution ?? ''}`.trim();
    return [
      name,
      String(counts?.packets ?? 0),
      link === undefined ? '-' : linkTypeName(link),
      format,
      kinds.slice(0, 5).join(', ') || '-',
      beganText(correlator, index),
      clockText(clocks[index]),
    ];
  });
  const headings = ['POINT', 'PACKETS', 'LINK', 'FORMAT', 'KINDS', 'BEGAN (UTC)', 'CLOCK'];
  return { title: 'points', headings, rows };
}

/** A point's first time and how long it lasted: `2022-11-13 04:19:12, 4.5 s`. */
function beganText({ ledger, firstSecond }: Correlator, point: number): string {
  const { first, last } = ledger.points[point] ?? {};
  if (first === undefined || last === undefined) return '-';
  const began = firstSecond + first / 1e9;
  return began < 1 ? 'no times' : `${utcText(began)}, ${timeText(last - first)}`;
}

function clockText(clock: Correlation['clocks'][number] | undefined): string {
  if (clock === undefined || clock.basis === 'unknown') return 'not comparable';
  if (clock.basis === 'reference') return 'reference';
  const ahead = `${clock.ahead < 0 ? '-' : '+'}${timeText(Math.abs(clock.ahead))}`;
  const by = clock.basis === 'one way' ? 'one way only' : `within ${timeText(clock.uncertainty)}`;
  return `${ahead} ${by}, by ${counted(clock.samples, 'packet')}`;
}

/** The paths worth a table: of several hops, wrapped, echoes, errors, ESP; without such, the busiest flows. */
export function pathTables(
  { correlation }: AnalysisResult,
  isWide = false,
): {
  readonly tables: readonly PathTable[];
  readonly others: number;
} {
  const { correlator, paths } = correlation;
  const isSelf = ({ hops, flow }: Path): boolean => {
    const { protocol, echo, error } = correlator.flows.all[flow]!;
    return (
      hops.length > 1 ||
      hops.some(({ wrap }) => wrap !== 0) ||
      echo !== undefined ||
      error !== undefined ||
      protocol === 'esp'
    );
  };
  const flows = new Set(paths.filter(isSelf).flatMap(({ hops }) => hops.map(({ flow }) => flow)));
  // With a way the way of its answers, however plain.
  const told = paths.filter((path) => isSelf(path) || flows.has(correlator.flows.all[path.flow]!.reverse));
  const shown = (told.length > 0 ? told : paths.toSorted((a, b) => b.count - a.count)).slice(0, mostPaths);
  return { tables: shown.map((path) => pathTable(correlation, path, isWide)), others: paths.length - shown.length };
}

function pathTable({ correlator }: Correlation, path: Path, isWide: boolean): PathTable {
  const { sightings, points, flows, wraps, links } = correlator;
  const rows = path.hops.map((hop, place) => {
    const before = path.hops[place - 1];
    const notes: string[] = [];
    if (before !== undefined && before.flow !== hop.flow) {
      notes.push(translationText(flows.all[before.flow]!, flows.all[hop.flow]!));
    }
    if (before === undefined && hopsBefore(hop.ttl) > 0) notes.push(`${hopsText(hopsBefore(hop.ttl))} before`);
    if (before !== undefined && before.ttl > hop.ttl) notes.push(hopsText(before.ttl - hop.ttl));
    if (path.hops.slice(0, place).some(({ point }) => point === hop.point)) notes.push('seen again');
    const marks = sightings.marks[hop.row]!;
    if (hop.wrap !== 0 && wraps.all[hop.wrap]!.source !== undefined) {
      notes.push(
        `outer TTL ${sightings.outerTtl[hop.row]}${(marks & mark.outerUnfragmentable) === 0 ? '' : ', outer DF'}`,
      );
    }
    if ((marks & (mark.moreFragments | mark.laterFragment)) !== 0) notes.push('a fragment');
    const link = links.all[sightings.link[hop.row]!]!;
    if (!isWide) notes.push(...linkNotes(link));
    return [
      points[hop.point]!.name,
      ...(isWide ? [linkText(link)] : []),
      String(sightings.frame[hop.row]),
      String(hop.ttl),
      wrapText(wraps.all[hop.wrap]!),
      String(sightings.length[hop.row]),
      `0x${sightings.ipId[hop.row]!.toString(16).padStart(4, '0')}`,
      (marks & mark.unfragmentable) === 0 ? '-' : 'DF',
      delayText(hop),
      notes.join('; '),
    ];
  });
  const repeats = path.repeats > 0 ? `, ${path.repeats} of them sent again` : '';
  const title = `${flowText(flows.all[path.flow]!)}: ${counted(path.count, 'packet')}${repeats}${echoText(correlator, path)}`;
  const headings = [
    'POINT',
    ...(isWide ? ['LINK'] : []),
    'FRAME',
    'TTL',
    'ENCAPSULATION',
    'BYTES',
    'IP ID',
    'DF',
    'TIME',
    'NOTE',
  ];
  return { title, headings, rows, path };
}

/** `, echo request seq 1 to 3`; empty for all else. */
function echoText({ flows }: Correlator, { flow, sequences: [least, most] }: Path): string {
  const { echo } = flows.all[flow]!;
  return echo === undefined ? '' : `, echo ${echo} seq ${least}${most > least ? ` to ${most}` : ''}`;
}

/** Systems begin at 64, 128 or 255 (RFC 1700 says 64); nobody is more than 32 hops away. */
function hopsBefore(ttl: number): number {
  const began = [64, 128, 255].find((initial) => ttl <= initial) ?? ttl;
  return began - ttl <= 32 ? began - ttl : 0;
}

function hopsText(count: number): string {
  return `${count} routed hop${count === 1 ? '' : 's'}`;
}

/** The median since the first hop. */
function delayText({ delays }: Hop): string {
  if (delays.length === 0) return '-';
  return timeText(delays.toSorted((a, b) => a - b)[Math.floor((delays.length - 1) / 2)]!);
}

/** Nanoseconds as `12.3 us`, `4.5 ms` or `1.2 s`. */
export function timeText(nanoseconds: number): string {
  const size = Math.abs(nanoseconds);
  if (size >= 1e9) return `${(nanoseconds / 1e9).toFixed(3)} s`;
  return size >= 1e6 ? `${(nanoseconds / 1e6).toFixed(3)} ms` : `${(nanoseconds / 1e3).toFixed(1)} us`;
}

/** BGP messages, one a row; those of a second point that saw the same are left out. */
export function bgpTable({ correlation }: AnalysisResult): AnalysisTable | undefined {
  const { ledger, points } = correlation.correlator;
  if (ledger.bgp.length === 0) return undefined;
  const rows = ledger.bgp.slice(0, 200).map(({ point, frame, source, destination, message }) => {
    return [points[point]!.name, String(frame), source, destination, message.kind.toUpperCase(), bgpText(message)];
  });
  return { title: 'BGP messages', headings: ['POINT', 'FRAME', 'FROM', 'TO', 'TYPE', 'CONTENTS'], rows };
}

type Message = Correlation['correlator']['ledger']['bgp'][number]['message'];

/** What a BGP message says, in the words of RFC 4271. */
export function bgpText(message: Message): string {
  if (message.kind === 'open') {
    return `AS ${message.as}, id ${message.id}, hold ${message.holdTime} s, capabilities ${message.capabilities.join(' ')}`;
  }
  if (message.kind === 'notification') {
    const { code, subcode, text } = message;
    const said = text === undefined ? [] : [`"${text}"`];
    return [`code ${code} subcode ${subcode}`, ...notificationText(code, subcode), ...said].join(': ');
  }
  if (message.kind !== 'update') return '';
  const { announced, withdrawn, reach, unreach, nextHop } = message;
  const parts: string[] = [];
  if (announced.length > 0) parts.push(`${announced.join(' ')} via ${nextHop ?? '?'}`);
  if (reach !== undefined) parts.push(`${reach.prefixes.join(' ')} via ${[...new Set(reach.nextHops)].join(' ')}`);
  const gone = [...withdrawn, ...(unreach?.prefixes ?? [])];
  if (gone.length > 0) parts.push(`withdraws ${gone.join(' ')}`);
  if (parts.length === 0) return 'End-of-RIB';
  if (message.asPath !== undefined && message.asPath !== '') parts.push(`AS path ${message.asPath}`);
  if (message.localPref !== undefined) parts.push(`local preference ${message.localPref}`);
  if ((message.med ?? 0) > 0) parts.push(`MED ${message.med}`);
  if (message.communities.length > 0) parts.push(`communities ${message.communities.join(', ')}`);
  if (message.originatorId !== undefined) parts.push(`originator ${message.originatorId}`);
  if (message.clusterList.length > 0) parts.push(`cluster list ${message.clusterList.join(' ')}`);
  return parts.join(', ');
}

/** What could not be read of the files, one sentence each. */
export function incompleteness({ files, correlation }: AnalysisResult): readonly string[] {
  const { correlator } = correlation;
  const lines = files.flatMap(({ path, facts }) =>
    facts.problems.map(({ offset, message }) => `${path}: at byte ${offset}: ${message}`),
  );
  for (const { path, facts } of files) {
    const types = new Set(facts.interfaces.map(({ linkType }) => linkType).filter((type) => !isLinkTypeRead(type)));
    for (const type of types) lines.push(`${path}: frames of ${linkTypeName(type)} were counted, not decoded`);
  }
  const why = [
    [ending.cut, 'cut by the capture'],
    [ending.malformed, 'malformed'],
    [ending.deep, 'too deeply nested'],
  ] as const;
  for (const { index, name } of correlator.points) {
    for (const [number, text] of why) {
      const count = correlator.ledger.points[index]?.endings[number] ?? 0;
      if (count > 0) lines.push(`${name}: ${count} packet${count === 1 ? '' : 's'} ${text}`);
    }
  }
  if (correlator.sightings.beyond > 0)
    lines.push(`${correlator.sightings.beyond} packets were counted but not compared: too many`);
  return lines;
}
