// Owns iproute2's JSON: what `ip -j` says of routes, addresses and neighbors, and `bridge -j` of forwarding.

import type { Shell } from '../base/shell.ts';
import type { ObservedForwarding, ObservedInterface, ObservedNeighbor, ObservedRoute } from '../plan/observed.ts';

interface RouteRow {
  readonly table?: string;
  readonly type?: string;
  readonly dst?: string;
  readonly gateway?: string;
  readonly via?: { readonly host?: string };
  readonly dev?: string;
  readonly protocol?: string;
  readonly scope?: string;
  readonly metric?: number;
  readonly flags?: readonly string[];
  readonly metrics?: readonly { readonly mtu?: number }[];
  readonly nexthops?: readonly {
    readonly gateway?: string;
    readonly via?: { readonly host?: string };
    readonly dev?: string;
    readonly flags?: readonly string[];
  }[];
}

/**
 * Reads the main table of one machine from `ip -j route show`, with `-6` or with `table all` (both families). iproute2 leaves out `protocol` for proto boot and
 * the length of host routes, and says `default`; all three are filled in. Throws SyntaxError when it is no JSON.
 */
export function parseRoutes(machine: string, text: string): readonly ObservedRoute[] {
  if (text.trim() === '') return [];
  const rows = (JSON.parse(text) as readonly RouteRow[]).filter(
    (row) => row.table === undefined || row.table === 'main',
  );
  return rows.map((row) => {
    const isV6 = (row.dst ?? '').includes(':') || (row.gateway ?? '').includes(':');
    const flags = [...(row.flags ?? []), ...(row.nexthops ?? []).flatMap((hop) => hop.flags ?? [])];
    return {
      machine,
      prefix: wholePrefix(row.dst ?? 'default', isV6),
      type: row.type ?? 'unicast',
      protocol: row.protocol ?? 'boot',
      metric: row.metric,
      scope: row.scope,
      onlink: flags.includes('onlink'),
      mtu: row.metrics?.find((metrics) => metrics.mtu !== undefined)?.mtu,
      nextHops: (row.nexthops ?? [row]).map((hop) => ({ via: hop.gateway ?? hop.via?.host, dev: hop.dev })),
    };
  });
}

function wholePrefix(destination: string, isV6: boolean): string {
  if (destination === 'default') return isV6 ? '::/0' : '0.0.0.0/0';
  if (destination.includes('/')) return destination;
  return `${destination}/${destination.includes(':') ? 128 : 32}`;
}

/** Drops the path MTUs that ICMP has taught a machine (RFC 1191); its routes stay. */
export async function forgetPathMtu(shell: Shell, signal?: AbortSignal): Promise<void> {
  await shell.run(['ip', 'route', 'flush', 'cache'], { signal });
}

interface AddressRow {
  readonly ifname: string;
  readonly mtu: number;
  readonly flags?: readonly string[];
  readonly link_type?: string;
  readonly address?: string;
  readonly addr_info?: readonly { readonly local: string; readonly prefixlen: number; readonly scope: string }[];
}

/** Reads `ip -j addr show` of one machine: every interface; lo only where it has an address that others may reach. */
export function parseAddresses(machine: string, text: string): readonly ObservedInterface[] {
  if (text.trim() === '') return [];
  const rows = JSON.parse(text) as readonly AddressRow[];
  const interfaces = rows.map((row) => ({
    machine,
    name: row.ifname,
    mtu: row.mtu,
    mac: row.link_type === 'ether' ? row.address?.toLowerCase() : undefined,
    isUp: row.flags?.includes('UP') === true,
    addresses: (row.addr_info ?? [])
      .filter(({ scope }) => scope !== 'link' && scope !== 'host')
      .map(({ local, prefixlen }) => `${local}/${prefixlen}`),
  }));
  return interfaces.filter(({ name, addresses }) => name !== 'lo' || addresses.length > 0);
}

interface NeighborRow {
  readonly dst: string;
  readonly dev: string;
  readonly lladdr?: string;
}

/** Reads `ip -j neigh show nud permanent` of one machine. */
export function parseNeighbors(machine: string, text: string): readonly ObservedNeighbor[] {
  if (text.trim() === '') return [];
  const rows = JSON.parse(text) as readonly NeighborRow[];
  return rows.map(({ dst, dev, lladdr }) => ({ machine, device: dev, address: dst, mac: lladdr?.toLowerCase() }));
}

interface ForwardingRow {
  readonly mac: string;
  readonly ifname: string;
  readonly dst?: string;
  readonly state?: string;
}

/** Reads `bridge -j fdb show` of one machine: the permanent entries that send frames to an outer address. */
export function parseForwarding(machine: string, text: string): readonly ObservedForwarding[] {
  if (text.trim() === '') return [];
  const rows = (JSON.parse(text) as readonly ForwardingRow[]).filter(
    ({ dst, state }) => dst !== undefined && state === 'permanent',
  );
  return rows.map(({ mac, ifname, dst }) => ({ machine, device: ifname, mac: mac.toLowerCase(), destination: dst }));
}
