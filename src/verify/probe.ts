// Owns the checks of probes: an interface's MTU, a ping's answer and TTL, the machines a traceroute names, the wrapping.

import type { Family } from '../base/address.ts';
import { type AddressBook, addressBookOf, shownName } from '../design/address-book.ts';
import { type Design, findMachine } from '../design/design.ts';
import { probeKey, referencedAddress } from '../design/reference.ts';
import type { Evidence } from '../evidence/gather.ts';
import type { Failure } from './verdict.ts';

type Expectation = Design['expect'][number];
type Of<K extends Expectation['kind']> = Extract<Expectation, { kind: K }>;
type PingSeen = Evidence['pings'] extends ReadonlyMap<string, infer P> ? P : never;
type TraceSeen = Evidence['traces'] extends ReadonlyMap<string, infer T> ? T : never;

/** Judges an `mtu:` line. */
export function judgeMtu(design: Design, expectation: Of<'mtu'>, evidence: Evidence): readonly Failure[] {
  const machine = findMachine(design, expectation.on);
  const links = evidence.tables.interfaces.filter((candidate) => candidate.machine === machine?.name);
  const link = links.find((candidate) => candidate.name === expectation.interface);
  if (link?.mtu === expectation.value) return [];
  const others = links.map((candidate) => candidate.name).join(', ');
  const seen =
    machine === undefined
      ? `no machine "${expectation.on}" in this lab`
      : link === undefined
        ? `no such interface (it has ${others === '' ? 'none' : others})`
        : `MTU ${link.mtu}`;
  const what = `MTU of ${expectation.interface}`;
  return [{ what, where: expectation.on, expected: `MTU ${expectation.value}`, seen }];
}

/** Judges a `ping:` line. */
export function judgePing(expectation: Of<'ping'>, evidence: Evidence): readonly Failure[] {
  const seen = evidence.pings.get(probeKey(expectation));
  const isAnswered = (seen?.received ?? 0) > 0;
  const what = `ping to ${expectation.to}`;
  const where = expectation.from;
  if (seen !== undefined && !expectation.answered) {
    return isAnswered ? [{ what, where, expected: 'no answer', seen: pingText(seen) }] : [];
  }
  const { ttl, minRttMs = 0, lost } = expectation;
  const failures: Failure[] = [];
  if (!isAnswered || (ttl !== undefined && seen?.replies[0]?.ttl !== ttl)) {
    const expected = ttl === undefined ? 'an answer' : `an answer with TTL ${ttl}`;
    failures.push({ what, where, expected, seen: pingText(seen) });
  }
  const soonest = Math.min(...(seen?.replies ?? []).map(({ ms }) => ms));
  if (isAnswered && soonest < minRttMs) {
    failures.push({ what, where, expected: `no answer within ${minRttMs} ms`, seen: `an answer after ${soonest} ms` });
  }
  const unanswered = (seen?.transmitted ?? 0) - (seen?.received ?? 0);
  if (isAnswered && lost !== undefined && (unanswered < lost[0] || unanswered > lost[1])) {
    failures.push({ what, where, expected: lossText(expectation), seen: `${unanswered} of ${seen?.transmitted} lost` });
  }
  return failures;
}

/** `5 to 30 of 100 lost`; empty where a ping says nothing of it. */
function lossText({ lost, count = 1 }: Of<'ping'>): string {
  return lost === undefined ? '' : `${lost[0]} to ${lost[1]} of ${count} lost`;
}

/** A `ping:` line as a sentence without a verb, without its ends. */
export function pingWanted(expectation: Of<'ping'>): string {
  if (!expectation.answered) return 'not answered';
  const { ttl, minRttMs } = expectation;
  const words = [
    'answered',
    ttl === undefined ? '' : `TTL ${ttl}`,
    minRttMs === undefined ? '' : `not within ${minRttMs} ms`,
    lossText(expectation),
  ];
  return words.filter((word) => word !== '').join(', ');
}

/** Judges a `path:` line: hops, TTL and wrapping, each a failure of its own. */
export function judgePath(design: Design, expectation: Of<'path'>, evidence: Evidence): readonly Failure[] {
  const where = expectation.from;
  const key = probeKey(expectation);
  const failures: Failure[] = [];
  const { isArrived, between, text: seen } = followed(design, evidence.traces.get(key), expectation);
  const wanted = expectation.hops.at(-1) === expectation.to ? expectation.hops.slice(0, -1) : expectation.hops;
  const fits =
    isArrived && between.length === wanted.length && wanted.every((hop, at) => isHop(design, hop, between[at] ?? ''));
  if (!fits) {
    failures.push({ what: `path to ${expectation.to}`, where, expected: [...wanted, expectation.to].join(', '), seen });
  }
  const ping = evidence.pings.get(key);
  if (expectation.ttl !== undefined && ping?.replies[0]?.ttl !== expectation.ttl) {
    const expected = `an answer with TTL ${expectation.ttl}`;
    failures.push({ what: `ping to ${expectation.to}`, where, expected, seen: pingText(ping) });
  }
  const wrappings = evidence.wrappings.get(key) ?? [];
  if (expectation.encapsulation !== undefined && !isWrapped(expectation.encapsulation, wrappings, ping)) {
    const seen = wrappings.length === 0 ? 'no echo on an uplink' : wrappings.map(wrappingText).join(' and ');
    const expected = wrappingText(expectation.encapsulation);
    failures.push({ what: `encapsulation towards ${expectation.to}`, where, expected, seen });
  }
  return failures;
}

/** What a traceroute found: the machines between, and all of it as text. */
export function followed(
  design: Design,
  trace: TraceSeen | undefined,
  { to, family }: { readonly to: string; readonly family?: Family | undefined },
): { readonly isArrived: boolean; readonly between: readonly string[]; readonly text: string } {
  const book = addressBookOf(design);
  const destination = referencedAddress(design, to, family);
  const names = (trace?.hops ?? []).map((hop) => machineAt(design, book, hop.address));
  const isArrived = destination !== undefined && trace?.hops.at(-1)?.address === destination;
  const errors = trace?.errors.join('; ') || 'no hop answered';
  const text = names.length === 0 ? errors : `${names.join(', ')}${isArrived ? '' : ' (not arrived)'}`;
  return { isArrived, between: isArrived ? names.slice(0, -1) : names, text };
}

/** The word for a wrapping as the table of `capture` has it. */
export function wrappingText(wrapping: 'none' | 'ipip' | 'vxlan'): string {
  return { none: 'plain', ipip: 'IPIP', vxlan: 'VXLAN' }[wrapping];
}

/** Whether echoes were wrapped so. Inside one node nothing is on an uplink, and nothing is wrapped. */
export function isWrapped(wanted: string, wrappings: readonly string[], ping: PingSeen | undefined): boolean {
  if (wrappings.length === 0) return wanted === 'none' && (ping?.received ?? 0) > 0;
  return wrappings.every((wrapping) => wrapping === wanted);
}

/** A name from the lab file, or one with a trailing `*` for any of that prefix; `*` alone is a hop that keeps silent. */
function isHop(design: Design, wanted: string, seen: string): boolean {
  if (wanted === '*') return seen === '*';
  return wanted.endsWith('*') ? seen.startsWith(wanted.slice(0, -1)) : shownName(design, wanted) === seen;
}

function machineAt(design: Design, book: AddressBook, address: string | undefined): string {
  if (address === undefined) return '*';
  const at = book.get(address);
  return at === undefined ? address : shownName(design, at.machine);
}

/** What a ping found, in words. */
export function pingText(seen: PingSeen | undefined): string {
  const reply = seen?.replies[0];
  if (reply !== undefined) return `an answer with TTL ${reply.ttl}`;
  return seen === undefined || seen.errors.length === 0 ? 'no answer' : `no answer: ${seen.errors.join('; ')}`;
}
