// Owns what a finding is: something the packets show, said in a sentence, with the packets that show it.

import type { Correlator } from './correlator.ts';

/** What findings are about; stable words. */
export type FindingKind =
  | 'different-packets'
  | 'translated'
  | 'forwarded-copies'
  | 'offloaded'
  | 'fragmented'
  | 'icmp-error'
  | 'path-mtu-black-hole'
  | 'not-acknowledged'
  | 'seen-at-some'
  | 'encrypted'
  | 'direct-return'
  | 'hairpin'
  | 'bare-ip'
  | 'calico-ebpf'
  | 'cilium-identity'
  | 'bgp-session'
  | 'bgp-collision'
  | 'bgp-closed'
  | 'bfd'
  | 'arp-announced'
  | 'calico-veth'
  | 'clock';

/** One finding. */
export interface Finding {
  readonly kind: FindingKind;
  readonly text: string;
  /** The first few packets that show it. */
  readonly packets: readonly { readonly point: string; readonly frame: number }[];
}

/** A finding about rows of the table of sightings. */
export function findingOf(
  { sightings, points }: Correlator,
  kind: FindingKind,
  rows: readonly number[],
  text: string,
): Finding {
  const packets = rows.slice(0, 10).map((row) => ({
    point: points[sightings.point[row]!]!.name,
    frame: sightings.frame[row]!,
  }));
  return { kind, text, packets };
}

/** `1 packet`, `2 packets`. */
export function counted(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? '' : 's'}`;
}
