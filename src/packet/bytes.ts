// Owns reading numbers and addresses out of a packet's bytes; all are in network order (RFC 1700) unless named little.

import { formatAddress } from '../base/address.ts';

/** The 16-bit number at `at`; the caller has checked the bounds. */
export function word(bytes: Uint8Array, at: number): number {
  return (bytes[at]! << 8) | bytes[at + 1]!;
}

/** The 32-bit number at `at`, unsigned; the caller has checked the bounds. */
export function long(bytes: Uint8Array, at: number): number {
  return ((bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!) >>> 0;
}

/** The 24-bit number at `at`: a VNI, an MPLS label with its traffic class. */
export function threeBytes(bytes: Uint8Array, at: number): number {
  return (bytes[at]! << 16) | (bytes[at + 1]! << 8) | bytes[at + 2]!;
}

/** The 32-bit number at `at` in the byte order of a capture file. */
export function longIn(bytes: Uint8Array, at: number, isLittle: boolean): number {
  if (!isLittle) return long(bytes, at);
  return (bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)) >>> 0;
}

/** The 16-bit number at `at` in the byte order of a capture file. */
export function wordIn(bytes: Uint8Array, at: number, isLittle: boolean): number {
  return isLittle ? bytes[at]! | (bytes[at + 1]! << 8) : word(bytes, at);
}

/** Four bytes as an IPv4 address. */
export function ipv4Text(bytes: Uint8Array, at: number): string {
  return `${bytes[at]}.${bytes[at + 1]}.${bytes[at + 2]}.${bytes[at + 3]}`;
}

/** Sixteen bytes as an IPv6 address (RFC 5952). */
export function ipv6Text(bytes: Uint8Array, at: number): string {
  let value = 0n;
  for (let word32 = 0; word32 < 16; word32 += 4) value = (value << 32n) | BigInt(long(bytes, at + word32));
  return formatAddress({ family: 6, value });
}

/** Six bytes as an Ethernet address, `02:00:00:00:00:01`. */
export function macText(bytes: Uint8Array, at: number): string {
  return Array.from(bytes.subarray(at, at + 6), (byte) => byte.toString(16).padStart(2, '0')).join(':');
}
