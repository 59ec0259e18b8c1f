// Owns which header follows: by EtherType and by IP protocol number (IANA's registries).

import { ending, type Layers, layer } from './layers.ts';

/** Not a header: the version in the next byte tells which IP header it is. */
export const ipVersion = 40;

/** The header that an EtherType announces; ends decoding when it is not known. */
export function nextOfEtherType(layers: Layers, type: number): number {
  switch (type) {
    case 0x0800:
      return layer.ipv4;
    case 0x86dd:
      return layer.ipv6;
    case 0x0806:
      return layer.arp;
    case 0x8100:
    case 0x88a8:
    case 0x9100:
      return layer.vlan;
    case 0x8847:
    case 0x8848:
      return layer.mpls;
    case 0x88cc:
      return layer.lldp;
    case 0x6558:
      return layer.ethernet;
    default:
      return layers.stop(ending.unknown, type);
  }
}

/** The header that an IP protocol number announces; ends decoding when it is not known. */
export function nextOfProtocol(layers: Layers, protocol: number): number {
  switch (protocol) {
    case 6:
      return layer.tcp;
    case 17:
      return layer.udp;
    case 1:
      return layer.icmp;
    case 58:
      return layer.icmpv6;
    case 4:
      return layer.ipv4;
    case 41:
      return layer.ipv6;
    case 47:
      return layer.gre;
    case 50:
      return layer.esp;
    case 51:
      return layer.authentication;
    case 137:
      return layer.mpls;
    case 0:
      return layer.hopByHop;
    case 43:
      return layer.routing;
    case 44:
      return layer.fragment;
    case 60:
      return layer.destinationOptions;
    case 59: // no next header (RFC 8200 section 4.7)
      return 0;
    default:
      return layers.stop(ending.unknown, protocol);
  }
}
