// Owns the leak oracle: what of a lab is still on this machine, as sets of identities before and after.

import { readlinkSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { changedFiles, watchedFiles } from './leaks/files.ts';
import { addresses, cgroups, links, listeners, modules, nftRules, routes, sockets, sysctls } from './leaks/network.ts';
import { hostMounts, type NamespaceHolder, type ProcessSeen, processesAndNamespaces } from './leaks/processes.ts';

/** Everything the oracle looks at. */
export const leakKinds = [
  'namespace',
  'process',
  'zombie',
  'mount',
  'link',
  'address',
  'route',
  'file',
  'sysctl',
  'nft',
  'socket',
  'listener',
  'cgroup',
  'module',
] as const;

/** One kind of thing a lab could leave. */
export type LeakKind = (typeof leakKinds)[number];

/** One thing that is there and was not before. */
export interface Leak {
  readonly kind: LeakKind;
  /** What makes it this one: pid and start time, namespace inode, path. */
  readonly identity: string;
  /** What a reader needs to find its owner. */
  readonly detail: string;
}

/** What belongs to the test, so that whatever else happens on the machine is left out. */
export interface LeakOptions {
  /** Value of LABCTL_TEST_MARK in the environment of every process the test starts. */
  readonly mark: string;
  /** LABCTL_HOME of the test; a process that has another one is another's. */
  readonly home?: string;
  /** Folders of which every new path counts (state, temporary files, home, working directory). */
  readonly folders?: readonly string[];
  /** User ids that only the test uses: the test user's own and its subordinate range. */
  readonly uids?: readonly UidRange[];
  /** Milliseconds the kernel and the ends of processes are given (20000 unless told). */
  readonly settleMs?: number;
}

/** User ids from `start`, `count` of them. */
export interface UidRange {
  readonly start: number;
  readonly count: number;
}

/** The state of the machine at one moment: for each kind identity to detail. */
export interface Snapshot {
  readonly items: ReadonlyMap<LeakKind, ReadonlyMap<string, string>>;
  readonly processes: ReadonlyMap<string, ProcessSeen>;
  readonly namespaces: ReadonlyMap<string, NamespaceHolder>;
  /** Kinds that could not be looked at here, and why. */
  readonly unseen: ReadonlyMap<LeakKind, string>;
}

/** Takes the state of the machine. Changes nothing. */
export function snapshot(options: LeakOptions): Snapshot {
  const unseen = new Map<LeakKind, string>();
  const items = new Map<LeakKind, ReadonlyMap<string, string>>();
  const look = (kind: LeakKind, from: () => ReadonlyMap<string, string>): void => {
    try {
      items.set(kind, from());
    } catch (error) {
      unseen.set(kind, error instanceof Error ? error.message : String(error));
    }
  };
  look('link', links);
  look('address', addresses);
  look('route', routes);
  look('nft', nftRules);
  look('sysctl', sysctls);
  look('socket', () => sockets([...(options.folders ?? []), options.mark]));
  look('listener', listeners);
  look('cgroup', cgroups);
  look('module', modules);
  look('mount', hostMounts);
  look('file', () => new Map([...watchedFiles(options), ...changedFiles()]));
  const { processes, namespaces } = processesAndNamespaces(options);
  return { items, processes, namespaces, unseen };
}

/** What is there now and was not in `before`; asked again until nothing is left or `settleMs` are over. */
export async function leaksSince(before: Snapshot, options: LeakOptions): Promise<readonly Leak[]> {
  const deadline = Date.now() + (options.settleMs ?? 20_000);
  let leaks = compare(before, snapshot(options), options);
  while (leaks.length > 0 && Date.now() < deadline) {
    await sleep(100);
    leaks = compare(before, snapshot(options), options);
  }
  return leaks;
}

/** One line a leak, as a failing test prints it. */
export function leaksToText(leaks: readonly Leak[]): string {
  return leaks.map((leak) => `${leak.kind}: ${leak.identity}  ${leak.detail}`).join('\n');
}

function compare(before: Snapshot, after: Snapshot, options: LeakOptions): Leak[] {
  const leaks: Leak[] = [];
  for (const [kind, items] of after.items) {
    const old = before.items.get(kind);
    if (old === undefined) continue;
    for (const [identity, detail] of items) if (!old.has(identity)) leaks.push({ kind, identity, detail });
  }
  // A value that changed shows as a new identity; one that vanished (a file or rule of the host's) shows here.
  for (const kind of ['nft', 'address', 'route', 'link', 'mount'] as const) {
    const now = after.items.get(kind);
    if (now === undefined) continue;
    for (const [identity, detail] of before.items.get(kind) ?? []) {
      if (!now.has(identity)) leaks.push({ kind, identity, detail: `was removed: ${detail}` });
    }
  }
  const strangers = strangersOf(before, after);
  const apart = livingApart(before, after);
  for (const [name, holder] of after.namespaces) {
    if (before.namespaces.has(name) || holder.pids.every((pid) => strangers.has(pid) || apart.has(pid))) continue;
    leaks.push({ kind: 'namespace', identity: name, detail: holder.detail });
  }
  for (const [identity, seen] of after.processes) {
    const isKnown = before.processes.has(identity) || (strangers.has(seen.pid) && !seen.isMarked);
    const kind = isKnown ? undefined : leakedAs(seen, before, options);
    if (kind !== undefined)
      leaks.push({ kind, identity, detail: `${seen.command} (uid ${seen.uid}, parent ${seen.parent})` });
  }
  return leaks;
}

/**
 * New processes that somebody else on this machine started: they descend from a process that was there before and is
 * neither this test, nor one of its ancestors (an orphan of ours may be adopted by one), nor init.
 */
function strangersOf(before: Snapshot, after: Snapshot): ReadonlySet<number> {
  const byPid = new Map([...after.processes].map(([identity, seen]) => [seen.pid, { identity, seen }]));
  const family = new Set([1]);
  for (let pid = process.pid; pid > 1 && !family.has(pid); pid = byPid.get(pid)?.seen.parent ?? 1) family.add(pid);
  const strangers = new Set<number>();
  for (const { pid } of after.processes.values()) {
    const trail = new Set<number>();
    let at = byPid.get(pid);
    while (at !== undefined && !before.processes.has(at.identity) && !trail.has(at.seen.pid)) {
      trail.add(at.seen.pid);
      at = byPid.get(at.seen.parent);
    }
    if (at !== undefined && trail.size > 0 && !family.has(at.seen.pid)) strangers.add(pid);
  }
  return strangers;
}

/** Processes that were there before, in a mount namespace of their own: what they mount now, a cluster's pods, is theirs. */
function livingApart(before: Snapshot, after: Snapshot): ReadonlySet<number> {
  const own = readlinkSync('/proc/self/ns/mnt');
  const found = [...after.processes].filter(
    ([identity, { namespaces }]) =>
      before.processes.has(identity) && namespaces.length > 0 && !namespaces.includes(own),
  );
  return new Set(found.map(([, { pid }]) => pid));
}

/** A new process is a lab's when it has the mark, lives in a new namespace, or runs as a user only the test has. */
function leakedAs(seen: ProcessSeen, before: Snapshot, options: LeakOptions): 'process' | 'zombie' | undefined {
  // An orphan's zombie waits for init, which is not labctl's to hurry.
  if (seen.isZombie) return seen.parent === 1 ? undefined : 'zombie';
  const isForeign = seen.namespaces.some((name) => !before.namespaces.has(name));
  const isOfUser = (options.uids ?? []).some(({ start, count }) => seen.uid >= start && seen.uid < start + count);
  return seen.isMarked || isForeign || isOfUser ? 'process' : undefined;
}
