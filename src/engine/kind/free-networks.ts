// Owns the choice of Docker networks for a lab: the usual ones where nobody has them, the next free ones otherwise. Pure.

import { addressOf, formatPrefix, mustParsePrefix, nthAddress, overlaps, parsePrefix } from '../../base/address.ts';

/** The prefixes that Docker has for a lab. */
interface Networks {
  readonly prefix: string;
  readonly gateway: string;
  readonly prefix6: string;
  readonly outside: string;
}

/** Docker's own pools, in Docker's order. */
const nodePrefixes = [
  ...count(18, 31).map((n) => `172.${n}.0.0/16`),
  ...count(0, 15).map((n) => `192.168.${16 * n}.0/20`),
];

const outsidePrefixes = [
  ...count(20, 31).map((n) => `172.${n}.20.0/24`),
  ...count(200, 254).map((n) => `192.168.${n}.0/24`),
];

const sixPrefixes = count(0xe793, 0xe7ff).map((n) => `fc00:f853:ccd:${n.toString(16)}::/64`);

/**
 * A lab's networks as they are where nothing overlaps; those in the way of `used` are replaced, with the first address of the new
 * prefix as gateway. A prefix for which nothing is free stays: preflight names who has it.
 */
export function freeNetworks(networks: Networks, used: readonly string[]): Networks {
  const prefix = firstFree([networks.prefix, ...nodePrefixes], used);
  const prefix6 = firstFree([networks.prefix6, ...sixPrefixes], used);
  const outside = firstFree([networks.outside, ...outsidePrefixes], [...used, prefix]);
  const gateway = prefix === networks.prefix ? networks.gateway : firstAddress(prefix);
  return { prefix, gateway, prefix6, outside };
}

function firstFree(candidates: readonly string[], used: readonly string[]): string {
  const taken = used.flatMap((text) => parsePrefix(text) ?? []);
  const free = candidates.find((candidate) => !taken.some((one) => overlaps(one, mustParsePrefix(candidate))));
  return free ?? candidates[0] ?? '';
}

function firstAddress(prefix: string): string {
  return addressOf(formatPrefix(nthAddress(mustParsePrefix(prefix), 1)));
}

function count(first: number, last: number): readonly number[] {
  return Array.from({ length: last - first + 1 }, (_, i) => first + i);
}
