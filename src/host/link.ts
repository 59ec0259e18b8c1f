// Owns `ip -j link`: the interfaces of a machine as its kernel lists them.

import type { Shell } from '../base/shell.ts';

/** One interface: the facts checks and captures ask for. */
export interface LinkState {
  readonly name: string;
  readonly mtu: number;
  /** Absent where the device has no Ethernet address (a tunnel). */
  readonly mac: string | undefined;
  /** Switched on, with a far end that is (LOWER_UP). */
  readonly isUp: boolean;
}

interface Row {
  readonly ifname: string;
  readonly flags: readonly string[];
  readonly mtu: number;
  readonly link_type?: string;
  readonly address?: string;
}

/** Reads all interfaces of a machine. */
export async function readLinks(shell: Shell, signal?: AbortSignal): Promise<readonly LinkState[]> {
  return parseLinks((await shell.run(['ip', '-j', 'link', 'show'], { signal })).stdout);
}

/** Reads the JSON of `ip -j link`. */
export function parseLinks(json: string): readonly LinkState[] {
  const rows = JSON.parse(json) as readonly Row[];
  return rows.map((row) => ({
    name: row.ifname,
    mtu: row.mtu,
    mac: row.link_type === 'ether' ? row.address?.toLowerCase() : undefined,
    isUp: row.flags.includes('UP') && row.flags.includes('LOWER_UP'),
  }));
}
