// Owns what a pcap filter expression (pcap-filter(7)) means: a tree of questions about one IP packet.

/** A condition on an IP packet. */
export type Filter =
  | { readonly kind: 'and' | 'or'; readonly parts: readonly Filter[] }
  | { readonly kind: 'not'; readonly part: Filter }
  | { readonly kind: 'family'; readonly family: 4 | 6 }
  | { readonly kind: 'arp' }
  /** The protocol of one family's header, or of either's. */
  | { readonly kind: 'protocol'; readonly family: 4 | 6 | undefined; readonly number: number }
  /** Source or destination within a prefix; `words` and `masks` have 32 bits each. */
  | {
      readonly kind: 'address';
      readonly end: 'source' | 'destination';
      readonly words: readonly number[];
      readonly masks: readonly number[];
    }
  /** A port of one of the protocols from `low` to `high`. */
  | {
      readonly kind: 'port';
      readonly end: 'source' | 'destination';
      readonly protocols: readonly number[];
      readonly low: number;
      readonly high: number;
    }
  | { readonly kind: 'relation'; readonly left: Arithmetic; readonly operator: string; readonly right: Arithmetic };

/** A number made of the packet's bytes. */
export type Arithmetic =
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'length' }
  | { readonly kind: 'bytes'; readonly of: HeaderName; readonly offset: Arithmetic; readonly size: 1 | 2 | 4 }
  | {
      readonly kind: 'operation';
      readonly left: Arithmetic;
      readonly operator: string;
      readonly right: Arithmetic;
    };

/** Headers whose bytes may be asked for. */
export type HeaderName = 'ip' | 'ip6' | 'tcp' | 'udp' | 'icmp' | 'icmp6';

/** Numbers of IP protocols by their names in filters (IANA). */
export const protocolNumbers: Readonly<Record<string, number>> = {
  icmp: 1,
  igmp: 2,
  tcp: 6,
  udp: 17,
  gre: 47,
  esp: 50,
  ah: 51,
  icmp6: 58,
  ospf: 89,
  pim: 103,
  vrrp: 112,
  sctp: 132,
};
