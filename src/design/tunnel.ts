// Owns what a node's tunnel devices are (calico.md C.3, C.4).

import type { Family } from '../base/address.ts';

/** A node's tunnel device; its outer address is the node's, over the node's uplink (calico.md C.3, C.4). */
export type TunnelDesign = VxlanDesign | IpipDesign;

/** A node's VXLAN device of one family (calico.md C.4). */
export interface VxlanDesign {
  readonly name: 'vxlan.calico' | 'vxlan-v6.calico';
  readonly family: Family;
  /** Without prefix length; the device has it as /32 or /128. */
  readonly address: string;
  readonly mac: string;
  readonly vni: number;
  readonly port: number;
  readonly mtu: number;
}

/** The kernel's own IPIP device, set up by Felix (calico.md C.3). */
export interface IpipDesign {
  readonly name: 'tunl0';
  readonly family: 4;
  /** Undefined once no pool uses IPIP any more: Felix takes the address away, the device stays up. */
  readonly address: string | undefined;
  readonly mtu: number;
}

/** Calico's tunnel devices: where a node's pools ask for none of them, the node has none that is up (calico.md C.3, C.4). */
export const tunnelDevices: readonly string[] = ['tunl0', 'vxlan.calico', 'vxlan-v6.calico'];

/** True of a device that wraps what is sent by it: what follows is looked up by the outer address (calico.md C.3, C.4). */
export function isTunnel(device: string): boolean {
  return tunnelDevices.includes(device);
}
