// Owns the forms in which a lab's packets pass an interface: plain, IP in IP (RFC 2003), VXLAN over IPv4 and IPv6 (RFC 7348);
// and where in each the inner packet's bytes are, in words of pcap-filter(7).

import { tunnelPort } from '../decode-transport.ts';

/** One form: how the inner packet is asked for there. */
export interface PacketForm {
  /** True for packets of this form. */
  readonly is: string;
  /** True when the inner packet is of the family. */
  readonly family: (family: 4 | 6) => string;
  /** True when an ARP packet is inside. */
  readonly arp: string;
  /** Bytes of the inner packet from its IP header on; `offset` is a number or a calculation. */
  readonly bytes: (family: 4 | 6, offset: string, size: number) => string;
  /** Length of the inner packet's frame; of one without a frame of its own, the outer one's. */
  readonly length: string;
}

/** Of ours, Linux writes no outer header with options. */
const outerHeader = { 4: 20, 6: 40 } as const;
const udpHeader = 8;
const vxlanHeader = 8;
const ethernetHeader = 14;

const ipip = '(ip proto 4 or ip proto 41)';

/** All forms; the plain one first. */
export const packetForms: readonly PacketForm[] = formsOf(`udp dst port ${tunnelPort.vxlan}`);

function formsOf(vxlan: string): readonly PacketForm[] {
  const frame = udpHeader + vxlanHeader;
  const inner = frame + ethernetHeader;
  const [type, packet] = [outerHeader[6] + frame + 12, outerHeader[6] + inner];
  const etherTypes = { 4: '0x0800', 6: '0x86dd' } as const;
  return [
    {
      is: `not (${ipip} or ${vxlan})`,
      family: (family) => (family === 4 ? 'ip' : 'ip6'),
      arp: 'arp',
      bytes: (family, offset, size) => `${family === 4 ? 'ip' : 'ip6'}[${offset}:${size}]`,
      length: 'len',
    },
    {
      is: ipip,
      family: (family) => `ip proto ${family === 4 ? 4 : 41}`,
      arp: 'len = 0',
      bytes: (_, offset, size) => `ip[${outerHeader[4]}+${offset}:${size}]`,
      length: `(len - ${outerHeader[4]})`,
    },
    {
      is: `(ip and ${vxlan})`,
      family: (family) => `udp[${frame + 12}:2] = ${etherTypes[family]}`,
      arp: `udp[${frame + 12}:2] = 0x0806`,
      bytes: (_, offset, size) => `udp[${inner}+${offset}:${size}]`,
      length: `(len - ${outerHeader[4] + inner})`,
    },
    {
      is: `(ip6 and ${vxlan})`,
      family: (family) => `ip6[${type}:2] = ${etherTypes[family]}`,
      arp: `ip6[${type}:2] = 0x0806`,
      bytes: (_, offset, size) => `ip6[${packet}+${offset}:${size}]`,
      length: `(len - ${outerHeader[6] + inner})`,
    },
  ];
}
