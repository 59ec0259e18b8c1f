// Owns what a decoded packet is: the places of its headers in the frame's bytes, outermost first, and how decoding ended.

/** The kinds of header known here, as small numbers so that a list of them costs no memory. */
export const layer = {
  ethernet: 1,
  /** 802.1Q or 802.1ad (QinQ). */
  vlan: 2,
  /** Linux cooked capture, version 1 or 2. */
  cooked: 3,
  /** BSD null or loopback. */
  loopback: 4,
  arp: 5,
  ipv4: 6,
  ipv6: 7,
  hopByHop: 8,
  routing: 9,
  fragment: 10,
  destinationOptions: 11,
  authentication: 12,
  icmp: 13,
  icmpv6: 14,
  tcp: 15,
  udp: 16,
  vxlan: 17,
  geneve: 18,
  gre: 19,
  /** A whole label stack. */
  mpls: 20,
  esp: 21,
  lldp: 22,
  bfd: 23,
  /** Flannel's udp backend: a bare IPv4 packet in UDP. */
  flannel: 24,
  /** A mirrored frame in GRE: types I (which has no header), II and III. */
  erspan: 25,
} as const;

/** The number of a kind of header. */
export type LayerKind = (typeof layer)[keyof typeof layer];

/** The kinds' names in Wireshark's words, at their numbers. */
export const layerNames: readonly string[] = [
  '',
  ...['eth', 'vlan', 'sll', 'null', 'arp', 'ip', 'ipv6', 'ipv6.hopopts', 'ipv6.routing', 'ipv6.fraghdr'],
  ...['ipv6.dstopts', 'ah', 'icmp', 'icmpv6', 'tcp', 'udp', 'vxlan', 'geneve', 'gre', 'mpls', 'esp', 'lldp', 'bfd'],
  ...['flannel', 'erspan'],
];

/** Why decoding went no further. */
export const ending = {
  /** All there is: the rest is payload. */
  payload: 0,
  /** The capture holds less of the packet than the next header needs. */
  cut: 1,
  /** A header that contradicts itself. */
  malformed: 2,
  /** A protocol not known here; `endingDetail` is its EtherType or IP protocol number. */
  unknown: 3,
  /** A later fragment: its bytes are the middle of a datagram. */
  fragment: 4,
  /** ESP (RFC 4303): what follows is encrypted. */
  encrypted: 5,
  /** More headers than `maxDepth`. */
  deep: 6,
} as const;

/** Headers that are kept of one packet; real ones have at most about ten. */
export const maxDepth = 32;

/**
 * The headers of one packet. Made once and filled again for each packet by `decode`, so that decoding allocates
 * nothing. A header in the list is wholly within the captured bytes: reading its fixed fields needs no check.
 */
export class Layers {
  readonly kinds = new Uint8Array(maxDepth);
  /** Where each header begins. */
  readonly starts = new Int32Array(maxDepth);
  /** Where the bytes it governs end: what its own length field and the capture leave of them. */
  readonly ends = new Int32Array(maxDepth);
  count = 0;
  /** Places in the list of the outermost and innermost IP header; -1 without one. */
  outerIp = -1;
  innerIp = -1;
  /** Where the bytes begin that were not decoded: the payload of the last header. */
  at = 0;
  /** Where the captured bytes end. */
  end = 0;
  ending: number = ending.payload;
  endingDetail = 0;

  /** Empties the list for a frame that stands between `start` and `end`. */
  begin(start: number, end: number): void {
    this.count = 0;
    this.outerIp = -1;
    this.innerIp = -1;
    this.at = start;
    this.end = end;
    this.ending = ending.payload;
    this.endingDetail = 0;
  }

  /** Adds the header of `length` bytes that begins at `at`, and moves on behind it. */
  add(kind: LayerKind, length: number): void {
    const { count } = this;
    this.kinds[count] = kind;
    this.starts[count] = this.at;
    this.ends[count] = this.end;
    this.count = count + 1;
    this.at += length;
  }

  /** Whether `length` bytes are left. */
  has(length: number): boolean {
    return this.at + length <= this.end;
  }

  /** Ends decoding; returns the 0 that means no next header. */
  stop(why: number, detail = 0): 0 {
    this.ending = why;
    this.endingDetail = detail;
    return 0;
  }

  /** The kind of the last header, 0 without any. */
  lastKind(): number {
    return this.count === 0 ? 0 : this.kinds[this.count - 1]!;
  }

  /**
   * The place of the header that tells whose packet this is: the last of TCP, UDP, ICMP or ESP behind the innermost IP
   * header, without any of them the last header of all. Behind it may stand what is not IP: BFD, a frame with ARP in VXLAN.
   */
  get transport(): number {
    for (let place = this.count - 1; place > this.innerIp; place--) {
      const kind = this.kinds[place]!;
      if ((kind >= layer.icmp && kind <= layer.udp) || kind === layer.esp) return place;
    }
    return this.count - 1;
  }

  /** The place of the first header of a kind, -1 without one. */
  find(kind: LayerKind): number {
    for (let index = 0; index < this.count; index++) if (this.kinds[index] === kind) return index;
    return -1;
  }
}
