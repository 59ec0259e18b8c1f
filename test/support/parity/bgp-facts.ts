// Owns the facts of BGP: sessions of BIRD, peers and tables of FRR, and what follows from a choice between equal paths.

import type { LabDump } from './dump.ts';

type Add = (key: string, value: string) => void;

interface Path {
  readonly path: string;
  readonly origin: string;
  readonly pathFrom: string;
  readonly peerId: string;
  readonly locPrf?: number;
  readonly metric?: number;
  readonly valid?: boolean;
  readonly bestpath?: boolean;
  readonly multipath?: boolean;
  readonly nexthops: readonly { readonly ip: string }[];
}

interface Table {
  readonly routerId: string;
  readonly localAS: number;
  readonly defaultLocPrf: number;
  readonly routes: Readonly<Record<string, readonly Path[]>>;
}

interface Summary {
  readonly peers: Readonly<
    Record<
      string,
      { readonly remoteAs: number; readonly localAs: number; readonly state: string; readonly pfxRcd: number }
    >
  >;
  readonly bestPath?: { readonly multiPathRelax?: string };
}

/** BGP sessions as BIRD 1.6, 2 and 3 print them with `show protocols all`. */
export function sessionFacts(machine: string, text: string, add: Add): void {
  for (const block of text.split(/\n(?=\S)/)) {
    const [name = '', protocol, , state, , ...info] = (block.split('\n')[0] ?? '').trim().split(/\s+/);
    if (protocol !== 'BGP') continue;
    const value = (label: string): string => new RegExp(`^ +${label}: +(.*)$`, 'm').exec(block)?.[1]?.trim() ?? 'none';
    // Capabilities differ between BIRD's versions; what the session is does not.
    const session = value('Session')
      .split(' ')
      .filter((word) => !/^(?:AS4|add-path-[rt]x)$/.test(word));
    const words = [
      `${state} ${info.join(' ')}`.trim(),
      `neighbor ${value('Neighbor address')}`,
      `AS ${value('Neighbor AS')}`,
      `id ${value('Neighbor ID')}`,
      session.join(' '),
      `source ${value('Source address')}`,
    ];
    add(`${machine} session ${name}`, words.join(', '));
  }
}

/** Router ids, peers and BGP tables of all routers. */
export function bgpFacts(
  dump: LabDump,
  owners: ReadonlyMap<string, string>,
  naming: (text: string) => string,
  add: Add,
): void {
  const tables = new Map<string, Table>();
  for (const [name, machine] of dump.machines) {
    if (machine.kind === 'router') tables.set(name, JSON.parse(machine.table) as Table);
  }
  const machineOf = (address: string): string => owners.get(address)?.split('@')[1] ?? address;
  const echoes = new Map<string, string[]>();
  for (const [name, table] of tables) {
    add(`${name} bgp`, `router id ${table.routerId}, AS ${table.localAS}, local preference ${table.defaultLocPrf}`);
    const echoed = new Map<string, number>();
    for (const [prefix, paths] of Object.entries(table.routes)) {
      const texts: string[] = [];
      for (const path of paths) {
        const from = machineOf(path.peerId);
        if (!isEcho(path, tables.get(from)?.routes[prefix] ?? [])) {
          texts.push(naming(pathText(path)));
          continue;
        }
        echoed.set(path.peerId, (echoed.get(path.peerId) ?? 0) + 1);
        const [first = '', , ...rest] = path.path.split(' ');
        const key = `${from} echo of its best ${prefix}`;
        echoes.set(key, [
          ...(echoes.get(key) ?? []),
          `AS path ${first} * ${rest.join(' ')} ${path.origin} ${path.locPrf ?? ''}`.trim(),
        ]);
      }
      add(`${name} table ${prefix}`, texts.toSorted().join(' | '));
    }
    summaryFacts(name, dump.machines.get(name)?.summary ?? '', echoed, add);
  }
  for (const [key, texts] of echoes) add(key, texts.toSorted().join(' | '));
}

function summaryFacts(name: string, text: string, echoed: ReadonlyMap<string, number>, add: Add): void {
  const parsed = JSON.parse(text) as Summary & { readonly ipv4Unicast?: Summary };
  const summary = parsed.ipv4Unicast ?? parsed;
  add(`${name} multipath-relax`, String(summary.bestPath?.multiPathRelax ?? 'false'));
  for (const [address, peer] of Object.entries(summary.peers)) {
    const count = peer.pfxRcd - (echoed.get(address) ?? 0);
    add(
      `${name} peer ${address}`,
      `AS ${peer.localAs} to ${peer.remoteAs}, ${peer.state}, ${count} prefixes beside echoes`,
    );
  }
}

/**
 * A path that its sender has only because it chose among equal ones: the sender uses several paths of this prefix and
 * told everybody the best, whose first AS is the second here. Which spine hears of it is chance (FRR prefers the older).
 */
function isEcho(path: Path, senders: readonly Path[]): boolean {
  if (path.bestpath === true || path.multipath === true) return false;
  const used = senders.filter((other) => other.bestpath === true || other.multipath === true);
  const chosen = path.path.split(' ')[1];
  return used.length > 1 && used.some((other) => other.path.split(' ')[0] === chosen);
}

function pathText(path: Path): string {
  const words = [
    path.path === '' ? 'local AS' : `AS path ${path.path}`,
    `via ${path.nexthops
      .map(({ ip }) => ip)
      .toSorted()
      .join(' ')}`,
    path.origin,
    path.pathFrom,
    path.locPrf === undefined ? '' : `local preference ${path.locPrf}`,
    path.metric === undefined ? '' : `MED ${path.metric}`,
    path.valid === true ? '' : 'invalid',
    path.bestpath === true || path.multipath === true ? 'used' : 'not used',
  ];
  return words.filter((word) => word !== '').join(', ');
}
