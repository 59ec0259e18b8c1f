// Owns the figures of a change that was measured several times: of each, every sample, the median and the 95th percentile.

import type { Convergence } from '../evidence/convergence.ts';
import type { OneWay, PairLoss } from '../evidence/paced-echoes.ts';
import type { Notice, TableMove } from '../evidence/table-moves.ts';
import { percentile } from './capture-delays.ts';

/** One figure over all runs; a run in which there was none gives no sample. */
export interface Spread {
  readonly samples: readonly number[];
  readonly median: number;
  readonly p95: number;
}

/** What became of packets in one direction. */
export interface OneWayFigures {
  readonly sent: Spread;
  readonly lost: Spread;
  readonly longestGapMs: Spread;
  /** True when the gap was still open at the end of any run. */
  readonly isOpen: boolean;
}

/** Figures of one pair of pods. */
export interface PairFigures {
  readonly from: string;
  readonly to: string;
  readonly requests: OneWayFigures;
  readonly answers: OneWayFigures;
}

/** Figures of one machine. */
export interface MoveFigures {
  readonly machine: string;
  /** In how many runs it noticed anything. */
  readonly runs: number;
  readonly noticedMs: Spread;
  /** By what, in the first run. */
  readonly noticedBy: Notice;
  readonly withdrawnMs: Spread;
  readonly firstRouteMs: Spread;
  readonly lastRouteMs: Spread;
  readonly changed: Spread;
  readonly gone: Spread;
}

/** All figures of one change. */
export interface Figures {
  readonly pairs: readonly PairFigures[];
  /** In the order in which machines noticed, by the median. */
  readonly moves: readonly MoveFigures[];
}

/** The figures of one or more runs of the same change between the same pods. */
export function figuresOf(runs: readonly Convergence[]): Figures {
  const [first] = runs;
  const machines = [...new Set(runs.flatMap(({ moves }) => moves.map(({ machine }) => machine)))];
  return {
    pairs: (first?.pairs ?? []).map(({ from, to }, place) => {
      const all = runs.flatMap(({ pairs }) => pairs[place] ?? []);
      return { from, to, requests: oneWay(all, 'requests'), answers: oneWay(all, 'answers') };
    }),
    moves: machines
      .map((machine) => moveFigures(runs.flatMap(({ moves }) => moves.find((move) => move.machine === machine) ?? [])))
      .sort((a, b) => a.noticedMs.median - b.noticedMs.median),
  };
}

function oneWay(pairs: readonly PairLoss[], way: 'requests' | 'answers'): OneWayFigures {
  const all: readonly OneWay[] = pairs.map((pair) => pair[way]);
  return {
    sent: spread(all.map(({ sent }) => sent)),
    lost: spread(all.map(({ lost }) => lost)),
    longestGapMs: spread(all.map(({ longestGapMs }) => longestGapMs)),
    isOpen: all.some(({ isOpen }) => isOpen),
  };
}

function moveFigures(moves: readonly TableMove[]): MoveFigures {
  const { machine, noticedBy } = moves[0]!;
  const tables = moves.flatMap(({ table }) => table ?? []);
  return {
    machine,
    runs: moves.length,
    noticedMs: spread(moves.map(({ noticedMs }) => noticedMs)),
    noticedBy,
    withdrawnMs: spread(moves.flatMap(({ withdrawnMs }) => withdrawnMs ?? [])),
    firstRouteMs: spread(tables.map(({ firstMs }) => firstMs)),
    lastRouteMs: spread(tables.map(({ lastMs }) => lastMs)),
    changed: spread(tables.map(({ changed }) => changed)),
    gone: spread(tables.map(({ gone }) => gone)),
  };
}

function spread(samples: readonly number[]): Spread {
  const sorted = samples.toSorted((a, b) => a - b);
  return { samples, median: percentile(sorted, 0.5), p95: percentile(sorted, 0.95) };
}
