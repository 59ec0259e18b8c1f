// Owns the end of a lab: its holder is killed, and the kernel takes namespaces, links, processes and mounts with it.

import { setTimeout as sleep } from 'node:timers/promises';
import { LabError } from '../../base/errors.ts';
import {
  findByEnvironment,
  identify,
  isAlive,
  isFirstOfNamespace,
  killNow,
  type ProcessIdentity,
  parentOf,
  readStartTime,
} from '../../host/proc.ts';

/** The mark on a holder, in its environment: the folder of its logs, which no other lab of any user has. */
export function holderMark(logs: string): Readonly<Record<string, string>> {
  return { LABCTL_HOLDER: logs };
}

/** The holder with this mark when its record is lost: the marked process that is pid 1 of a namespace of its own. */
async function findHolder(mark: Readonly<Record<string, string>>): Promise<ProcessIdentity | undefined> {
  for (const pid of await findByEnvironment(`LABCTL_HOLDER=${mark['LABCTL_HOLDER']}`)) {
    if (await isFirstOfNamespace(pid)) return identify(pid);
  }
  return undefined;
}

/** Ends a lab: its recorded holder or, when the record is lost, the one that has its mark. True when there was one. */
export async function removeHolder(holder: ProcessIdentity | undefined, logs: string): Promise<boolean> {
  return endHolder(holder ?? (await findHolder(holderMark(logs))));
}

/** How long the kernel may take to end a lab's processes. */
const endTimeoutMs = 30_000;

/**
 * Kills the holder if exactly that process still lives, and returns when it and its unshare parent are gone. The kernel ends
 * a pid namespace's pid 1 only after every other process in it (pid_namespaces(7)), so nothing of the lab is left then. Idempotent; true when it ended one. Throws UNDO_FAILED when a process cannot be ended, naming it.
 */
async function endHolder(holder: ProcessIdentity | undefined): Promise<boolean> {
  if (holder === undefined || !(await isAlive(holder))) return false;
  const parent = await parentOf(holder.pid);
  const parentStart = parent === undefined ? undefined : await readStartTime(parent);
  try {
    killNow(holder.pid);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') {
      throw new LabError(
        'UNDO_FAILED',
        `cannot end the lab's holder, process ${holder.pid}: ${(error as Error).message}`,
        { hint: `kill -9 ${holder.pid}` },
      );
    }
  }
  const deadline = performance.now() + endTimeoutMs;
  const left = async (): Promise<readonly number[]> => {
    const living: number[] = [];
    for (const [pid, start] of [
      [holder.pid, holder.startTime],
      [parent ?? 0, parentStart],
    ] as const) {
      if (start !== undefined && (await readStartTime(pid)) === start) living.push(pid);
    }
    return living;
  };
  for (let living = await left(); living.length > 0; living = await left()) {
    if (performance.now() > deadline) {
      throw new LabError('UNDO_FAILED', `processes of the lab do not end: ${living.join(', ')}`, {
        hint: `ps -o pid,stat,wchan,cmd -p ${living.join(',')}`,
      });
    }
    await sleep(2);
  }
  return true;
}
