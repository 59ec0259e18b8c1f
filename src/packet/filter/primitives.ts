// Owns what the short words of filters stand for: protocols of both families, prefixes as words and masks, either end.

import { maskPrefix, type Prefix, parseAddress, parsePrefix, widthOf } from '../../base/address.ts';
import { type Filter, protocolNumbers } from './filter.ts';

type End = 'source' | 'destination';

/** `ip`, `ip6`, or a protocol above IP: in IPv4 or IPv6, but for the two ICMPs, which belong to one each. */
export function familyOnly(protocol: string): Filter {
  if (protocol === 'ip') return { kind: 'family', family: 4 };
  if (protocol === 'ip6') return { kind: 'family', family: 6 };
  const family = { icmp: 4, igmp: 4, icmp6: 6 }[protocol] as 4 | 6 | undefined;
  return { kind: 'protocol', family, number: protocolNumbers[protocol] ?? 0 };
}

/** The protocols whose ports are meant; without a word those that have ports. Undefined for one that has none. */
export function portsOf(protocol: string | undefined): readonly number[] | undefined {
  if (protocol === undefined || protocol === 'ip' || protocol === 'ip6') return [6, 17, 132];
  return ['tcp', 'udp', 'sctp'].includes(protocol) ? [protocolNumbers[protocol] ?? 0] : undefined;
}

/** One of several; the one alone. */
export function either(parts: readonly Filter[]): Filter {
  const [only] = parts;
  return parts.length === 1 && only !== undefined ? only : { kind: 'or', parts };
}

/** A condition on the source, the destination, one of them or both. */
export function both(way: End | 'either' | 'both', make: (end: End) => Filter): Filter {
  if (way === 'source' || way === 'destination') return make(way);
  return { kind: way === 'either' ? 'or' : 'and', parts: [make('source'), make('destination')] };
}

/** A host or a network as words with masks; a network may lack its last numbers (`net 10.1`), or have a mask. */
export function addressFilter(
  type: 'host' | 'net',
  text: string,
  mask?: string,
): { readonly words: readonly number[]; readonly masks: readonly number[] } | undefined {
  const prefix = type === 'host' ? hostPrefix(text) : netPrefix(text, mask);
  if (prefix === undefined) return undefined;
  const width = widthOf(prefix.family);
  const all = (1n << BigInt(width)) - 1n;
  const bits = (all >> BigInt(width - prefix.length)) << BigInt(width - prefix.length);
  return { words: wordsOf(maskPrefix(prefix).value, width), masks: wordsOf(bits, width) };
}

function hostPrefix(text: string): Prefix | undefined {
  const address = parseAddress(text);
  return address === undefined ? undefined : { ...address, length: widthOf(address.family) };
}

function netPrefix(text: string, mask: string | undefined): Prefix | undefined {
  const [address = '', length] = text.split('/');
  if (address.includes(':')) return parsePrefix(length === undefined ? `${address}/128` : text);
  const numbers = address.split('.');
  const whole = [...numbers, '0', '0', '0'].slice(0, 4).join('.');
  const netmask = mask === undefined ? undefined : parseAddress(mask);
  if (mask !== undefined) {
    const ones = netmask?.value.toString(2).padStart(32, '0') ?? '';
    return /^1*0*$/.test(ones) && ones !== '' ? parsePrefix(`${whole}/${ones.replace(/0+$/, '').length}`) : undefined;
  }
  return parsePrefix(`${whole}/${length ?? 8 * numbers.length}`);
}

function wordsOf(value: bigint, width: number): readonly number[] {
  const words: number[] = [];
  for (let shift = width - 32; shift >= 0; shift -= 32) words.push(Number((value >> BigInt(shift)) & 0xffff_ffffn));
  return words;
}
