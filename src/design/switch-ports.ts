// Owns the names of switch ports: after what hangs there, never longer than the kernel allows, unique in a machine.

import { createHash } from 'node:crypto';

/** The kernel's limit for an interface name (IFNAMSIZ without the final zero). */
export const interfaceNameLimit = 15;

/** Names ports of one switch; the same machine and interface always get the same name. */
export class PortNames {
  readonly #taken = new Map<string, string>();

  /** `worker2-net0`, `cp-net0` for the control plane; a hash where that is too long or taken. */
  nameOf(machine: string, iface: string): string {
    const owner = `${machine}:${iface}`;
    const short = machine.replace(/^control-plane/, 'cp');
    const readable = `${short}-${iface}`;
    const isFree = (this.#taken.get(readable) ?? owner) === owner;
    const name = readable.length <= interfaceNameLimit && isFree ? readable : hashedName(owner);
    this.#taken.set(name, owner);
    return name;
  }
}

/** A rack's bridge, `br-rack0`; a hash where the rack's name is too long. */
export function bridgeName(rack: string): string {
  const readable = `br-${rack}`;
  return readable.length <= interfaceNameLimit ? readable : hashedName(rack, 'br-');
}

function hashedName(owner: string, prefix = 'p-'): string {
  return `${prefix}${createHash('sha1').update(owner).digest('hex').slice(0, 10)}`;
}
