// Owns what the leak oracle reads of files: folders of the test wholly, shared folders as far as a lab could own a path.

import { createHash } from 'node:crypto';
import { lstatSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { UidRange } from '../leaks.ts';

/** Shared folders in which everything counts: nobody else writes there while a test runs. */
const exactFolders = ['/run', '/dev/shm', '/var/lib/frr', '/etc/frr', '/etc/bird', '/etc/netns'];
/** Shared folders in which other programs come and go: a path counts by its owner or its name. */
const busyFolders = [
  ...['/tmp', '/var/tmp', '/run/user', '/run/lock', '/run/systemd', '/run/dbus', '/run/postgresql', '/run/udev'],
  ...['/run/credentials', '/run/log', '/run/sudo', '/run/docker', '/run/containerd'],
];
/** Of a scenario that runs beside this one: whatever lies there is that one's. */
const folderOfAScenario = /^scenario-/;
const nameOfALab = /^\.?labctl$|bgp-rr|fullmesh|frr|bird|bgpd|zebra|tcpdump|\.pcap|netns/i;
/** Files of the host that a lab must never change. */
const hostFiles = ['/etc/hosts', '/etc/resolv.conf', '/etc/iproute2/rt_protos'];
const deepest = 8;

/** Paths that a lab could have made, with owner and mode. */
export function watchedFiles(options: {
  readonly folders?: readonly string[];
  readonly uids?: readonly UidRange[];
}): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  const own = options.folders ?? [];
  const isOfUser = (uid: number): boolean =>
    (options.uids ?? []).some(({ start, count }) => uid >= start && uid < start + count);
  for (const folder of own) walk(folder, [], 0, (path, detail) => found.set(path, detail));
  for (const folder of exactFolders)
    walk(folder, [...own, ...busyFolders], 0, (path, detail) => found.set(path, detail));
  // What lies deeper belongs to whoever made the first folder, and counts by its owner alone.
  const depth = options.uids === undefined || options.uids.length === 0 ? deepest : deepest - 3;
  for (const folder of busyFolders) {
    walk(folder, own, depth, (path, detail, uid) => {
      const [name = ''] = path.slice(folder.length + 1).split('/');
      if (folderOfAScenario.test(name)) return;
      if (isOfUser(uid) || (nameOfALab.test(name) && path === join(folder, name))) found.set(path, detail);
    });
  }
  return found;
}

/** The host's own files by content: a changed one is a new identity. */
export function changedFiles(): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const path of hostFiles) {
    try {
      found.set(`${path} ${createHash('sha256').update(readFileSync(path)).digest('hex').slice(0, 16)}`, 'content');
    } catch {
      found.set(`${path} unreadable`, 'content');
    }
  }
  return found;
}

function walk(
  folder: string,
  skip: readonly string[],
  depth: number,
  see: (path: string, detail: string, uid: number) => void,
): void {
  if (depth > deepest) return;
  for (const name of entriesOf(folder)) {
    const path = join(folder, name);
    if (skip.includes(path)) continue;
    try {
      const stat = lstatSync(path);
      const kind = stat.isDirectory() ? 'folder' : stat.isFile() ? 'file' : stat.isSocket() ? 'socket' : 'other';
      see(path, `${kind}, uid ${stat.uid}, mode ${(stat.mode & 0o7777).toString(8)}`, stat.uid);
      if (stat.isDirectory()) walk(path, skip, depth + 1, see);
    } catch {
      // It went away while we looked.
    }
  }
}

function entriesOf(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
