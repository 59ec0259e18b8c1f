// Owns the facts of BGP: sessions of BIRD, peers and tables of FRR, and what follows from a choice between equal paths.

import type { LabDump } from './dump.ts';
import { type FrrPath, type FrrSummary, type FrrTable, frrSummary, frrTable } from './frr-forms.ts';

type Add = (key: string, value: string) => void;

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
  const tables = new Map<string, FrrTable>();
  for (const [name, { table, table6 }] of dump.machines) {
    // A prefix tells its family, so one table has both.
    const parts = [table, table6].filter((text) => text !== '').map(frrTable);
    const [first] = parts;
    if (first === undefined) continue;
    tables.set(name, { ...first, routes: Object.assign({}, ...parts.map(({ routes }) => routes)) });
  }
  const machineOf = (address: string): string => owners.get(address)?.split('@')[1] ?? address;
  const isUntold = (name: string): boolean => dump.machines.get(name)?.kind === 'router' && !tables.has(name);
  const echoes = new Map<string, string[]>();
  const echoedBy = new Map<string, ReadonlyMap<string, number>>();
  for (const [name, table] of tables) {
    add(`${name} bgp`, `router id ${table.routerId}, AS ${table.localAS}, local preference ${table.defaultLocPrf}`);
    const echoed = new Map<string, number>();
    for (const [prefix, paths] of Object.entries(table.routes)) {
      const texts: string[] = [];
      for (const path of paths) {
        const from = machineOf(path.peerId);
        if (isUntold(from) && !isUsed(path)) {
          // It may be an echo, and the table that would tell is not there.
          echoed.set(path.peerId, (echoed.get(path.peerId) ?? 0) + 1);
          continue;
        }
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
    echoedBy.set(name, echoed);
  }
  for (const [name, { summary, summary6, table6 }] of dump.machines) {
    if (summary !== '') summaryFacts(name, frrSummary(summary), echoedBy.get(name), add);
    if (summary6 === '') continue;
    summaryFacts(name, frrSummary(summary6, 6), table6 === '' ? undefined : echoedBy.get(name), add);
  }
  for (const [key, texts] of echoes) add(key, texts.toSorted().join(' | '));
}

/** Without the table that tells which prefixes are echoes, how many came is left to chance. */
function summaryFacts(
  name: string,
  summary: FrrSummary,
  echoed: ReadonlyMap<string, number> | undefined,
  add: Add,
): void {
  add(`${name} multipath-relax`, String(summary.bestPath?.multiPathRelax ?? 'false'));
  for (const [address, peer] of Object.entries(summary.peers)) {
    const count = echoed === undefined ? 'some' : peer.pfxRcd - (echoed.get(address) ?? 0);
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
function isEcho(path: FrrPath, senders: readonly FrrPath[]): boolean {
  if (isUsed(path)) return false;
  const used = senders.filter(isUsed);
  const chosen = path.path.split(' ')[1];
  return used.length > 1 && used.some((other) => other.path.split(' ')[0] === chosen);
}

function isUsed(path: FrrPath): boolean {
  return path.bestpath === true || path.multipath === true;
}

function pathText(path: FrrPath): string {
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
    isUsed(path) ? 'used' : 'not used',
  ];
  return words.filter((word) => word !== '').join(', ');
}
