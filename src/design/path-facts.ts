// Owns what the design says of a packet's way between two machines: machines, wrapping, header bytes, TTL on arrival. Pure.

import { type Family, familyOf } from '../base/address.ts';
import { primaryAddressOf } from './address-book.ts';
import type { Design, Machine, PodDesign } from './design.ts';
import { tracedHops } from './journeys.ts';
import { reaches, walkRoutes } from './walk.ts';
import { forwardersOf, headerBytesOf, initialTtl, machinesByDistance, wrappingOf } from './way.ts';

/** How a packet travels between two machines once the lab is converged. */
export interface PathFacts {
  /** False: some packet, or its answer, has no route to its end. */
  readonly arrives: boolean;
  /** Machines between the two in order; several of one distance are equal paths. */
  readonly hops: readonly (readonly string[])[];
  /** What a traceroute shows of them. */
  readonly traced: readonly (readonly string[])[];
  readonly encapsulation: 'none' | 'ipip' | 'vxlan';
  /** Bytes of outer headers on the way: 20 for IPIP (RFC 2003), 50 for VXLAN over IPv4 and 70 over IPv6 (RFC 7348). */
  readonly headerBytes: number;
  /** At a pod, of a packet that a pod sends with 64: each machine that forwards the inner header takes one (RFC 1812 5.3.1). */
  readonly ttl: number;
}

/** The way from one machine to another, in one family or the first of both, by the routes the design expects. */
export function pathFactsOf(design: Design, from: Machine, to: Machine, family?: Family): PathFacts {
  const passages = walkRoutes(design, from, to, family);
  const ends = [from.name, to.name];
  const encapsulation = wrappingOf(passages);
  return {
    arrives: reaches(design, from, to, family),
    hops: machinesByDistance(
      design,
      passages.filter(({ machine }) => !ends.includes(machine)),
    ),
    traced: tracedHops(design, passages, ends),
    encapsulation,
    headerBytes: headerBytesOf(encapsulation, family ?? familyOf(primaryAddressOf(to) ?? '')),
    ttl: initialTtl - machinesByDistance(design, forwardersOf(passages, ends)).length,
  };
}

/** Two pods and a family in which both have an address. */
export interface TellingPair {
  readonly from: PodDesign;
  readonly to: PodDesign;
  readonly family: Family;
}

/** Pairs of pods whose ways tell a lab apart: from the first pod to every other one, in every family both have. */
export function tellingPairs(design: Design): readonly TellingPair[] {
  const from = design.pods.find(({ name }) => name === 'pod-a') ?? design.pods[0];
  if (from === undefined) return [];
  const pairs: TellingPair[] = [];
  for (const to of design.pods) {
    for (const { family } of from.addresses)
      if (to !== from && primaryAddressOf(to, family) !== undefined) pairs.push({ from, to, family });
  }
  return pairs;
}

/** What a pair is called: `pod-a to pod-b`, with the family where it is IPv6. */
export function pairName({ from, to, family }: TellingPair): string {
  return `${from.name} to ${to.name}${family === 6 ? ' (IPv6)' : ''}`;
}
