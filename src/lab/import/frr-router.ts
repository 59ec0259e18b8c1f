// Owns reading a router's frr.conf as labctl writes it: what a topology states of a router, and what follows from the rest of a lab.

import type { Source } from '../tree.ts';

/** A session as the router's end has it. */
export interface FrrNeighbor {
  readonly remoteAs: number;
  readonly reflector: boolean;
  readonly nextHopSelf: boolean;
}

/** A router in FRR's words. */
export interface FrrRouter {
  readonly source: Source;
  readonly asNumber: number | undefined;
  readonly routerId: string | undefined;
  readonly interfaces: readonly { readonly name: string; readonly addresses: readonly string[] }[];
  readonly networks: readonly string[];
  readonly multipathRelax: boolean;
  readonly timers: { readonly keepalive: number; readonly hold: number } | undefined;
  readonly bfd: { readonly interval: number; readonly multiplier: number } | undefined;
  readonly neighbors: ReadonlyMap<string, FrrNeighbor>;
  /** Lines behind `router bgp`: a topology's raw lines. */
  readonly config: readonly string[];
}

/**
 * Reads a file. Never throws, and judges nothing: the lab that comes of it is written again, and whoever imports compares the
 * two texts line by line.
 */
export function readFrrRouter(source: Source): FrrRouter {
  const lines = source.text.split('\n').map((line) => line.trim());
  const begin = lines.findIndex((line) => line.startsWith('router bgp '));
  const end = lines.indexOf('exit', begin);
  const bgp = begin < 0 ? [] : lines.slice(begin, end < 0 ? lines.length : end);
  const word = (pattern: RegExp): string | undefined => bgp.map((line) => pattern.exec(line)?.[1]).find(isSaid);
  const timers = bgp.map((line) => /^timers bgp (\d+) (\d+)$/.exec(line)).find(isSaid);
  const bfd = bgp.map((line) => /^neighbor \S+ bfd (\d+) (\d+) \d+$/.exec(line)).find(isSaid);
  const asNumber = word(/^router bgp (\d+)$/);
  return {
    source,
    asNumber: asNumber === undefined ? undefined : Number(asNumber),
    routerId: word(/^bgp router-id (\S+)$/),
    interfaces: interfacesOf(lines.slice(0, begin < 0 ? lines.length : begin)),
    networks: bgp.flatMap((line) => /^network (\S+)$/.exec(line)?.[1] ?? []),
    multipathRelax: bgp.includes('bgp bestpath as-path multipath-relax'),
    timers: timers && { keepalive: Number(timers[1]), hold: Number(timers[2]) },
    bfd: bfd && { multiplier: Number(bfd[1]), interval: Number(bfd[2]) },
    neighbors: neighborsOf(bgp),
    config:
      end < 0
        ? []
        : source.text
            .split('\n')
            .slice(end + 2)
            .filter((line) => line.trim() !== ''),
  };
}

function interfacesOf(lines: readonly string[]): FrrRouter['interfaces'] {
  const found: { name: string; addresses: string[] }[] = [];
  for (const line of lines) {
    const [, name] = /^interface (\S+)$/.exec(line) ?? [];
    const [, address] = /^ip(?:v6)? address (\S+)$/.exec(line) ?? [];
    if (name !== undefined) found.push({ name, addresses: [] });
    else if (address !== undefined) found.at(-1)?.addresses.push(address);
  }
  return found;
}

function neighborsOf(bgp: readonly string[]): ReadonlyMap<string, FrrNeighbor> {
  const said = new Set(bgp);
  return new Map(
    bgp.flatMap((line): [string, FrrNeighbor][] => {
      const [, address, remoteAs] = /^neighbor (\S+) remote-as (\d+)$/.exec(line) ?? [];
      if (address === undefined) return [];
      const reflector = said.has(`neighbor ${address} route-reflector-client`);
      const nextHopSelf = said.has(`neighbor ${address} next-hop-self`);
      return [[address, { remoteAs: Number(remoteAs), reflector, nextHopSelf }]];
    }),
  );
}

function isSaid<T>(value: T | null | undefined): value is T {
  return value !== null && value !== undefined;
}
