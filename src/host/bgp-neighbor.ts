// Owns FRR's JSON of its BGP neighbors: `show bgp neighbors json`, as far as what keeps a session alive goes.

import type { Shell } from '../base/shell.ts';

/** One neighbor as bgpd has it. */
export interface BgpNeighbor {
  readonly address: string;
  /** Negotiated, in seconds; undefined unless Established. */
  readonly hold: number | undefined;
  /** BFD's state in FRR's word (`Up`, `Down`); undefined where BFD does not watch the neighbor. */
  readonly bfd: string | undefined;
}

/** Asks a router for all its neighbors; none when bgpd does not answer. */
export async function readNeighbors(shell: Shell, signal?: AbortSignal): Promise<readonly BgpNeighbor[]> {
  const ran = await shell.run(['vtysh', '-c', 'show bgp neighbors json'], { onFailure: 'return', signal });
  return parseNeighbors(ran.stdout);
}

/** Reads `show bgp neighbors json`; text that is no JSON gives no neighbor. */
export function parseNeighbors(text: string): readonly BgpNeighbor[] {
  let rows: Readonly<Record<string, unknown>>;
  try {
    rows = JSON.parse(text) as Readonly<Record<string, unknown>>;
  } catch {
    return [];
  }
  return Object.entries(rows).map(([address, row]) => {
    const { bgpState, bgpTimerHoldTimeMsecs, peerBfdInfo } = (row ?? {}) as NeighborRow;
    const hold = bgpState === 'Established' ? (bgpTimerHoldTimeMsecs ?? 0) / 1000 : undefined;
    return { address, hold, bfd: peerBfdInfo?.status };
  });
}

interface NeighborRow {
  readonly bgpState?: string;
  readonly bgpTimerHoldTimeMsecs?: number;
  readonly peerBfdInfo?: { readonly status?: string };
}
