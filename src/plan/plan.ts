// Owns the contract between meaning and doing: a Plan is data that is printed, compared with what was made, and executed.

/** JSON data: what an operation carries, so that another process can read it after a crash. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** `daemon:bird@worker2`, `links`, `holder`: what is made or changed; unique in a plan. */
export type ResourceId = string;

/** One thing to do. Data, not a closure. */
export interface Operation {
  readonly id: number;
  /** The engine's operation table is keyed by it: `startHolder`, `createLinks`, `startDaemon`, `waitSessions` … */
  readonly verb: string;
  readonly resource: ResourceId;
  /** Why: "not running", "configuration differs". */
  readonly cause: string;
  /** Ids that must have succeeded before. */
  readonly needs: readonly number[];
  /** The phase it is shown and timed under. */
  readonly phase: Phase;
  readonly input: Json;
}

/** The phases of a time line, in order. */
export type Phase = 'images' | 'namespaces' | 'links' | 'daemons' | 'sessions' | 'routes' | 'first ping' | 'removal';

/** What will be done, in an order that satisfies `needs`. Empty: nothing differs. */
export interface Plan {
  readonly lab: string;
  readonly engine: string;
  readonly operations: readonly Operation[];
}
