// Owns a measured change as text: what each pair of pods lost, when each table moved, what BGP said.

import { shownName } from '../design/address-book.ts';
import type { Design } from '../design/design.ts';
import type { BgpWord } from '../evidence/bgp-heard.ts';
import type { Convergence } from '../evidence/convergence.ts';
import type { Notice } from '../evidence/table-moves.ts';
import { bgpTable, wordText } from './bgp-table.ts';
import { type Figures, figuresOf, type OneWayFigures, type Spread } from './convergence-figures.ts';
import { count } from './plan-text.ts';
import { textTable } from './text-table.ts';

/** What was measured of a failure; `app/measure-failure.ts` fills it. */
export interface MeasuredFacts {
  readonly design: Design;
  readonly failure: string;
  readonly changes: readonly { readonly change: string; readonly runs: readonly Convergence[] }[];
  readonly quietGapMs: number;
  readonly missed: number;
}

/** Every change with its figures, for JSON. */
export function measuredFigures({ changes }: MeasuredFacts): readonly {
  readonly change: string;
  readonly runs: readonly Convergence[];
  readonly figures: Figures;
}[] {
  return changes.map((change) => ({ ...change, figures: figuresOf(change.runs) }));
}

/** A measured failure as people read it. */
export function measuredText({ design, failure, changes, quietGapMs, missed }: MeasuredFacts): string {
  const lost = missed === 0 ? '' : `${count(missed, 'packet')} not captured, and counted as lost\n`;
  return [
    ...changes.map(({ change, runs }) => convergenceText(`${failure} ${change}`, design, runs)),
    `longest gap before anything broke: ${quietGapMs} ms\n${lost}`,
  ].join('\n');
}

/** One change as people read it; of several runs each figure is a median, and the 95th percentile where that differs. */
function convergenceText(title: string, design: Design, runs: readonly Convergence[]): string {
  const { pairs, moves } = figuresOf(runs);
  const losses = pairs.map(({ from, to, requests, answers }) => {
    return [from, to, ...oneWayCells(requests), ...oneWayCells(answers)];
  });
  const rows = moves.map(({ machine, noticedMs, noticedBy, withdrawnMs, firstRouteMs, lastRouteMs, ...move }) => [
    shownName(design, machine),
    ms(noticedMs),
    noticeText(design, noticedBy),
    ms(withdrawnMs),
    ms(firstRouteMs),
    ms(lastRouteMs),
    plain(move.changed),
    plain(move.gone),
    ...(runs.length > 1 ? [`${move.runs}/${runs.length}`] : []),
  ]);
  const [first] = runs;
  const said = first === undefined ? [] : bgpTable(design, first.bgp);
  return [
    runs.length > 1 ? `${title}, ${runs.length} times: median (95th percentile)` : title,
    textTable(['FROM', 'TO', 'SENT', 'LOST', 'GAP', 'ANSWERS', 'LOST BACK', 'GAP BACK'], losses),
    rows.length === 0
      ? 'no machine noticed anything\n'
      : textTable([...headings, ...(runs.length > 1 ? ['RUNS'] : [])], rows),
    ...(said.length === 0
      ? ['no BGP message but keepalives\n']
      : [textTable(['BGP FROM', 'TO', 'FIRST', 'LAST', runs.length > 1 ? 'SAID IN RUN 1' : 'SAID'], said)]),
  ].join('\n');
}

const headings = ['MACHINE', 'NOTICED', 'BY', 'WITHDREW', 'FIRST ROUTE', 'LAST ROUTE', 'CHANGED', 'GONE'];

function oneWayCells({ sent, lost, longestGapMs, isOpen }: OneWayFigures): readonly string[] {
  return [plain(sent), plain(lost), `${ms(longestGapMs)}${isOpen ? ', open' : ''}`];
}

function plain({ samples, median, p95 }: Spread): string {
  if (samples.length === 0) return '-';
  return median === p95 ? String(median) : `${median} (${p95})`;
}

function ms({ samples, median, p95 }: Spread): string {
  if (samples.length === 0) return '-';
  const [middle, high] = [Math.round(median), Math.round(p95)];
  return middle === high ? `${middle} ms` : `${middle} ms (${high})`;
}

function noticeText(design: Design, notice: Notice): string {
  switch (notice.kind) {
    case 'link':
      return `${notice.interface} ${notice.isUp ? 'up' : 'down'}`;
    case 'bgp':
      return bgpNotice(notice.word, notice.direction, shownName(design, notice.peer));
    case 'route':
      return 'its own table';
  }
}

function bgpNotice(word: BgpWord, direction: 'in' | 'out', peer: string): string {
  return `${wordText(word)} ${direction === 'in' ? 'from' : 'to'} ${peer}`;
}
