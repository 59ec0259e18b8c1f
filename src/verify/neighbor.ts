// Owns the check of what keeps a router's session alive: the negotiated hold time (RFC 4271) and BFD (RFC 5880).

import { addressBookOf } from '../design/address-book.ts';
import { type Design, findMachine } from '../design/design.ts';
import type { Evidence } from '../evidence/gather.ts';
import type { Failure } from './verdict.ts';

type NeighborExpectation = Extract<Design['expect'][number], { kind: 'neighbor' }>;

/** A `neighbor:` line as a sentence without a verb. */
export function neighborTitle(expectation: NeighborExpectation): string {
  return `neighbor ${expectation.to} of ${expectation.on}: ${wantedText(expectation)}`;
}

/** Judges a `neighbor:` line: every session with the neighbor must be so, and there must be one. */
export function judgeNeighbor(
  design: Design,
  expectation: NeighborExpectation,
  evidence: Pick<Evidence, 'neighbors'>,
): readonly Failure[] {
  const { on, to, hold, bfd } = expectation;
  const book = addressBookOf(design);
  const far = findMachine(design, to)?.name;
  const all = evidence.neighbors.get(findMachine(design, on)?.name ?? on) ?? [];
  const own = all.filter(({ address }) => address === to || (far !== undefined && book.get(address)?.machine === far));
  const isSo = own.every(
    (seen) => (hold === undefined || seen.hold === hold) && (bfd === undefined || (seen.bfd === 'Up') === bfd),
  );
  if (own.length > 0 && isSo) return [];
  const seen = own.map(seenText).join('; ') || 'no such neighbor';
  return [{ what: `neighbor ${to}`, where: on, expected: wantedText(expectation), seen }];
}

function wantedText({ hold, bfd }: NeighborExpectation): string {
  const words = [
    ...(hold === undefined ? [] : [`hold time ${hold} s`]),
    ...(bfd === undefined ? [] : [bfd ? 'BFD up' : 'no BFD']),
  ];
  return words.length === 0 ? 'configured' : words.join(', ');
}

function seenText({ hold, bfd }: { readonly hold: number | undefined; readonly bfd: string | undefined }): string {
  const session = hold === undefined ? 'not Established' : `hold time ${hold} s`;
  return `${session}, ${bfd === undefined ? 'no BFD' : `BFD ${bfd.toLowerCase()}`}`;
}
