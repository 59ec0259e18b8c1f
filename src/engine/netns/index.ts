// Owns the embedded engine: a lab as one tree of Linux namespaces, with FRR and BIRD as its speakers.

import type { Artifacts } from '../../artifact/artifacts.ts';
import { LabError } from '../../base/errors.ts';
import type { Shell } from '../../base/shell.ts';
import { type Design, findMachine } from '../../design/design.ts';
import { startTree } from '../../host/namespaces.ts';
import { identify, isAlive, type ProcessIdentity, readSysctlNumber } from '../../host/proc.ts';
import type { Engine } from '../../plan/engine.ts';
import { nothingObserved, type Observed } from '../../plan/observed.ts';
import { netnsDifferences } from './differences.ts';
import { holderMark, removeHolder } from './holder.ts';
import { holderProgram } from './holder-program.ts';
import { netnsOperations } from './operations.ts';
import { type Entrance, holderShell, hostShell, plainShell } from './place.ts';
import { planNetns } from './plan.ts';
import { probeNetns } from './probe.ts';

/** What the engine is told of the lab and the machine it works on. */
export interface NetnsOptions {
  readonly lab: string;
  readonly isRoot: boolean;
  /** Folder for the daemons' logs, on the host's disk. */
  readonly logs: string;
  /** Unpacked programs that the lab lays over /usr; undefined when the host has all. */
  readonly programs: string | undefined;
  readonly path: string;
  /** The recorded holder; undefined when none is. */
  readonly holder: ProcessIdentity | undefined;
  /** What was made, by resource. */
  readonly made: ReadonlyMap<string, string>;
  /** It was converged once; without that a living holder is a half-made lab. */
  readonly isBuilt: boolean;
  /** Writes the holder's record; the holder lives on only after it. */
  readonly record: (holder: ProcessIdentity) => Promise<void>;
  /** labctl's cache, where unpacked programs stand. */
  readonly cacheHome: string;
}

/** What is only needed once a lab stands is loaded then: up to there every millisecond counts. */
const looking = (): Promise<typeof import('./look.ts')> => import('./look.ts');

/** The netns engine for one lab. */
export function netnsEngine(options: NetnsOptions): Engine {
  let holder = options.holder;
  let machines: Design | undefined;

  const living = (): ProcessIdentity => {
    if (holder === undefined)
      throw new LabError('LAB_NOT_RUNNING', `lab ${options.lab} is not running`, { hint: `labctl up ${options.lab}` });
    return holder;
  };
  const entrance = (purpose: Entrance['purpose']): Entrance => ({ pid: living().pid, isRoot: options.isRoot, purpose });
  const inHolder = (): Shell => holderShell(entrance('step'));
  const inMachine = (name: string, purpose: Entrance['purpose']): Shell => {
    const found = machines === undefined ? undefined : findMachine(machines, name);
    if (found === undefined || found.kind === 'node' || found.kind === 'router') {
      return hostShell(entrance(purpose), found?.kind ?? 'machine', found?.name ?? name);
    }
    return plainShell(entrance(purpose), found.kind, found.name);
  };

  const startHolder = async (): Promise<void> => {
    const program = ['perl', '-e', holderProgram, options.logs, options.programs ?? '-'];
    const environment = { PATH: options.path, LC_ALL: 'C', ...holderMark(options.logs) };
    const tree = await startTree(options.isRoot, program, environment);
    try {
      const identity = await identify(tree.pid);
      if (identity === undefined)
        throw new LabError('HOST_COMMAND_FAILED', 'the holder of the lab ended at once', { hint: 'labctl doctor' });
      await options.record(identity);
      holder = identity;
      tree.release();
    } catch (error) {
      tree.abandon();
      throw error;
    }
  };

  return {
    name: 'netns',
    differences: netnsDifferences,
    probe: (design) => probeNetns(design, options),
    observe: async (): Promise<Observed> => {
      if (holder === undefined) return nothingObserved;
      if (!(await isAlive(holder))) return { state: 'gone', made: new Map(), dead: new Set() };
      const { deadResources } = await looking();
      const dead = await deadResources(inHolder(), options.made);
      return { state: options.isBuilt ? 'running' : 'partial', made: options.made, dead };
    },
    plan: (design: Design, artifacts: Artifacts, seen: Observed) =>
      planNetns(design, artifacts, seen, readSysctlNumber('net/ipv4/neigh/default/gc_thresh3')),
    operations: (design) => {
      machines = design;
      return netnsOperations(
        {
          startHolder,
          holder: inHolder,
          machine: (name) => inMachine(name, 'step'),
          look: async (of, at) => (await looking()).look(inHolder(), of, at),
          signs: async (of) => (await import('./signs.ts')).signsOf(living().pid, of),
        },
        design,
      );
    },
    look: async (design) => (await looking()).look(inHolder(), design, 'both'),
    inspect: async (design) => (await looking()).inspect(inHolder(), design),
    shell: (name) => inMachine(name, 'command'),
    tap: (machine, name) => ({
      name: `${machine}:${name}`,
      machine,
      interface: name,
      shell: inMachine(machine, 'command'),
    }),
    remove: async () => {
      const wasThere = await removeHolder(holder, options.logs);
      holder = undefined;
      return wasThere;
    },
  };
}
