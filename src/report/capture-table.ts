// Owns a capture as text: one line a hop in path order, request then reply, what was not seen, and the path found.

import type { CaptureEvidence, CaptureLine } from '../evidence/capture.ts';
import type { OuterHeader, Wrapping } from '../evidence/echo.ts';
import { pathSentence } from './capture-path.ts';
import { textTable } from './text-table.ts';

const headings = ['WHERE', 'INTERFACE', 'DIRECTION', 'SOURCE', 'DESTINATION', 'TTL', 'ENCAPSULATION', 'TIME'];

/** A capture as people read it; `saved` names the pcap files' folder. */
export function captureTable(
  evidence: CaptureEvidence,
  saved?: { readonly folder: string; readonly files: readonly string[] },
): string {
  const parts: string[] = [];
  const sequences = [...new Set(evidence.lines.map((line) => line.echo.sequence))];
  for (const sequence of sequences) {
    const number = sequences.length > 1 ? ` ${sequence}` : '';
    const lines = evidence.lines.filter((line) => line.echo.sequence === sequence);
    const [there, back] = [evidence.from, evidence.to];
    parts.push(section(`request${number}: ${there.address} to ${back.address}`, lines, 'request'));
    parts.push(section(`reply${number}: ${back.address} to ${there.address}`, lines, 'reply'));
  }
  const unseen = evidence.points.filter((point) => !point.isSeen).map(({ point }) => point.name);
  const closing: string[] = [];
  if (unseen.length > 0) closing.push(`not seen: ${unseen.join(', ')}`);
  for (const { point, missed } of evidence.points) {
    if (missed > 0) closing.push(`incomplete: ${missed} packets passed ${point.name} unrecorded`);
  }
  closing.push(pathSentence(evidence));
  if (saved !== undefined) closing.push(`files: ${saved.files.length} in ${saved.folder}`);
  return [...parts, `${closing.join('\n')}\n`].join('\n');
}

/** How a packet is wrapped, with the outer header where there is one. */
export function encapsulationText(wrapping: Wrapping, outer: OuterHeader | undefined): string {
  if (outer === undefined) return 'plain';
  const name = wrapping === 'vxlan' ? `VXLAN ${outer.vni ?? ''}`.trim() : 'IPIP';
  return `${name} ${outer.source} > ${outer.destination} ttl ${outer.ttl}`;
}

function section(title: string, lines: readonly CaptureLine[], kind: 'request' | 'reply'): string {
  const own = lines.filter((line) => line.echo.kind === kind);
  if (own.length === 0) return `${title}\nnot seen anywhere\n`;
  return `${title}\n${textTable(headings, own.map(row))}`;
}

function row({ point, direction, echo, sinceFirst }: CaptureLine): readonly string[] {
  const colon = point.name.indexOf(':');
  return [
    point.name.slice(0, colon),
    point.interface,
    direction,
    echo.source,
    echo.destination,
    String(echo.ttl),
    encapsulationText(echo.wrapping, echo.outer),
    `${(sinceFirst / 1000).toFixed(1)} us`,
  ];
}
