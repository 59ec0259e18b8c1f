// Owns what the passages of a packet say together: machines by distance, the wrapping, its bytes. Pure.

import type { Family } from '../base/address.ts';
import type { Wrapping } from '../calico/encapsulation.ts';
import { shownName } from './address-book.ts';
import type { Design } from './design.ts';
import { isTunnel } from './tunnel.ts';
import type { Passage } from './walk.ts';

/** TTL that Linux gives a packet (ip_default_ttl). */
export const initialTtl = 64;

/** The machines of passages in order of distance; several of one distance are equal paths, by name. */
export function machinesByDistance(design: Design, passages: readonly Passage[]): readonly (readonly string[])[] {
  const byDepth = new Map<number, string[]>();
  for (const { machine, depth } of passages)
    byDepth.set(depth, [...(byDepth.get(depth) ?? []), shownName(design, machine)]);
  return [...byDepth].toSorted(([a], [b]) => a - b).map(([, names]) => names.toSorted());
}

/** Machines between two ends that forward the packet itself, not a tunnel's: each takes one from its TTL (RFC 1812 5.3.1). */
export function forwardersOf(passages: readonly Passage[], ends: readonly string[]): readonly Passage[] {
  return passages.filter(({ machine, isUnderlay }) => !isUnderlay && !ends.includes(machine));
}

/** How a packet is wrapped on its way. */
export function wrappingOf(passages: readonly Passage[]): Wrapping {
  const tunnel = passages.flatMap(({ outs }) => [...outs]).find(isTunnel);
  if (tunnel === undefined) return 'none';
  return tunnel === 'tunl0' ? 'ipip' : 'vxlan';
}

/** Bytes of the outer headers: IPv4's 20 or IPv6's 40 (RFC 2003), and 30 of UDP, VXLAN and Ethernet (RFC 7348). */
export function headerBytesOf(wrapping: Wrapping, family: Family): number {
  const outer = family === 6 ? 40 : 20;
  return { none: 0, ipip: outer, vxlan: outer + 30 }[wrapping];
}
