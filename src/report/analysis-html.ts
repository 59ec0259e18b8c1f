// Owns an analysis as a page: the points in the order of the way, the paths drawn between them, the tables beside them.

import { counted } from '../flow/finding.ts';
import { flowText } from '../flow/flow.ts';
import type { Correlation, Path } from '../flow/paths.ts';
import { wrapText } from '../flow/wrapping.ts';
import { type AnalysisResult, incompleteness, type PathTable, pathTables } from './analysis.ts';
import { picturePage } from './picture/page.ts';
import type { PictureEnd, PictureTopology } from './picture/topology.ts';
import type { PictureHeader, PictureWay } from './picture/way.ts';

/** Points in a line of the picture. */
const inLine = 4;

/** The page, one self-contained HTML file. Files say nothing of cables: points stand in the order in which packets passed. */
export function analysisHtml(analysis: AnalysisResult): string {
  const { correlation, findings } = analysis;
  const { tables, others } = pathTables(analysis);
  const { points } = correlation.correlator;
  const more = others > 0 ? [`${others} more paths of one point and nothing remarkable`] : [];
  return picturePage({
    title: points.map(({ name }) => name).join(', '),
    subtitle: `${counted(tables.length, 'path')} through ${counted(points.length, 'point')}`,
    verdict: { text: counted(findings.length, 'finding'), kind: 'none' },
    topology: pointsInLine(correlation, tables),
    ways: tables.map((table) => wayOf(correlation, table)),
    told: [...findings.map(({ kind, text }) => `${kind}: ${text}`), ...more, ...incompleteness(analysis)],
  });
}

function pointsInLine({ correlator }: Correlation, tables: readonly PathTable[]): PictureTopology {
  const longest = tables.map(({ path }) => path.hops).sort((a, b) => b.length - a.length)[0] ?? [];
  const order = [...new Set([...longest.map(({ point }) => point), ...correlator.points.map(({ index }) => index)])];
  const passed = new Set(tables.flatMap(({ path }) => path.hops.map(({ point }) => point)));
  return {
    boxes: order.map((point, place) => ({
      id: endOf(point).box,
      row: Math.floor(place / inLine),
      look: 'file',
      title: correlator.points[point]?.name ?? '',
      facts: [`${correlator.ledger.points[point]?.packets ?? 0} packets`],
      isBar: false,
    })),
    ports: order
      .filter((point) => passed.has(point))
      .map((point) => ({ box: endOf(point).box, name: '', state: 'seen', isInside: false })),
    wires: [],
  };
}

function endOf(point: number): PictureEnd {
  return { box: `point ${point}`, port: '' };
}

function wayOf(correlation: Correlation, { path, title, headings, rows }: PathTable): PictureWay {
  return {
    kind: kindOf(correlation, path),
    title,
    headings,
    rows,
    stops: path.hops.map((hop) => ({ at: endOf(hop.point), headers: headersOf(correlation, hop) })),
    lost: undefined,
  };
}

/** Of two flows that answer each other the one that was seen first asks. */
function kindOf({ correlator }: Correlation, { flow }: Path): PictureWay['kind'] {
  const { error, reverse, index } = correlator.flows.all[flow]!;
  if (error !== undefined) return 'error';
  return reverse >= 0 && reverse < index ? 'reply' : 'request';
}

function headersOf({ correlator }: Correlation, { flow, wrap, ttl, row }: Path['hops'][number]): PictureHeader[] {
  const outer = correlator.wraps.all[wrap]!;
  const headers: PictureHeader[] = [];
  if (wrap !== 0) headers.push({ layer: 'tunnel', name: outer.name, text: wrapText(outer) });
  headers.push({ layer: 'ip', name: 'IP', text: `${flowText(correlator.flows.all[flow]!)}, TTL ${ttl}` });
  headers.push({ layer: 'payload', name: 'frame', text: `${correlator.sightings.length[row]} bytes` });
  return headers;
}
