// Owns by what a packet is known again at another point, and behind address translation. The traps are those of real
// captures: an IP id of 0, a masquerade that changes an ICMP id, offload that changes lengths and TCP checksums.

import { long, word } from '../packet/bytes.ts';
import { fragmentationOf, isIcmpError, tcpFlags, tcpOption } from '../packet/fields.ts';
import { ending, type Layers, layer } from '../packet/layers.ts';
import type { Fingerprint } from './fingerprint.ts';

const transport = { syn: 2, reset: 4 } as const;

/**
 * Mixes into `print`, which holds the flow's fingerprint, what makes the packet this one: IP id and fragment offset,
 * TCP's numbers, an echo's type and sequence number with its checksum, the beginning of a datagram's payload. Left out
 * is what changes on the way or by offload: TTL, lengths, TCP's and UDP's checksums, PSH and FIN.
 */
export function mixIdentity(print: Fingerprint, layers: Layers, bytes: Uint8Array): void {
  const { id, offset } = fragmentationOf(layers, bytes, layers.innerIp);
  // Linux with connection tracking puts IPv6 fragments together and sends them on with an identification of its own.
  const isNumberedAgain = layers.kinds[layers.innerIp] === layer.ipv6 && offset === 0;
  print.add(isNumberedAgain ? 0 : id);
  print.add(offset);
  mixTransport(print, layers, bytes, true);
}

/**
 * Begins `print` with what address translation leaves as it is: IP id, TCP's numbers and time stamp, payload, an
 * echo's payload by its checksum. False when that is too little to tell packets apart.
 */
export function mixUntranslated(print: Fingerprint, layers: Layers, bytes: Uint8Array): boolean {
  const { id, offset } = fragmentationOf(layers, bytes, layers.innerIp);
  const last = layers.kinds[layers.transport]!;
  const hasTime = last === layer.tcp && tcpOption(bytes, layers.starts[layers.transport]!, 8) !== undefined;
  if ((id === 0 && !hasTime) || offset !== 0) return false;
  if (last !== layer.tcp && last !== layer.udp && last !== layer.icmp && last !== layer.icmpv6) return false;
  print.begin();
  print.add(last);
  print.add(id);
  mixTransport(print, layers, bytes, false);
  return true;
}

function mixTransport(print: Fingerprint, layers: Layers, bytes: Uint8Array, isWithId: boolean): void {
  const place = layers.transport;
  const at = layers.starts[place]!;
  const kind = layers.kinds[place]!;
  switch (kind) {
    case layer.tcp:
      print.add(long(bytes, at + 4));
      print.add(long(bytes, at + 8));
      print.add(tcpFlags(bytes, at) & (transport.syn | transport.reset));
      print.add(tcpOption(bytes, at, 8) ?? 0);
      return;
    case layer.udp:
      print.add(word(bytes, at + 4));
      print.addWords(bytes, at + 8, Math.min(layers.ends[place]! - at - 8, 32));
      return;
    case layer.icmp:
    case layer.icmpv6: {
      const isError = isIcmpError(kind, bytes[at]!);
      print.add(word(bytes, at));
      if (isError) {
        print.addWords(bytes, at + 4, Math.min(layers.end - at - 4, 28));
        return;
      }
      print.add(word(bytes, at + 6));
      // RFC 1624: without the identifier in the sum it is the same on both sides of a translation.
      print.add(isWithId ? word(bytes, at + 2) : withoutId(word(bytes, at + 2), word(bytes, at + 4)));
      return;
    }
    case layer.esp:
      print.add(long(bytes, at + 4));
      return;
    default:
      // OSPF, VRRP, SCTP: what is not known here begins with what tells its packets apart.
      if (layers.ending !== ending.fragment) print.addWords(bytes, layers.at, Math.min(layers.end - layers.at, 32));
  }
}

/** One's complement: the checksum as if the identifier were 0. */
function withoutId(checksum: number, id: number): number {
  const sum = checksum + id;
  return (sum & 0xffff) + (sum >>> 16);
}
