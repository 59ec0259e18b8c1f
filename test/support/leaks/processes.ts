// Owns what the leak oracle reads of processes, the namespaces they hold, and mounts.

import { readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs';

/** A process as /proc shows it. */
export interface ProcessSeen {
  readonly pid: number;
  readonly parent: number;
  readonly uid: number;
  readonly command: string;
  readonly isZombie: boolean;
  readonly isMarked: boolean;
  /** `net:[4026531840]`; empty when they may not be read. */
  readonly namespaces: readonly string[];
}

/** Who holds a namespace: the first that was found, and all of them. */
export interface NamespaceHolder {
  readonly detail: string;
  readonly pids: readonly number[];
}

const namespaceFiles = ['net', 'pid', 'pid_for_children', 'mnt', 'user', 'uts', 'ipc', 'cgroup', 'time'];
const namespaceLink = /^(?:net|pid|mnt|user|uts|ipc|cgroup|time):\[\d+\]$/;

/**
 * Every process (identity: pid and start time, so that a reused pid is another one) and every namespace that a process,
 * an open file or a mount anywhere holds. Processes of another test or another LABCTL_HOME are left out.
 */
export function processesAndNamespaces(options: { readonly mark: string; readonly home?: string }): {
  readonly processes: ReadonlyMap<string, ProcessSeen>;
  readonly namespaces: ReadonlyMap<string, NamespaceHolder>;
} {
  const processes = new Map<string, ProcessSeen>();
  const namespaces = new Map<string, { readonly detail: string; readonly pids: number[] }>();
  const mountNamespaces = new Set<string>();
  const hold = (name: string, pid: string, detail: string): void => {
    const held = namespaces.get(name);
    if (held === undefined) namespaces.set(name, { detail, pids: [Number(pid)] });
    else held.pids.push(Number(pid));
  };
  const seen = statusesOf(readdirSync('/proc').filter((name) => /^\d+$/.test(name)));
  for (const [pid, { environ, name, state, parent, start }] of seen) {
    // Whoever descends from another's lab is another's, too.
    if (isOthers(seen, pid, options)) continue;
    // A zombie holds nothing any more, though its links may still be read.
    const held = (state === 'Z' ? [] : namespaceFiles)
      .map((file) => link(`/proc/${pid}/ns/${file}`))
      .filter((target) => target !== undefined);
    const words = (read(`/proc/${pid}/cmdline`) ?? '').split('\0');
    const command = words.join(' ').trim().replaceAll(/\s+/g, ' ').slice(0, 120) || `[${name}]`;
    processes.set(`${pid}@${start}`, {
      pid: Number(pid),
      parent: Number(parent),
      uid: ownerOf(pid),
      command,
      isZombie: state === 'Z',
      isMarked: environmentValue(environ, 'LABCTL_TEST_MARK') === options.mark || isOfHome(environ, options.home),
      namespaces: held,
    });
    for (const namespace of held) hold(namespace, pid, `process ${pid}: ${command}`);
    for (const fd of list(`/proc/${pid}/fd`)) {
      const target = link(`/proc/${pid}/fd/${fd}`);
      if (target !== undefined && namespaceLink.test(target))
        hold(target, pid, `file descriptor ${fd} of process ${pid}: ${command}`);
    }
    const mountNamespace = held.find((namespace) => namespace.startsWith('mnt:')) ?? '';
    if (mountNamespaces.has(mountNamespace)) continue;
    mountNamespaces.add(mountNamespace);
    for (const { root, point, type } of mountsOf(pid)) {
      if (type === 'nsfs') hold(root, pid, `mount ${point} in ${mountNamespace} of process ${pid}`);
    }
  }
  return { processes, namespaces };
}

/** Mounts of this mount namespace: mount point, file system and what of it is mounted. */
export function hostMounts(): ReadonlyMap<string, string> {
  return new Map(mountsOf('self').map(({ point, type, root }) => [`${point} ${type}`, `mounts ${root}`]));
}

function mountsOf(pid: string): { readonly root: string; readonly point: string; readonly type: string }[] {
  const lines = (read(`/proc/${pid}/mountinfo`) ?? '').split('\n').filter((line) => line !== '');
  return lines.map((line) => {
    const fields = line.split(' ');
    const type = fields[fields.indexOf('-') + 1] ?? '';
    return { root: fields[3] ?? '', point: fields[4] ?? '', type };
  });
}

interface Status {
  readonly environ: readonly string[];
  readonly name: string;
  readonly state: string;
  readonly parent: string;
  readonly start: string;
}

/** What /proc says of each process, before anything is judged: pids wrap around, so a child may come before its parent. */
function statusesOf(pids: readonly string[]): ReadonlyMap<string, Status> {
  const statuses = new Map<string, Status>();
  for (const pid of pids) {
    const environ = (read(`/proc/${pid}/environ`) ?? '').split('\0');
    const status = /^(\d+) \((.*)\) (\S) (\d+) (?:\S+ ){17}(\d+)/s.exec(read(`/proc/${pid}/stat`) ?? '');
    if (status === null) continue;
    const [, , name = '', state = '', parent = '', start = ''] = status;
    statuses.set(pid, { environ, name, state, parent, start });
  }
  return statuses;
}

/** By the mark of its test, or by the state folder of its lab: its own, or its nearest ancestor's that has one. */
function isOthers(
  statuses: ReadonlyMap<string, Status>,
  pid: string,
  options: { readonly mark: string; readonly home?: string },
): boolean {
  for (let status = statuses.get(pid); status !== undefined; status = statuses.get(status.parent)) {
    const mark = environmentValue(status.environ, 'LABCTL_TEST_MARK');
    if (mark !== undefined) return mark !== options.mark;
    const home = homeOf(status.environ);
    if (home !== undefined && options.home !== undefined) return home !== options.home;
  }
  return false;
}

/** LABCTL_HOME of a labctl, or of the lab whose holder carries the folder of its logs. */
function homeOf(environ: readonly string[]): string | undefined {
  const logs = environmentValue(environ, 'LABCTL_HOLDER');
  return /^(.*)\/labs\/[^/]+\/logs$/.exec(logs ?? '')?.[1] ?? environmentValue(environ, 'LABCTL_HOME');
}

function isOfHome(environ: readonly string[], home: string | undefined): boolean {
  return home !== undefined && homeOf(environ) === home;
}

function environmentValue(environ: readonly string[], name: string): string | undefined {
  return environ.find((entry) => entry.startsWith(`${name}=`))?.slice(name.length + 1);
}

function ownerOf(pid: string): number {
  try {
    return statSync(`/proc/${pid}`).uid;
  } catch {
    return 0;
  }
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

function link(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch {
    return undefined;
  }
}

function list(path: string): readonly string[] {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}
