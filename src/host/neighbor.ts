// Owns what a machine knows about its links: neighbor entries (ARP, NDP) and forwarding entries of bridges and VXLAN devices.

import type { Shell } from '../base/shell.ts';
import type { Asked } from './asked.ts';

/** A neighbor entry. */
export interface Neighbor {
  /** Undefined while nobody has answered. */
  readonly mac: string | undefined;
  /** The kernel's word: `REACHABLE`, `STALE`, `PERMANENT`, `FAILED`, `INCOMPLETE`. */
  readonly state: string;
}

/** Reads the neighbor entry of an address on a device; undefined when there is none. */
export async function askNeighbor(
  shell: Shell,
  address: string,
  dev: string,
  signal?: AbortSignal,
): Promise<{ readonly neighbor: Neighbor | undefined; readonly asked: Asked }> {
  const argv = ['ip', 'neigh', 'show', 'to', address, 'dev', dev];
  const answer = (await shell.run(argv, { signal, onFailure: 'return' })).stdout.trim();
  return { neighbor: parseNeighbor(answer), asked: { argv, answer } };
}

/** Reads one line of `ip neigh`. */
export function parseNeighbor(line: string): Neighbor | undefined {
  const words = line.trim().split(/\s+/);
  const state = words.at(-1);
  if (state === undefined || state === '') return undefined;
  const at = words.indexOf('lladdr');
  return { mac: at < 0 ? undefined : words[at + 1]?.toLowerCase(), state };
}

/** A forwarding entry: the port a frame leaves by, or the address of the tunnel end it is sent to. */
export interface Forwarding {
  readonly dev: string;
  readonly tunnelEnd: string | undefined;
}

/** Asks a bridge by which port a MAC is reached; no entry when it has not learned it and would flood. */
export async function askBridge(
  shell: Shell,
  mac: string,
  bridge: string,
  signal?: AbortSignal,
): Promise<{ readonly entry: Forwarding | undefined; readonly asked: Asked }> {
  return askForwarding(shell, ['bridge', 'fdb', 'get', mac, 'br', bridge], signal);
}

/** Asks a VXLAN device to which tunnel end it sends frames for a MAC. */
export async function askTunnelEnd(
  shell: Shell,
  mac: string,
  dev: string,
  signal?: AbortSignal,
): Promise<{ readonly entry: Forwarding | undefined; readonly asked: Asked }> {
  return askForwarding(shell, ['bridge', 'fdb', 'get', mac, 'dev', dev, 'self'], signal);
}

async function askForwarding(shell: Shell, argv: readonly string[], signal: AbortSignal | undefined) {
  const ran = await shell.run(argv, { signal, onFailure: 'return' });
  const answer = ran.exitCode === 0 ? ran.stdout.trim() : '';
  return { entry: parseForwarding(answer), asked: { argv, answer } };
}

/** Reads one line of `bridge fdb`. */
export function parseForwarding(line: string): Forwarding | undefined {
  const words = line.trim().split(/\s+/);
  const after = (keyword: string): string | undefined => {
    const at = words.indexOf(keyword);
    return at < 0 ? undefined : words[at + 1];
  };
  const dev = after('dev');
  return dev === undefined ? undefined : { dev, tunnelEnd: after('dst') };
}
