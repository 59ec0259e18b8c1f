// Owns reading the routers of an original lab: VyOS files, kept as they are, and files of FRR as labctl writes them.

import { machineName } from '../names.ts';
import type { Source } from '../tree.ts';
import { readVyosRouter } from '../vyos/read-router.ts';
import type { Account } from './account.ts';
import type { ClabNode } from './clab-nodes.ts';
import { type FrrNeighbor, type FrrRouter, readFrrRouter } from './frr-router.ts';
import { type Parts, pathFrom, type YamlPart } from './parts.ts';

/** A router, whatever its dialect is. */
export interface ImportedRouter {
  readonly asNumber: number | undefined;
  readonly interfaces: readonly {
    readonly name: string;
    readonly addresses: readonly string[];
    readonly members: readonly string[];
  }[];
  /** The text of a VyOS configuration, which goes with the lab. */
  readonly boot: string | undefined;
  /** What a topology states of it instead. */
  readonly frr: FrrRouter | undefined;
  /** nft rules beside its frr.conf: labctl's own way to what FRR does not say. */
  readonly rules: Source | undefined;
}

/** What the router does for the nodes behind an address: only a router whose file does not go with the lab tells. */
export function flagsTowards({ frr }: ImportedRouter, addresses: readonly string[]): Partial<FrrNeighbor> {
  return addresses.map((address) => frr?.neighbors.get(address)).find((found) => found !== undefined) ?? {};
}

/** Reads every router that a topology has. */
export function readRouters(
  nodes: readonly ClabNode[],
  part: YamlPart,
  parts: Parts,
  account: Account,
): ReadonlyMap<string, ImportedRouter> {
  const routers = new Map<string, ImportedRouter>();
  for (const { name, means, span } of nodes) {
    if (means.kind !== 'router') continue;
    if (!machineName.test(name))
      account.refuse(
        span,
        `\`${name}\` is no router name of labctl: lower-case letters, digits and dashes, at most 15`,
        'rename it in the topology',
      );
    const source: Source | undefined = parts.others.get(pathFrom(part.path, means.file));
    if (source === undefined) {
      account.refuse(
        means.at,
        `there is no file \`${means.file}\`, which is ${name}'s configuration`,
        'the path starts from the folder of the topology file, and stays inside the imported folder',
      );
      continue;
    }
    const rules = parts.others.get(pathFrom(part.path, means.file.replace(/frr\.conf$/, 'rules.nft')));
    routers.set(
      name,
      means.dialect === 'frr' ? readFrr(name, source, rules, account) : readVyos(name, source, account),
    );
  }
  return routers;
}

function readVyos(name: string, source: Source, account: Account): ImportedRouter {
  const { router, problems } = readVyosRouter(source);
  account.add(problems);
  const bgp =
    router.bgp === undefined ? 'no BGP' : `AS ${router.bgp.asNumber}, ${router.bgp.neighbors.length} neighbors`;
  account.take({ source, start: 0, end: 1 }, `${name}: VyOS, ${bgp}`);
  return {
    asNumber: router.bgp?.asNumber,
    interfaces: router.interfaces,
    boot: router.text,
    frr: undefined,
    rules: undefined,
  };
}

function readFrr(name: string, source: Source, rules: Source | undefined, account: Account): ImportedRouter {
  const frr = readFrrRouter(source);
  const at = { source, start: 0, end: 1 };
  if (frr.asNumber === undefined) account.refuse(at, `${name} has no \`router bgp\`: labctl's routers speak BGP`);
  else account.take(at, `${name}: FRR, AS ${frr.asNumber}, ${frr.neighbors.size} neighbors`);
  const interfaces = frr.interfaces.map((port) => ({ ...port, members: [] }));
  return { asNumber: frr.asNumber, interfaces, boot: undefined, frr, rules };
}

/** The routers of a topology file, and what it says of BGP for all of them. */
export function topologyKeys(routers: ReadonlyMap<string, ImportedRouter>): object {
  const stated = [...routers.values()].flatMap(({ frr }) => frr ?? []);
  const timers = stated.find((router) => router.timers !== undefined)?.timers;
  const bfd = stated.find((router) => router.bfd !== undefined)?.bfd;
  const bgp = {
    networks: stated.some(({ networks }) => networks.length > 0) ? 'connected' : undefined,
    'multipath-relax': stated.some(({ multipathRelax }) => multipathRelax) ? true : undefined,
    timers,
    bfd,
  };
  return {
    routers: Object.fromEntries([...routers].map(([name, router]) => [name, entryOf(name, router)])),
    bgp: stated.length === 0 ? undefined : bgp,
  };
}

function entryOf(name: string, { frr, rules }: ImportedRouter): object {
  if (frr === undefined) return { vyos: `${name}.boot` };
  const config = frr.config.length === 0 ? undefined : frr.config;
  const filter = rules?.text.includes('frag-needed') === true ? ['frag-needed'] : undefined;
  return { as: frr.asNumber, 'router-id': frr.routerId, filter, config };
}
