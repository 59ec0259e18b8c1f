// Owns the numbers a design is built from: which address of a prefix a machine takes, and its MAC address.

import { createHash } from 'node:crypto';
import {
  type Address,
  addressOf,
  containsPrefix,
  formatAddress,
  formatPrefix,
  maskPrefix,
  mustParseAddress,
  mustParsePrefix,
  nthAddress,
  type Prefix,
  parseAddress,
} from '../base/address.ts';

/** First host number of nodes in a rack; the leaf has 1. */
export const firstRackHost = 10;

/** First host number on Docker's networks; the gateway has 1. */
export const firstDockerHost = 2;

/** The n-th address of a prefix with its length, `10.1.5.10/24`; undefined when the prefix ends before it. */
export function hostOf(prefix: string, n: number): string | undefined {
  const network = mustParsePrefix(prefix);
  const host = nthAddress(network, n);
  if (!containsPrefix(network, { family: host.family, value: host.value })) return undefined;
  return isBroadcast(network, host) ? undefined : formatPrefix(host);
}

/** The all-ones address of an IPv4 prefix shorter than /31 is its broadcast address (RFC 919). */
function isBroadcast(network: Prefix, host: Address): boolean {
  if (network.family !== 4 || network.length > 30) return false;
  return host.value === maskPrefix(network).value + (1n << BigInt(32 - network.length)) - 1n;
}

/** The first address of a network, with its length: its gateway's. Every checked prefix has one. */
export function gatewayOf(prefix: string): string {
  return formatPrefix(nthAddress(mustParsePrefix(prefix), 1));
}

/** Gives every name an address of the prefix: its stated one, else the next free from host number `first` on. */
export function assignHosts(
  prefix: string,
  first: number,
  names: readonly { readonly name: string; readonly stated: string | undefined }[],
  taken: readonly string[],
): ReadonlyMap<string, string | undefined> {
  const used = new Set(
    [...taken, ...names.flatMap(({ stated }) => (stated === undefined ? [] : [stated]))].map(addressOf),
  );
  const assigned = new Map<string, string | undefined>();
  let next = first;
  for (const { name, stated } of names) {
    if (stated !== undefined) {
      assigned.set(name, stated);
      continue;
    }
    let host = hostOf(prefix, next++);
    while (host !== undefined && used.has(addressOf(host))) host = hostOf(prefix, next++);
    assigned.set(name, host);
  }
  return assigned;
}

/** The IPv6 address beside an IPv4 one: the same host number in the network's IPv6 prefix. */
export function pairedV6(prefix6: string, address: string): string {
  const v4 = mustParsePrefix(address);
  return formatPrefix(nthAddress(mustParsePrefix(prefix6), v4.value - maskPrefix(v4).value));
}

/** The link-local address that the kernel makes of a MAC address (RFC 4291 appendix A: modified EUI-64). */
export function linkLocalOf(mac: string): string {
  const bytes = mac.split(':').map((byte) => Number.parseInt(byte, 16));
  const [first = 0, ...others] = bytes;
  const id = [first ^ 0x02, ...others.slice(0, 2), 0xff, 0xfe, ...others.slice(2)];
  const value = id.reduce((number, byte) => (number << 8n) | BigInt(byte), 0xfe80n << 48n);
  return formatAddress({ family: 6, value });
}

/** Docker's MAC address for an IPv4 address: 02:42 and its four bytes. */
export function dockerMac(address: string): string {
  const { value } = mustParseAddress(addressOf(address));
  const bytes = [24n, 16n, 8n, 0n].map((shift) => Number((value >> shift) & 0xffn));
  return ['02', '42', ...bytes.map(hexByte)].join(':');
}

/** containerlab's vendor prefix and three bytes that follow from the port's name (there they are random). */
export function fabricMac(machine: string, iface: string): string {
  const [a = 0, b = 0, c = 0] = createHash('sha1').update(`${machine}:${iface}`).digest();
  return ['aa', 'c1', 'ab', ...[a, b, c].map(hexByte)].join(':');
}

/** A pod's MAC address: locally administered, unicast, following from its name (the kernel's is random). */
export function podMac(namespace: string, pod: string): string {
  const bytes = [...createHash('sha1').update(`${namespace}.${pod}`).digest().subarray(0, 6)];
  return bytes.map((byte, i) => hexByte(i === 0 ? (byte & 0xfc) | 0x02 : byte)).join(':');
}

function hexByte(byte: number): string {
  return byte.toString(16).padStart(2, '0');
}

/** The highest of some IPv4 addresses with prefix length: FRR's router id when none is stated. */
export function highestAddress(addresses: readonly string[]): string | undefined {
  let highest: Address | undefined;
  for (const text of addresses) {
    const address = parseAddress(addressOf(text));
    if (address?.family === 4 && (highest === undefined || address.value > highest.value)) highest = address;
  }
  return highest === undefined ? undefined : formatAddress(highest);
}

/** The shortest prefix that covers all, widened to /16 where they share one, as the original labs write it. */
export function coveringPrefix(prefixes: readonly string[]): string | undefined {
  const parsed = prefixes.map(mustParsePrefix);
  let cover = parsed[0];
  if (cover === undefined) return undefined;
  if (cover.length > 16) cover = maskPrefix({ ...cover, length: 16 });
  for (const prefix of parsed) {
    while (!containsPrefix(cover, prefix)) cover = maskPrefix({ ...cover, length: cover.length - 1 });
  }
  return formatPrefix(cover);
}
