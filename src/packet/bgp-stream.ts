// Owns putting BGP messages together from TCP segments: several in one, one across several, retransmissions left out.

import { type BgpMessage, bgpHeaderLength, bgpMessage, isBgpMarker } from './bgp-message.ts';

/** BGP's port. */
export const bgpPort = 179;

/** The longest message, with RFC 8654. */
const longestMessage = 65_535;

/** One direction of a TCP connection to port 179. */
export class BgpStream {
  /** The sequence number of the byte that is to come; undefined before the first segment. */
  private expected: number | undefined;
  private rest = new Uint8Array();

  /** Takes a segment's payload, and gives the messages that end in it. A SYN has a sequence number of its own. */
  take(sequence: number, isSyn: boolean, bytes: Uint8Array, at: number, end: number): readonly BgpMessage[] {
    if (isSyn) {
      this.expected = (sequence + 1) >>> 0;
      this.rest = new Uint8Array();
      return [];
    }
    if (at >= end) return [];
    let from = at;
    if (this.expected !== undefined) {
      const known = (this.expected - sequence) | 0;
      if (known >= end - at) return [];
      if (known > 0) from += known;
      // Bytes are missing: what was begun cannot be ended.
      if (known < 0) this.rest = new Uint8Array();
    }
    this.expected = (sequence + end - at) >>> 0;
    return this.messages(Buffer.concat([this.rest, bytes.subarray(from, end)]));
  }

  private messages(bytes: Uint8Array): readonly BgpMessage[] {
    const found: BgpMessage[] = [];
    let at = 0;
    while (at + bgpHeaderLength <= bytes.length) {
      if (!isBgpMarker(bytes, at)) {
        at++;
        continue;
      }
      const length = (bytes[at + 16]! << 8) | bytes[at + 17]!;
      if (length < bgpHeaderLength) {
        at++;
        continue;
      }
      if (at + length > bytes.length) break;
      found.push(bgpMessage(bytes, at, at + length));
      at += length;
    }
    this.rest = bytes.length - at > longestMessage ? new Uint8Array() : bytes.slice(at);
    return found;
  }
}
