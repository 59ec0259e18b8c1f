// Owns what a lab's `expect:` may say instead of an address: `pod-b`, `pod-b.address`, `pod-b.block`, `worker2.block`.

import { type Family, familyOf, parseAddress, parsePrefix } from '../base/address.ts';
import { primaryAddressOf } from './address-book.ts';
import { type Design, findMachine } from './design.ts';

/**
 * The address a reference means, in one family or in the first it has: an address itself, a machine, or
 * `<machine>.address`; undefined when it means none.
 */
export function referencedAddress(design: Design, reference: string, family?: Family): string | undefined {
  if (parseAddress(reference) !== undefined) return reference;
  const machine = findMachine(design, reference.replace(/\.address$/, ''));
  return machine === undefined ? undefined : primaryAddressOf(machine, family);
}

/**
 * What a route's `to` means: the prefixes that must be in the table (`<pod>.block`, `<node>.block`, a prefix), or the
 * address whose route is asked for. Undefined when it means nothing in this lab.
 */
export function referencedDestination(
  design: Design,
  reference: string,
  family?: Family,
): { readonly prefixes: readonly string[] } | { readonly address: string } | undefined {
  if (parsePrefix(reference) !== undefined) return { prefixes: [reference] };
  if (reference.endsWith('.block')) {
    const machine = findMachine(design, reference.slice(0, -'.block'.length));
    if (machine?.kind !== 'pod' && machine?.kind !== 'node') return undefined;
    const all =
      machine.kind === 'pod' ? machine.addresses.map(({ block }) => block) : machine.blocks.map(({ cidr }) => cidr);
    return { prefixes: all.filter((cidr) => family === undefined || familyOf(cidr) === family) };
  }
  const address = referencedAddress(design, reference, family);
  return address === undefined ? undefined : { address };
}

/** The key of a probe between two ends: as the lab file names them. */
export function probeKey(probe: {
  readonly from: string;
  readonly to: string;
  readonly family?: Family | undefined;
}): string {
  return `${probe.from} ${probe.to}${probe.family === 6 ? ' 6' : ''}`;
}

/** The key of a probe with a packet of one size. */
export function packetKey(probe: { readonly from: string; readonly to: string; readonly size: number }): string {
  return `${probeKey(probe)} ${probe.size}`;
}

/** The key of requests to a service. */
export function requestKey(request: {
  readonly from: string;
  readonly service: string;
  readonly by: string;
  readonly node: string | undefined;
}): string {
  return `${request.from} ${request.service} ${request.by} ${request.node ?? ''}`;
}
