// Owns a capture as text and as Markdown: its ways as tables, what was not seen, what was expected, and the verdict.

import { delayTable } from './capture-delays.ts';
import { lossSentences, pathSentence } from './capture-path.ts';
import type { CaptureReport } from './capture-report.ts';
import { wayTables } from './capture-table.ts';
import { markdownTable } from './markdown.ts';
import { textTable } from './text-table.ts';

/** A capture as people read it; `isWide` adds Ethernet addresses. */
export function captureText(report: CaptureReport, isWide = false): string {
  const parts = wayTables(report.evidence, isWide).map(
    ({ title, headings, rows }) => `${title}\n${textTable(headings, rows)}`,
  );
  const delays = delayTable(report.evidence);
  if (delays !== undefined) parts.push(`${delays.title}\n${textTable(delays.headings, delays.rows)}`);
  return [...parts, `${closing(report).join('\n')}\n`].join('\n');
}

/** The same for a page or an issue. */
export function captureMarkdown(report: CaptureReport): string {
  const { evidence, lab } = report;
  const parts = [`## ${lab}: ${evidence.from.address} to ${evidence.to.address}`];
  const delays = delayTable(evidence);
  for (const { title, headings, rows } of [...wayTables(evidence, true), ...(delays === undefined ? [] : [delays])])
    parts.push(`### ${title}\n\n${markdownTable(headings, rows)}`);
  parts.push(
    closing(report)
      .map((line) => `- ${line}`)
      .join('\n'),
  );
  return `${parts.join('\n\n')}\n`;
}

/** The sentences a capture ends with, the verdict last but for the files. */
export function closing({ evidence, expected, cause, saved, page }: CaptureReport): readonly string[] {
  const lines: string[] = [];
  const silent = evidence.points.filter(({ isSeen }) => !isSeen);
  const proven = silent.filter(({ packets }) => packets > 0).map(({ point }) => point.name);
  const unproven = silent.filter(({ packets }) => packets === 0).map(({ point }) => point.name);
  if (proven.length > 0) lines.push(`not seen: ${proven.join(', ')}`);
  if (unproven.length > 0) lines.push(`nothing heard, so nothing proven: ${unproven.join(', ')}`);
  if (evidence.down.length > 0) lines.push(`down: ${evidence.down.map(({ name }) => name).join(', ')}`);
  for (const { point, missed } of evidence.points) {
    if (missed > 0)
      lines.push(`incomplete: ${missed} ${missed === 1 ? 'packet' : 'packets'} passed ${point.name} unrecorded`);
  }
  lines.push(...translatedLines(evidence), ...sizeLines(evidence), ...followedLines(evidence, saved?.folder));
  if (evidence.isInterrupted) lines.push('interrupted: what was seen so far');
  const losses = lossSentences(evidence);
  if (expected !== undefined) {
    lines.push(...expected.branches, `expected: ${expected.way}`);
    lines.push(...expected.differences.map((difference) => `differs: ${difference}`));
    if (expected.differences.length === 0)
      lines.push(`observed: as expected${losses.length > 0 ? ', while it lasted' : ''}`);
  }
  lines.push(...losses, pathSentence(evidence));
  if (cause !== undefined) lines.push(`likely reason: ${cause}`);
  if (saved !== undefined) lines.push(`files: ${saved.files.length} and ${saved.merged} in ${saved.folder}`);
  if (page !== undefined) lines.push(`picture: ${page}`);
  return lines;
}

/** Rules of a node take its own connection before it leaves, and others may lie before the first point. */
function translatedLines({ lines, probe, to }: CaptureReport['evidence']): readonly string[] {
  const first = lines.find(({ packet }) => packet.kind === 'request');
  if (probe.kind === 'none' || first === undefined || first.packet.destination === to.address) return [];
  return [`translated before ${first.point.name}: ${to.address} to ${first.packet.destination}`];
}

/** What was only recorded. */
function followedLines({ followed, points }: CaptureReport['evidence'], folder: string | undefined): readonly string[] {
  if (followed === undefined) return [];
  let all = 0;
  for (const { packets } of points) all += packets;
  const rest = folder === undefined ? '' : `; labctl analyze ${folder}/*.pcap tells of all`;
  return [`followed: the first ${followed} of ${all} packets${rest}`];
}

/** What the wrapping takes, and how much longer a packet of this kind may be. */
function sizeLines({ lines, points }: CaptureReport['evidence']): readonly string[] {
  const requests = lines.filter(({ packet }) => packet.kind === 'request');
  const wrapped = requests.find(({ packet }) => packet.outer !== undefined)?.packet;
  const rooms = requests.flatMap(({ point, packet }) => {
    const mtu = points.find((one) => one.point === point)?.mtu;
    return mtu === undefined ? [] : [{ name: point.name, left: mtu - packet.length, mtu }];
  });
  const [least] = rooms.sort((a, b) => a.left - b.left);
  if (least === undefined) return [];
  const header = wrapped?.outer === undefined ? 'no outer header' : `${wrapped.outer.overhead} bytes of outer headers`;
  return [`size: ${header}; MTU left: ${least.left} bytes at ${least.name} (${least.mtu})`];
}
