// Owns `ip -d addr`: the interfaces of a machine with their addresses, and what tunnel devices wrap packets in.

import type { Shell } from '../base/shell.ts';

/** How a tunnel device wraps packets. A `ttl` of 0: VXLAN takes the machine's default, IPIP the packet's own. */
export type TunnelDevice =
  | {
      readonly kind: 'vxlan';
      readonly vni: number;
      readonly port: number;
      readonly ttl: number;
      readonly local: string | undefined;
    }
  | { readonly kind: 'ipip'; readonly ttl: number; readonly local: string | undefined };

/** One interface of a machine. */
export interface Port {
  readonly name: string;
  readonly mtu: number;
  readonly isUp: boolean;
  /** Absent where the device has no Ethernet address. */
  readonly mac: string | undefined;
  /** Without prefix length. */
  readonly addresses: readonly string[];
  readonly tunnel: TunnelDevice | undefined;
}

interface Row {
  readonly ifname?: string;
  readonly mtu?: number;
  readonly flags?: readonly string[];
  readonly link_type?: string;
  readonly address?: string;
  readonly addr_info?: readonly { readonly local?: string }[];
  readonly linkinfo?: { readonly info_kind?: string; readonly info_data?: TunnelRow };
}

interface TunnelRow {
  readonly id?: number;
  readonly port?: number;
  readonly ttl?: number | string;
  readonly local?: string;
  readonly local6?: string;
}

/** Reads all interfaces of a machine. */
export async function readPorts(shell: Shell, signal?: AbortSignal): Promise<readonly Port[]> {
  return parsePorts((await shell.run(['ip', '-j', '-d', 'addr', 'show'], { signal })).stdout);
}

/** Reads the JSON of `ip -j -d addr`. */
export function parsePorts(json: string): readonly Port[] {
  const rows = JSON.parse(json) as readonly Row[];
  return rows
    .filter((row) => row.ifname !== undefined)
    .map((row) => ({
      name: row.ifname!,
      mtu: row.mtu ?? 0,
      isUp: row.flags?.includes('UP') ?? false,
      mac: row.link_type === 'ether' ? row.address?.toLowerCase() : undefined,
      addresses: (row.addr_info ?? []).flatMap(({ local }) => (local === undefined ? [] : [local])),
      tunnel: tunnelOf(row.linkinfo?.info_kind, row.linkinfo?.info_data ?? {}),
    }));
}

function tunnelOf(kind: string | undefined, data: TunnelRow): TunnelDevice | undefined {
  const ttl = typeof data.ttl === 'number' ? data.ttl : 0;
  const local = data.local6 ?? data.local;
  if (kind === 'vxlan') return { kind, vni: data.id ?? 0, port: data.port ?? 4789, ttl, local };
  return kind === 'ipip' ? { kind, ttl, local: local === '0.0.0.0' || local === 'any' ? undefined : local } : undefined;
}
