// Owns the host routes of addresses that pods have from another node's block.

import { familyOf, widthOf } from '../base/address.ts';
import type { NodeDesign } from './design.ts';

/** Addresses of pods that come from another node's block: BIRD learns their host routes and exports them (calico.md D.6). */
export function borrowedOf(node: NodeDesign): readonly string[] {
  const own = new Set(node.blocks.map(({ cidr }) => cidr));
  const addresses = node.pods.flatMap((pod) => pod.addresses);
  return addresses.filter(({ block }) => !own.has(block)).map(({ address }) => hostPrefix(address));
}

/** `10.244.1.5` to `10.244.1.5/32`. */
export function hostPrefix(address: string): string {
  return `${address}/${widthOf(familyOf(address))}`;
}
