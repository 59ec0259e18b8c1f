// Owns what labctl keeps on disk of a lab that runs, and reads it back with distrust.

import type { CalicoObject } from '../calico/objects.ts';
import type { Design } from '../design/design.ts';
import type { ProcessIdentity } from '../host/proc.ts';
import type { Lab } from '../lab/lab.ts';
import type { EngineName } from '../plan/engine.ts';
import type { Failure } from '../plan/failure.ts';
import type { StateFolder } from '../run/state.ts';

/** What `up` leaves on disk of a lab, beside the holder's record; enough to work with it without the lab file. */
export interface SavedLab {
  /** The form of this record; another number means another labctl wrote it. */
  readonly form: 1;
  /** What runs it; records of before there were two have none. */
  readonly engine?: EngineName;
  readonly lab: Lab;
  /** Without what must be true: that follows, and is long. */
  readonly design: Omit<Design, 'expected'>;
  /** The complete object set once `calicoctl` changed it; undefined while the lab file's own holds. */
  readonly objects: readonly CalicoObject[] | undefined;
  /** Resource to digest of what it was made from. */
  readonly made: Readonly<Record<string, string>>;
  /** True once the lab was converged; a later change that fails leaves it true, and its resources out of `made`. */
  readonly isBuilt: boolean;
  /** Folder of unpacked programs that lies over the lab's /usr. */
  readonly programs: string | undefined;
}

/** Files in a lab's state folder. */
export const stateFiles = {
  holder: 'holder.json',
  lab: 'lab.json',
  kind: 'kind.json',
  failures: 'failures.json',
} as const;

/** Reads a lab's two records; parts that are absent, torn or of another form are undefined. */
export async function readState(
  state: StateFolder,
): Promise<{ readonly holder: ProcessIdentity | undefined; readonly saved: SavedLab | undefined }> {
  const [holder, saved] = await Promise.all([state.read(stateFiles.holder), state.read(stateFiles.lab)]);
  return { holder: isIdentity(holder) ? holder : undefined, saved: isSavedLab(saved) ? saved : undefined };
}

/** What is broken on purpose in a lab now, oldest first. */
export async function readFailures(state: StateFolder): Promise<readonly Failure[]> {
  const read = await state.read(stateFiles.failures);
  return Array.isArray(read) ? (read as readonly Failure[]) : [];
}

function isIdentity(value: unknown): value is ProcessIdentity {
  const record = value as Partial<ProcessIdentity> | undefined | null;
  return (
    Number.isSafeInteger(record?.pid) &&
    Number(record?.pid) > 1 &&
    typeof record?.startTime === 'string' &&
    typeof record.bootId === 'string'
  );
}

function isSavedLab(value: unknown): value is SavedLab {
  const record = value as Partial<SavedLab> | undefined | null;
  return (
    record?.form === 1 &&
    typeof record.lab?.name === 'string' &&
    Array.isArray(record.design?.nodes) &&
    typeof record.made === 'object'
  );
}
