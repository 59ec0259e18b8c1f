// Owns an analysis as one JSON object: all paths, all findings, all BGP messages.

import type { Flow } from '../flow/flow.ts';
import { type AnalysisResult, incompleteness } from './analysis.ts';

/** The contents of the document; times in nanoseconds. */
export function analysisJson(analysis: AnalysisResult): object {
  const { files, correlation, findings } = analysis;
  const { correlator, clocks, paths } = correlation;
  const { sightings, points, flows, wraps, ledger } = correlator;
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
      clock: { basis: clocks[index]!.basis, aheadNs: clocks[index]!.ahead, uncertaintyNs: clocks[index]!.uncertainty },
    })),
    paths: paths.map(({ flow, hops, count, repeats }) => ({
      flow: flowOf(flow),
      packets: count,
      repeats,
      hops: hops.map(({ row, point, flow: own, wrap, ttl, delays }) => ({
        point: points[point]!.name,
        frame: sightings.frame[row],
        ttl,
        outerTtl: sightings.outerTtl[row],
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
