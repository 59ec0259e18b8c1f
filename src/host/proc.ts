// Owns what the kernel's /proc says of processes and of this boot; a process is never known by its pid alone.

import { readFileSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { kill } from 'node:process';

/** A process that cannot be confused with a later one of the same pid: start time (clock ticks) and boot are part of it. */
export interface ProcessIdentity {
  readonly pid: number;
  readonly startTime: string;
  readonly bootId: string;
}

/** This boot's id. */
export async function readBootId(): Promise<string> {
  return (await readFile('/proc/sys/kernel/random/boot_id', 'utf8')).trim();
}

/** Field 22 of /proc/PID/stat (proc(5)), or undefined when there is no such process or it is a zombie. */
export async function readStartTime(pid: number): Promise<string | undefined> {
  let text: string;
  try {
    text = await readFile(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return undefined;
  }
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return fields[0] === 'Z' || fields[0] === 'X' ? undefined : fields[19];
}

/** The identity of a living process, or undefined. */
export async function identify(pid: number): Promise<ProcessIdentity | undefined> {
  const [startTime, bootId] = await Promise.all([readStartTime(pid), readBootId()]);
  return startTime === undefined ? undefined : { pid, startTime, bootId };
}

/** True while exactly this process lives: same pid, same start, same boot, no zombie. */
export async function isAlive(identity: ProcessIdentity): Promise<boolean> {
  const now = await identify(identity.pid);
  return now !== undefined && now.startTime === identity.startTime && now.bootId === identity.bootId;
}

/** The parent's pid, or undefined when the process is gone. */
export async function parentOf(pid: number): Promise<number | undefined> {
  try {
    const text = await readFile(`/proc/${pid}/stat`, 'utf8');
    return Number(text.slice(text.lastIndexOf(')') + 2).split(' ')[1]);
  } catch {
    return undefined;
  }
}

/** Pids of all processes whose environment has `NAME=value`, readable ones only. */
export async function findByEnvironment(entry: string): Promise<readonly number[]> {
  const found: number[] = [];
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const environment = await readFile(`/proc/${name}/environ`, 'latin1');
      if (environment.split('\0').includes(entry)) found.push(Number(name));
    } catch {
      // Another user's process, or one that just ended.
    }
  }
  return found;
}

/** Number of a sysctl such as `net/ipv4/neigh/default/gc_thresh3`; undefined when this kernel lacks it. */
export function readSysctlNumber(path: string): number | undefined {
  try {
    const value = Number(readFileSync(`/proc/sys/${path}`, 'utf8').trim());
    return Number.isFinite(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** True when the process is pid 1 of a pid namespace below this one (NSpid, proc(5)). */
export async function isFirstOfNamespace(pid: number): Promise<boolean> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  const pids = /^NSpid:\s+(.+)$/m.exec(status)?.[1]?.split(/\s+/) ?? [];
  return pids.length > 1 && pids.at(-1) === '1';
}

/** Sends SIGKILL. The caller has made sure that the pid is the process it means; throws what kill(2) says. */
export function killNow(pid: number): void {
  kill(pid, 'SIGKILL');
}
