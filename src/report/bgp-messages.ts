// Owns BGP messages on their way as a table, as Markdown and as JSON.

import { shownName } from '../design/address-book.ts';
import type { Design } from '../design/design.ts';
import type { BgpEnd, BgpEvidence, BgpSighting } from '../evidence/capture-bgp.ts';
import type { SavedCaptures } from '../evidence/save-captures.ts';
import { counted } from '../flow/finding.ts';
import { bgpText, timeText } from './analysis.ts';
import { markdownTable } from './markdown.ts';
import { textTable } from './text-table.ts';

/** All that is told of the messages of a capture. */
export interface BgpReport {
  readonly design: Design;
  readonly evidence: BgpEvidence;
  readonly saved: SavedCaptures;
}

const headings = ['TIME', 'POINT', 'DIRECTION', 'FROM', 'TO', 'ARRIVES', 'TYPE', 'CONTENTS'];

/** The messages in the order of time as people read them. KEEPALIVEs are only counted. */
export function bgpMessagesText(report: BgpReport): string {
  return `${textTable(headings, rowsOf(report))}\n${closing(report).join('\n')}\n`;
}

/** The same for a page or an issue. */
export function bgpMessagesMarkdown(report: BgpReport): string {
  const lines = closing(report).map((line) => `- ${line}`);
  return `## ${report.design.lab}: BGP messages\n\n${markdownTable(headings, rowsOf(report))}\n\n${lines.join('\n')}\n`;
}

function rowsOf({ design, evidence }: BgpReport): readonly (readonly string[])[] {
  return evidence.messages
    .filter(({ message }) => message.kind !== 'keepalive')
    .map(({ time, point, direction, from, to, message, arrived }) => [
      timeText(time),
      point,
      direction,
      endText(design, from),
      endText(design, to),
      arrived === undefined ? '-' : `${arrived.point} after ${timeText(arrived.after)}`,
      message.kind.toUpperCase(),
      bgpText(message),
    ]);
}

function endText(design: Design, { machine, address }: BgpEnd): string {
  return machine === undefined ? address : `${shownName(design, machine)} (${address})`;
}

function closing({ evidence, saved }: BgpReport): readonly string[] {
  const keepalives = evidence.messages.filter(({ message }) => message.kind === 'keepalive').length;
  const told = evidence.messages.length - keepalives;
  const lines = [`heard: ${counted(told, 'message')} and ${keepalives} KEEPALIVE at ${evidence.points.length} points`];
  const lost = evidence.messages.filter((sighting) => isLost(evidence, sighting));
  if (lost.length > 0) lines.push(`sent, and not seen to arrive: ${counted(lost.length, 'message')}`);
  if (evidence.isInterrupted) lines.push('interrupted: what was heard so far');
  return [...lines, `files: ${saved.files.length} and ${saved.merged} in ${saved.folder}`];
}

/** Its receiver was listened at and did not see it. */
function isLost({ points }: BgpEvidence, { to, arrived, direction }: BgpSighting): boolean {
  return direction === 'out' && arrived === undefined && points.some(({ point }) => point.machine === to.machine);
}

/** By point and number of the frame: what the message says, for Wireshark to show. */
export function bgpComments(design: Design, { messages }: BgpEvidence): ReadonlyMap<string, string> {
  const comments = new Map<string, string>();
  for (const { point, frame, from, to, message } of messages) {
    const text = `${endText(design, from)} to ${endText(design, to)}: ${message.kind.toUpperCase()} ${bgpText(message)}`;
    const key = `${point} ${frame}`;
    comments.set(key, [comments.get(key) ?? [], text.trimEnd()].flat().join('; '));
  }
  return comments;
}

/** The messages as data, times in nanoseconds. */
export function bgpMessagesJson({ design, evidence, saved }: BgpReport): string {
  const document = {
    apiVersion: 'labctl.dev/v1alpha1',
    kind: 'BgpCapture',
    lab: design.lab,
    isInterrupted: evidence.isInterrupted,
    messages: evidence.messages.map(({ time, ...rest }) => ({ timeNs: time, ...rest })),
    points: evidence.points.map(({ point }, place) => ({ name: point.name, file: saved.files[place] })),
    folder: saved.folder,
    merged: saved.merged,
  };
  return `${JSON.stringify(document, undefined, 2)}\n`;
}
