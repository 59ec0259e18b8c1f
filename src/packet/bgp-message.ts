// Owns BGP messages (RFC 4271 section 4): OPEN with its capabilities, UPDATE, NOTIFICATION, KEEPALIVE, ROUTE-REFRESH.

import { attributesOf, type BgpAttributes, prefixesOf } from './bgp-attributes.ts';
import { ipv4Text, long, word } from './bytes.ts';

/** One BGP message. */
export type BgpMessage =
  | BgpOpen
  | BgpUpdate
  | {
      readonly kind: 'notification';
      readonly code: number;
      readonly subcode: number;
      /** What an administrator says of a shutdown or reset (RFC 9003). */
      readonly text: string | undefined;
    }
  | { readonly kind: 'keepalive' }
  | { readonly kind: 'route-refresh' }
  /** A type that is none, or contents that contradict their lengths. */
  | { readonly kind: 'malformed'; readonly type: number };

/** An OPEN (RFC 4271 section 4.2). */
export interface BgpOpen {
  readonly kind: 'open';
  /** From the 4-octet AS capability (RFC 6793) when there is one. */
  readonly as: number;
  readonly holdTime: number;
  readonly id: string;
  /** Codes of the capabilities (RFC 5492) in the order of the message. */
  readonly capabilities: readonly number[];
}

/** An UPDATE (RFC 4271 section 4.3). */
export interface BgpUpdate extends BgpAttributes {
  readonly kind: 'update';
  /** Prefixes of the classic IPv4 fields, CIDR. */
  readonly withdrawn: readonly string[];
  readonly announced: readonly string[];
}

/** Bytes before a message's own contents: 16 of marker, 2 of length, 1 of type. */
export const bgpHeaderLength = 19;

/** Whether the 16 bytes of marker stand at `at`. */
export function isBgpMarker(bytes: Uint8Array, at: number): boolean {
  for (let place = at; place < at + 16; place++) if (bytes[place] !== 0xff) return false;
  return true;
}

/** Reads the message that stands between `at` (its marker) and `end`. */
export function bgpMessage(bytes: Uint8Array, at: number, end: number): BgpMessage {
  const type = bytes[at + 18]!;
  const body = at + bgpHeaderLength;
  if (type === 1 && body + 10 <= end) return open(bytes, body, end);
  if (type === 2) return update(bytes, body, end) ?? { kind: 'malformed', type };
  if (type === 3 && body + 2 <= end) return notification(bytes, body, end);
  if (type === 4) return { kind: 'keepalive' };
  if (type === 5) return { kind: 'route-refresh' };
  return { kind: 'malformed', type };
}

function notification(bytes: Uint8Array, at: number, end: number): BgpMessage {
  const [code, subcode] = [bytes[at]!, bytes[at + 1]!];
  const from = at + 3;
  const length = code === 6 && (subcode === 2 || subcode === 4) && from <= end ? bytes[at + 2]! : 0;
  const said = new TextDecoder().decode(bytes.subarray(from, Math.min(from + length, end)));
  return { kind: 'notification', code, subcode, text: length === 0 ? undefined : said.replaceAll(/\p{C}/gu, '?') };
}

function open(bytes: Uint8Array, at: number, end: number): BgpOpen {
  let as = word(bytes, at + 1);
  const capabilities: number[] = [];
  let parameter = at + 10;
  while (parameter + 2 <= end) {
    const parameterEnd = Math.min(parameter + 2 + bytes[parameter + 1]!, end);
    let capability = parameter + 2;
    while (bytes[parameter] === 2 && capability + 2 <= parameterEnd) {
      const code = bytes[capability]!;
      capabilities.push(code);
      if (code === 65 && capability + 6 <= parameterEnd) as = long(bytes, capability + 2);
      capability += 2 + bytes[capability + 1]!;
    }
    parameter = parameterEnd;
  }
  return { kind: 'open', as, holdTime: word(bytes, at + 3), id: ipv4Text(bytes, at + 5), capabilities };
}

function update(bytes: Uint8Array, at: number, end: number): BgpUpdate | undefined {
  if (at + 4 > end) return undefined;
  const withdrawnEnd = at + 2 + word(bytes, at);
  if (withdrawnEnd + 2 > end) return undefined;
  const attributesEnd = withdrawnEnd + 2 + word(bytes, withdrawnEnd);
  if (attributesEnd > end) return undefined;
  const withdrawn = prefixesOf(bytes, at + 2, withdrawnEnd, 4);
  const announced = prefixesOf(bytes, attributesEnd, end, 4);
  const attributes = attributesOf(bytes, withdrawnEnd + 2, attributesEnd);
  if (withdrawn === undefined || announced === undefined || attributes === undefined) return undefined;
  return { kind: 'update', withdrawn, announced, ...attributes };
}
