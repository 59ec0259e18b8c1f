// Owns the path attributes of a BGP UPDATE (RFC 4271 section 5; RFC 4456, 4760, 6793) and the form of its prefixes.

import { ipv4Text, ipv6Text, long, word } from './bytes.ts';

/** Routes of one address family in MP_REACH_NLRI or MP_UNREACH_NLRI (RFC 4760). */
export interface BgpFamilyRoutes {
  /** 1 IPv4, 2 IPv6. */
  readonly afi: number;
  /** 1 unicast. */
  readonly safi: number;
  /** Empty in MP_UNREACH_NLRI; IPv6 may name a link-local next hop as the second (RFC 2545). */
  readonly nextHops: readonly string[];
  /** CIDR; empty for families other than IPv4 and IPv6 unicast and multicast, whose form is another. */
  readonly prefixes: readonly string[];
}

/** The attributes that are read. */
export interface BgpAttributes {
  readonly origin: 'IGP' | 'EGP' | 'INCOMPLETE' | undefined;
  /** `65001 65002 {65003,65004}`: sets in braces; empty for a path without hops, undefined without the attribute. */
  readonly asPath: string | undefined;
  readonly nextHop: string | undefined;
  readonly med: number | undefined;
  readonly localPref: number | undefined;
  readonly originatorId: string | undefined;
  readonly clusterList: readonly string[];
  /** `65001:100`, `no-export` (RFC 1997); `65001:1:2` (RFC 8092); `target 65001:100` and others (RFC 4360). */
  readonly communities: readonly string[];
  readonly reach: BgpFamilyRoutes | undefined;
  readonly unreach: BgpFamilyRoutes | undefined;
}

type Changing<T> = { -readonly [K in keyof T]: T[K] };

/** Reads the attributes between `from` and `end`; undefined when their lengths do not fit. */
export function attributesOf(bytes: Uint8Array, from: number, end: number): BgpAttributes | undefined {
  const found: Changing<BgpAttributes> = {
    origin: undefined,
    asPath: undefined,
    nextHop: undefined,
    med: undefined,
    localPref: undefined,
    originatorId: undefined,
    clusterList: [],
    communities: [],
    reach: undefined,
    unreach: undefined,
  };
  let at = from;
  while (at < end) {
    if (at + 3 > end) return undefined;
    // The extended-length bit makes the length two bytes.
    const isLong = (bytes[at]! & 0x10) !== 0;
    if (isLong && at + 4 > end) return undefined;
    const value = at + (isLong ? 4 : 3);
    const valueEnd = value + (isLong ? word(bytes, at + 2) : bytes[at + 2]!);
    if (valueEnd > end) return undefined;
    if (!readAttribute(found, bytes, bytes[at + 1]!, value, valueEnd)) return undefined;
    at = valueEnd;
  }
  return found;
}

/** False when the value is too short for its type. */
function readAttribute(
  found: Changing<BgpAttributes>,
  bytes: Uint8Array,
  type: number,
  at: number,
  end: number,
): boolean {
  const length = end - at;
  switch (type) {
    case 1:
      found.origin = (['IGP', 'EGP', 'INCOMPLETE'] as const)[bytes[at]!];
      return length === 1;
    case 2:
      found.asPath = asPathText(bytes, at, end);
      return found.asPath !== undefined;
    case 3:
      found.nextHop = length === 4 ? ipv4Text(bytes, at) : undefined;
      return length === 4;
    case 4:
      found.med = length === 4 ? long(bytes, at) : undefined;
      return length === 4;
    case 5:
      found.localPref = length === 4 ? long(bytes, at) : undefined;
      return length === 4;
    case 9:
      found.originatorId = length === 4 ? ipv4Text(bytes, at) : undefined;
      return length === 4;
    case 10: {
      const clusters: string[] = [];
      for (let place = at; place + 4 <= end; place += 4) clusters.push(ipv4Text(bytes, place));
      found.clusterList = clusters;
      return length % 4 === 0;
    }
    case 8:
    case 16:
    case 32:
      found.communities = [...found.communities, ...communitiesOf(type, bytes, at, end)];
      return length % communityLength[type] === 0;
    case 14:
      found.reach = reachOf(bytes, at, end);
      return found.reach !== undefined;
    case 15:
      found.unreach = length < 3 ? undefined : routesOf(bytes, at, at + 3, end, []);
      return found.unreach !== undefined;
    default:
      return true;
  }
}

/** Bytes of one community, by the attribute's type. */
const communityLength = { 8: 4, 16: 8, 32: 12 } as const;

const wellKnown: Readonly<Record<number, string>> = {
  4294967041: 'no-export',
  4294967042: 'no-advertise',
  4294967043: 'no-export-subconfed',
  4294901760: 'graceful-shutdown',
  4294902426: 'blackhole',
};

function communitiesOf(type: 8 | 16 | 32, bytes: Uint8Array, from: number, end: number): readonly string[] {
  const found: string[] = [];
  const length = communityLength[type];
  for (let at = from; at + length <= end; at += length) {
    if (type === 8) found.push(wellKnown[long(bytes, at)] ?? `${word(bytes, at)}:${word(bytes, at + 2)}`);
    else if (type === 32) found.push(`${long(bytes, at)}:${long(bytes, at + 4)}:${long(bytes, at + 8)}`);
    else found.push(extendedText(bytes, at));
  }
  return found;
}

/** A route target or origin by its AS of two or four bytes or its address; what else there is as a number. */
function extendedText(bytes: Uint8Array, at: number): string {
  const name = { 2: 'target', 3: 'origin' }[bytes[at + 1]!];
  const form = bytes[at]! & 0xbf;
  if (name === undefined || form > 2) return `0x${Buffer.from(bytes.subarray(at, at + 8)).toString('hex')}`;
  if (form === 0) return `${name} ${word(bytes, at + 2)}:${long(bytes, at + 4)}`;
  return `${name} ${form === 1 ? ipv4Text(bytes, at + 2) : long(bytes, at + 2)}:${word(bytes, at + 6)}`;
}

/**
 * AS numbers have four bytes between speakers that both have RFC 6793, else two, and the message does not say which:
 * four if the segments fill the attribute then, else two.
 */
function asPathText(bytes: Uint8Array, at: number, end: number): string | undefined {
  return segmentsText(bytes, at, end, 4) ?? segmentsText(bytes, at, end, 2);
}

function segmentsText(bytes: Uint8Array, from: number, end: number, width: 2 | 4): string | undefined {
  const segments: string[] = [];
  let at = from;
  while (at < end) {
    const [type = 0, count = 0] = [bytes[at], bytes[at + 1]];
    const segmentEnd = at + 2 + count * width;
    if (at + 2 > end || type < 1 || type > 4 || segmentEnd > end) return undefined;
    const numbers: number[] = [];
    for (let place = at + 2; place < segmentEnd; place += width) {
      numbers.push(width === 4 ? long(bytes, place) : word(bytes, place));
    }
    // 1 AS_SET and 4 AS_CONFED_SET have no order (RFC 4271 section 4.3, RFC 5065).
    if (type === 2) segments.push(numbers.join(' '));
    else if (type === 3) segments.push(`(${numbers.join(' ')})`);
    else segments.push(type === 1 ? `{${numbers.join(',')}}` : `[${numbers.join(',')}]`);
    at = segmentEnd;
  }
  return segments.join(' ');
}

function reachOf(bytes: Uint8Array, at: number, end: number): BgpFamilyRoutes | undefined {
  if (at + 5 > end) return undefined;
  const nextHopEnd = at + 4 + bytes[at + 3]!;
  if (nextHopEnd + 1 > end) return undefined;
  const nextHops: string[] = [];
  const width = word(bytes, at) === 1 && bytes[at + 3] === 4 ? 4 : 16;
  for (let place = at + 4; place + width <= nextHopEnd; place += width) {
    nextHops.push(width === 4 ? ipv4Text(bytes, place) : ipv6Text(bytes, place));
  }
  // One reserved byte stands between the next hops and the prefixes.
  return routesOf(bytes, at, nextHopEnd + 1, end, nextHops);
}

function routesOf(
  bytes: Uint8Array,
  at: number,
  from: number,
  end: number,
  nextHops: readonly string[],
): BgpFamilyRoutes | undefined {
  const [afi, safi] = [word(bytes, at), bytes[at + 2]!];
  const isKnown = (afi === 1 || afi === 2) && (safi === 1 || safi === 2);
  const prefixes = isKnown ? prefixesOf(bytes, from, end, afi === 1 ? 4 : 6) : [];
  return prefixes === undefined ? undefined : { afi, safi, nextHops, prefixes };
}

/**
 * Prefixes as UPDATEs carry them: a length in bits, then as many bytes as it needs. Undefined when they do not fit. With
 * ADD-PATH (RFC 7911) a path identifier of four bytes stands before each, and the message does not say so: it is there where
 * plain prefixes do not fit, or where its zeros would be the default route more than once.
 */
export function prefixesOf(bytes: Uint8Array, from: number, end: number, family: 4 | 6): readonly string[] | undefined {
  const plain = prefixesBehind(0, bytes, from, end, family);
  const defaults = plain?.filter((prefix) => prefix.endsWith('/0')).length ?? Infinity;
  return defaults > 1 ? (prefixesBehind(pathIdLength, bytes, from, end, family) ?? plain) : plain;
}

const pathIdLength = 4;

function prefixesBehind(
  skipped: number,
  bytes: Uint8Array,
  from: number,
  end: number,
  family: 4 | 6,
): readonly string[] | undefined {
  const width = family === 4 ? 4 : 16;
  const prefixes: string[] = [];
  const address = new Uint8Array(width);
  let at = from;
  while (at < end) {
    at += skipped;
    if (at >= end) return undefined;
    const length = bytes[at]!;
    const count = Math.ceil(length / 8);
    if (length > width * 8 || at + 1 + count > end) return undefined;
    address.fill(0);
    for (let place = 0; place < count; place++) address[place] = bytes[at + 1 + place]!;
    // Bits behind the length are of no meaning (RFC 4271 section 4.3).
    if (length % 8 !== 0) address[count - 1]! &= 0xff << (8 - (length % 8));
    prefixes.push(`${family === 4 ? ipv4Text(address, 0) : ipv6Text(address, 0)}/${length}`);
    at += 1 + count;
  }
  return prefixes;
}
