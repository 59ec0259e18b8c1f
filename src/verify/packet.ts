// Owns the check of a packet of one size: whether it passes whole, and if not, where it dies and whether its sender is told.

import type { Design } from '../design/design.ts';
import { packetKey } from '../design/reference.ts';
import type { Evidence } from '../evidence/gather.ts';
import type { PacketProbe } from '../evidence/packet.ts';
import type { Failure } from './verdict.ts';

type PacketExpectation = Extract<Design['expect'][number], { kind: 'packet' }>;

/** A `packet:` line as a sentence without a verb. */
export function packetTitle(expectation: PacketExpectation): string {
  const { from, to, size } = expectation;
  return `packet of ${size} bytes from ${from} to ${to}, DF set: ${wantedText(expectation)}`;
}

/** Judges a `packet:` line. */
export function judgePacket(expectation: PacketExpectation, evidence: Pick<Evidence, 'packets'>): readonly Failure[] {
  const { from, to, size, passes, icmp, at } = expectation;
  const seen = evidence.packets.get(packetKey(expectation));
  const isSo =
    seen?.passes === passes &&
    (icmp === undefined || icmp === (seen.icmp !== undefined)) &&
    (at === undefined || seen.lastSeen === at || seen.lastSeen?.split(':')[0] === at);
  if (isSo) return [];
  const what = `packet of ${size} bytes to ${to}`;
  return [{ what, where: from, expected: wantedText(expectation), seen: seenText(seen) }];
}

function wantedText({ passes, icmp, at }: PacketExpectation): string {
  if (passes) return 'passes';
  const told = icmp === undefined ? '' : icmp ? ', and its sender is told' : ', and nobody says so';
  return `lost${at === undefined ? '' : ` after ${at}`}${told}`;
}

function seenText(seen: PacketProbe | undefined): string {
  if (seen === undefined || seen.passes) return seen === undefined ? 'not sent' : 'passes';
  const where = seen.lastSeen === undefined ? 'lost at its sender' : `lost after ${seen.lastSeen}`;
  return `${where}, ${seen.icmp === undefined ? 'and nobody says so' : seen.icmp}`;
}
