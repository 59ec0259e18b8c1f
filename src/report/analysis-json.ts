// Owns an analysis as one JSON object: all paths, all findings, all BGP messages.

import type { Flow } from '../flow/flow.ts';
import { mark } from '../flow/sightings.ts';
import { type AnalysisResult, incompleteness } from './analysis.ts';
import { isoText } from './utc-text.ts';

/** The contents of the document; times in nanoseconds. */
export function analysisJson(analysis: AnalysisResult): object {
  const { files, correlation, findings } = analysis;
  const { correlator, clocks, paths } = correlation;
  const { sightings, points, flows, wraps, links, ledger } = correlator;
  const timeOf = (time: number | undefined): string | undefined =>
    time === undefined ? undefined : isoText(correlator.firstSecond, time);
  const flowOf = (index: number): Omit<Flow, 'index' | 'reverse' | 'mss'> => {
    const { index: _, reverse, mss, ...rest } = flows.all[index]!;
    return rest;
  };
  return {
    files: files.map(({ path, name, facts }) => ({ path, name, ...facts })),
    points: points.map(({ index, name }) => ({
      name,
      packets: ledger.points[index]?.packets ?? 0,
      bytes: ledger.points[index]?.bytes ?? 0,
      first: timeOf(ledger.points[index]?.first),
      last: timeOf(ledger.points[index]?.last),
      clock: {
        basis: clocks[index]!.basis,
        aheadNs: clocks[index]!.ahead,
        uncertaintyNs: clocks[index]!.uncertainty,
        packets: clocks[index]!.samples,
      },
    })),
    paths: paths.map(({ flow, hops, count, sequences, repeats }) => ({
      flow: flowOf(flow),
      packets: count,
      sequences: flows.all[flow]!.echo === undefined ? undefined : sequences,
      repeats,
      hops: hops.map(({ row, point, flow: own, wrap, ttl, delays }) => ({
        point: points[point]!.name,
        frame: sightings.frame[row],
        time: timeOf(sightings.time[row]),
        link: links.all[sightings.link[row]!],
        ttl,
        outerTtl: sightings.outerTtl[row],
        isUnfragmentable: (sightings.marks[row]! & mark.unfragmentable) !== 0,
        isOuterUnfragmentable: (sightings.marks[row]! & mark.outerUnfragmentable) !== 0,
        length: sightings.length[row],
        ipId: sightings.ipId[row],
        encapsulation: wraps.all[wrap]!.name,
        outer: wrap === 0 ? undefined : wraps.all[wrap],
        translated: own === flow ? undefined : flowOf(own),
        delaysNs: hops.length === 1 ? undefined : delays.slice(0, 100),
      })),
    })),
    bgp: ledger.bgp.map(({ point, frame, source, destination, message }) => ({
      point: points[point]!.name,
      frame,
      source,
      destination,
      message,
    })),
    findings,
    notRead: incompleteness(analysis),
  };
}
