// Owns IPv4 and IPv6 addresses and prefixes as numbers: parse, format (RFC 5952), contain, overlap, count.

import { isIPv4, SocketAddress } from 'node:net';

/** The address family: 4 or 6. */
export type Family = 4 | 6;

/** An address as a number with its family. */
export interface Address {
  readonly family: Family;
  readonly value: bigint;
}

/** A prefix in CIDR form. `value` keeps host bits when it was read from an interface address. */
export interface Prefix extends Address {
  readonly length: number;
}

/** 32 or 128. */
export function widthOf(family: Family): number {
  return family === 4 ? 32 : 128;
}

/** The family of an address or prefix in text form. */
export function familyOf(text: string): Family {
  return text.includes(':') ? 6 : 4;
}

/** The entry of one family, in a list that holds at most one of each. */
export function inFamily<T extends { readonly family: Family }>(list: readonly T[], family: Family): T | undefined {
  return list.find((entry) => entry.family === family);
}

/** Reads an address in text form; undefined when it is none (no zone index, no prefix length). */
export function parseAddress(text: string): Address | undefined {
  const family = familyOf(text);
  if (family === 4)
    return isIPv4(text) ? { family, value: groupsToNumber(text.split('.').map(Number), 8n) } : undefined;
  if (!isIPv6(text)) return undefined;
  const [head = '', tail] = replaceDottedTail(text).split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? [] : Array<string>(8 - left.length - right.length).fill('0');
  const groups = [...left, ...zeros, ...right].map((group) => Number.parseInt(group, 16));
  return { family, value: groupsToNumber(groups, 16n) };
}

/**
 * As the system reads it: the first call of `node:net`'s own isIPv6 compiles a pattern for as long as a whole plan is made. What stands
 * in no address is looked at before: to the system a text ends at a NUL, and a zone index is part of it.
 */
function isIPv6(text: string): boolean {
  if (/[^0-9a-f:.]/i.test(text)) return false;
  try {
    return new SocketAddress({ address: text, family: 'ipv6' }).family === 'ipv6';
  } catch {
    return false;
  }
}

function groupsToNumber(groups: readonly number[], bits: bigint): bigint {
  let value = 0n;
  for (const group of groups) value = (value << bits) | BigInt(group);
  return value;
}

/** `::ffff:1.2.3.4` to `::ffff:102:304`. */
function replaceDottedTail(text: string): string {
  const at = text.lastIndexOf(':') + 1;
  const dotted = text.slice(at);
  if (!dotted.includes('.')) return text;
  const [a = 0, b = 0, c = 0, d = 0] = dotted.split('.').map(Number);
  return `${text.slice(0, at)}${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`;
}

/** Writes an address: dotted quad, or RFC 5952 (lower case, the longest run of zeros shortened). */
export function formatAddress(address: Address): string {
  if (address.family === 4) {
    return [24n, 16n, 8n, 0n].map((shift) => String((address.value >> shift) & 0xffn)).join('.');
  }
  const groups: string[] = [];
  for (let shift = 112n; shift >= 0n; shift -= 16n) groups.push(((address.value >> shift) & 0xffffn).toString(16));
  let start = -1;
  let length = 1;
  for (let i = 0; i < 8; i++) {
    let run = 0;
    while (i + run < 8 && groups[i + run] === '0') run++;
    if (run > length) [start, length] = [i, run];
  }
  if (start < 0) return groups.join(':');
  return `${groups.slice(0, start).join(':')}::${groups.slice(start + length).join(':')}`;
}

/** Reads `address/length`; undefined when it is none. Host bits are kept: see `isMasked`. */
export function parsePrefix(text: string): Prefix | undefined {
  const slash = text.indexOf('/');
  if (slash < 0) return undefined;
  const address = parseAddress(text.slice(0, slash));
  const digits = text.slice(slash + 1);
  if (address === undefined || !/^(0|[1-9]\d{0,2})$/.test(digits)) return undefined;
  const length = Number(digits);
  return length > widthOf(address.family) ? undefined : { ...address, length };
}

/** Like `parsePrefix` for text that was validated before; throws a TypeError otherwise (labctl's bug). */
export function mustParsePrefix(text: string): Prefix {
  const prefix = parsePrefix(text);
  if (prefix === undefined) throw new TypeError(`not a prefix: ${text}`);
  return prefix;
}

/** Like `parseAddress` for text that was validated before; throws a TypeError otherwise (labctl's bug). */
export function mustParseAddress(text: string): Address {
  const address = parseAddress(text);
  if (address === undefined) throw new TypeError(`not an address: ${text}`);
  return address;
}

/** Writes `address/length`. */
export function formatPrefix(prefix: Prefix): string {
  return `${formatAddress(prefix)}/${prefix.length}`;
}

/** The prefix with host bits cleared. */
export function maskPrefix(prefix: Prefix): Prefix {
  const shift = BigInt(widthOf(prefix.family) - prefix.length);
  return { ...prefix, value: (prefix.value >> shift) << shift };
}

/** True when no host bit is set. */
export function isMasked(prefix: Prefix): boolean {
  return maskPrefix(prefix).value === prefix.value;
}

/** True when `inner` (an address or a prefix) lies wholly inside `outer`. */
export function containsPrefix(outer: Prefix, inner: Address | Prefix): boolean {
  const innerLength = 'length' in inner ? inner.length : widthOf(inner.family);
  if (outer.family !== inner.family || innerLength < outer.length) return false;
  const shift = BigInt(widthOf(outer.family) - outer.length);
  return outer.value >> shift === inner.value >> shift;
}

/** True when the two share at least one address. */
export function overlaps(a: Prefix, b: Prefix): boolean {
  return containsPrefix(a, b) || containsPrefix(b, a);
}

/** The n-th address of a prefix (0 is the network address), as a prefix of the same length. */
export function nthAddress(prefix: Prefix, n: number | bigint): Prefix {
  return { ...prefix, value: maskPrefix(prefix).value + BigInt(n) };
}

/** How many addresses a prefix has. */
export function sizeOf(prefix: Prefix): bigint {
  return 1n << BigInt(widthOf(prefix.family) - prefix.length);
}

/** The text before the slash of `address/length` (or the text itself). */
export function addressOf(text: string): string {
  return text.split('/', 1)[0] ?? text;
}

/** `10.1.5.10/24` to `10.1.5.0/24`. Throws a TypeError when the text is no prefix. */
export function networkOf(text: string): string {
  return formatPrefix(maskPrefix(mustParsePrefix(text)));
}

/** Orders prefixes as `ip route` prints them: family, address, then length. */
export function comparePrefixes(a: string, b: string): number {
  const [x, y] = [parsePrefix(a), parsePrefix(b)];
  if (x === undefined || y === undefined) return a < b ? -1 : a > b ? 1 : 0;
  if (x.family !== y.family) return x.family - y.family;
  if (x.value !== y.value) return x.value < y.value ? -1 : 1;
  return x.length - y.length;
}
