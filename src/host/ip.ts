// Owns iproute2's JSON: what `ip -j route` says, as ObservedRoutes.

import type { Shell } from '../base/shell.ts';
import type { ObservedRoute } from '../plan/observed.ts';

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
