// Owns names that two labs share: addresses and devices that follow from node names, told by what they are.

import { addressOf } from '../base/address.ts';
import { addressBookOf, shownName } from './address-book.ts';
import type { Design } from './design.ts';

/** Translators from what stands in a lab's tables to names that mean the same in another lab. */
export interface RoleNames {
  /** `10.1.5.1` to `leaf0`, a tunnel's address to `worker.tunnel`; an unknown address stays. */
  address(address: string): string;
  /** A block to `worker.block`, a pod's /32 or /128 to the pod; any other prefix stays. */
  prefix(prefix: string): string;
  /** `cali5e1c4d6c68c` to `cali(pod-a)`; any other device stays. */
  device(device: string): string;
}

/** Names of one lab. Blocks of a node are numbered from the second on: `worker.block2`. */
export function roleNames(design: Design): RoleNames {
  const book = addressBookOf(design);
  const tunnels = new Set(design.nodes.flatMap((node) => node.tunnels.map(({ name }) => name as string)));
  const prefixes = new Map<string, string>();
  for (const node of design.nodes) {
    for (const [index, { cidr }] of node.blocks.entries())
      prefixes.set(cidr, `${node.short}.block${index === 0 ? '' : index + 1}`);
  }
  const devices = new Map(design.pods.map((pod) => [pod.interface, `cali(${pod.name})`]));
  const address = (text: string): string => {
    const at = book.get(addressOf(text));
    if (at === undefined) return text;
    const name = shownName(design, at.machine);
    return tunnels.has(at.interface) ? `${name}.tunnel` : name;
  };
  return {
    address,
    prefix: (text) => {
      const isHost = /^[^:]*\/32$|:.*\/128$/.test(text);
      return prefixes.get(text) ?? (isHost ? address(text) : text);
    },
    device: (text) => devices.get(text) ?? text,
  };
}
