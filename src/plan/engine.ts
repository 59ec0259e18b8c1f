// Owns the port of an engine: the few things labctl needs, whatever runs the lab.

import type { Artifacts } from '../artifact/artifacts.ts';
import type { Shell } from '../base/shell.ts';
import type { Design } from '../design/design.ts';
import type { Finding } from './finding.ts';
import type { Inspection, Observed, ObservedBlock, Tables } from './observed.ts';
import type { Json, Operation, Plan } from './plan.ts';

/** The engines labctl has. */
export type EngineName = 'netns' | 'kind';

/** Where tcpdump listens: a machine's interface. */
export interface CapturePoint {
  /** `leaf0:eth1`. */
  readonly name: string;
  readonly machine: string;
  readonly interface: string;
  readonly shell: Shell;
}

/** What an operation's code is given beside its input. */
export interface OperationContext {
  readonly signal: AbortSignal;
  /** One line of progress for the operation that runs. */
  report(line: string): void;
}

/** How a verb is done and undone. `undo` is idempotent; undefined where the engine's removal covers it. */
export interface OperationCode {
  apply(input: Json, context: OperationContext): Promise<void>;
  undo?(input: Json, context: OperationContext): Promise<void>;
}

/** Verb to code. */
export type OperationTable = Readonly<Record<string, OperationCode>>;

/** One way in which what an engine shows differs from a real Calico cluster, and is known to. */
export interface KnownDifference {
  /** Stable id, `bird-2`; a parity test may leave out a fact only by naming one. */
  readonly id: string;
  /** What differs. */
  readonly what: string;
  /** Why it has to. */
  readonly why: string;
}

/** What labctl needs from an engine. It is made for one lab. */
export interface Engine {
  readonly name: EngineName;
  /** All that this machine lacks for this lab, each with the command that mends it. Changes nothing. */
  probe(design: Design | undefined): Promise<readonly Finding[]>;
  /** What of this lab runs now. */
  observe(): Promise<Observed>;
  /** What must be done to make `seen` equal to `design`; pure. */
  plan(design: Design, artifacts: Artifacts, seen: Observed): Plan;
  /** The code of every verb that `plan` uses; waits look for what `design` expects. */
  operations(design: Design): OperationTable;
  /** Sessions and routes of all machines, as daemons and kernels show them now. */
  look(design: Design): Promise<Tables>;
  /** The same, and BGP tables, interfaces, permanent neighbors and forwarding entries: what `verify` judges. */
  inspect(design: Design): Promise<Inspection>;
  /** The address blocks of a running lab, read now. Absent where nobody but the lab takes addresses: they follow from its design. */
  blocks?(): Promise<readonly ObservedBlock[]>;
  readonly differences: readonly KnownDifference[];
  /** Finds the machines of a running lab; once, before `shell` and `tap`. Absent where they are known anyway. */
  enter?(design: Design): Promise<void>;
  /** A shell in a machine of the running lab (node, router, switch or pod). */
  shell(machine: string): Shell;
  /** Machines of the design that nobody enters on this engine, because others made them: Docker's own bridges. Absent: none. */
  closed?(design: Design): ReadonlySet<string>;
  tap(machine: string, iface: string): CapturePoint;
  /** Ends the lab's processes and keeps all else, for `plan` to revive. Absent where nothing would be kept. */
  stop?(): Promise<void>;
  /** Ends the lab: everything it made is gone when this returns. Idempotent; true when there was something. */
  remove(): Promise<boolean>;
}

/** An operation with its outcome, as the views get it. */
export type OperationEvent =
  | { readonly kind: 'start'; readonly operation: Operation }
  | { readonly kind: 'progress'; readonly operation: Operation; readonly line: string }
  | { readonly kind: 'done'; readonly operation: Operation; readonly ms: number }
  | { readonly kind: 'failed'; readonly operation: Operation; readonly error: unknown };
