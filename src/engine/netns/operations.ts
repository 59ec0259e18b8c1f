// Owns how each verb of a netns plan is done. Nothing here is undone piece by piece: the holder's end undoes all.

import { LabError } from '../../base/errors.ts';
import type { Shell } from '../../base/shell.ts';
import { waitUntil } from '../../base/wait-until.ts';
import type { Design } from '../../design/design.ts';
import type { Difference } from '../../plan/converged.ts';
import type { OperationContext, OperationTable } from '../../plan/engine.ts';
import type { Tables } from '../../plan/observed.ts';
import { type DaemonFiles, withPasswords } from './daemon-files.ts';
import { namespacesScript, rootsScript } from './namespaces-script.ts';
import { podServerProgram } from './pod-server-program.ts';
import { programScript } from './program-script.ts';
import { routeWatchProgram } from './route-watch-program.ts';
import { withInput } from './script.ts';
import type { Signs } from './signs.ts';

/** What the operations need of the engine they belong to. */
export interface OperationsOf {
  /** Starts the holder, has its record written, and lets it live. */
  startHolder(): Promise<void>;
  holder(): Shell;
  machine(name: string): Shell;
  look(design: Design, what: 'sessions' | 'routes'): Promise<Tables>;
  signs(design: Design): Promise<Signs>;
}

interface MachineScript {
  readonly machine: string;
  readonly script: string;
}

/** How many machines one script configures at the same time. */
const batchWidth = 8;

/** The table of a netns engine for one design. */
export function netnsOperations(engine: OperationsOf, design: Design): OperationTable {
  const script = async (shell: Shell, text: string, context: OperationContext): Promise<void> => {
    // labctl's own umask is 077; daemons in a machine run as users of their own.
    await shell.run(['sh', '-e', '-s'], { input: `umask 022\n${text}`, signal: context.signal });
  };
  return {
    startHolder: { apply: () => engine.startHolder() },
    createNamespaces: {
      apply: (input, context) => {
        const { machines, names } = input as unknown as { machines: string[]; names: string };
        return script(engine.holder(), namespacesScript(machines, names), context);
      },
    },
    createRoots: {
      apply: (input, context) =>
        script(engine.holder(), rootsScript((input as unknown as { machines: string[] }).machines), context),
    },
    createLinks: {
      apply: async (input, context) => {
        const { batch } = input as unknown as { batch: string };
        await engine.holder().run(['ip', '-batch', '-'], { input: batch, signal: context.signal });
      },
    },
    configureMachine: {
      apply: (input, context) => {
        const one = input as unknown as MachineScript;
        return script(engine.machine(one.machine), one.script, context);
      },
    },
    configureNamespaces: {
      apply: (input, context) => {
        const { machines } = input as unknown as { machines: MachineScript[] };
        return script(engine.holder(), inNamespaces(machines), context);
      },
    },
    startDaemons: {
      apply: async (input, context) => {
        const one = input as unknown as MachineScript & DaemonFiles;
        return script(engine.machine(one.machine), `${await withPasswords(one)}${one.script}`, context);
      },
    },
    startPodServer: {
      apply: (input, context) =>
        script(
          engine.holder(),
          programScript('pods', podServerProgram, (input as unknown as { pods: string }).pods),
          context,
        ),
    },
    startRouteWatch: {
      apply: (input, context) =>
        script(
          engine.holder(),
          programScript('routes', routeWatchProgram, (input as unknown as { nodes: string }).nodes),
          context,
        ),
    },
    waitSessions: {
      apply: async (_, context) => {
        const { sessionDifferences } = await import('../../plan/converged.ts');
        const { haveConnections } = await engine.signs(design);
        const { sessions } = design.expected;
        await untilNone(context, 'sessions Established', sessions.length, haveConnections, async () =>
          sessionDifferences(sessions, (await engine.look(design, 'sessions')).sessions),
        );
      },
    },
    waitRoutes: {
      apply: async (_, context) => {
        const { routeDifferences } = await import('../../plan/converged.ts');
        const { havePrefixes } = await engine.signs(design);
        const { routes } = design.expected;
        await untilNone(context, 'routes in the kernels', routes.length, havePrefixes, async () =>
          routeDifferences(routes, (await engine.look(design, 'routes')).routes),
        );
      },
    },
    waitPing: {
      apply: (input, context) =>
        firstPing(engine, input as unknown as { from: string; to: string; address: string }, context),
    },
  };
}

/** Each script in its machine's network namespace, a few machines at a time; the first failure is the script's own. */
function inNamespaces(machines: readonly MachineScript[]): string {
  const parts = machines.map(({ machine, script }) =>
    withInput(`nsenter --net=/run/netns/${machine} -- sh -e -s`, script, '& P="$P $!"'),
  );
  const groups: string[] = ['P=\n'];
  parts.forEach((part, index) => {
    groups.push(part);
    if (index % batchWidth === batchWidth - 1) groups.push('for p in $P; do wait $p; done\nP=\n');
  });
  return `${groups.join('')}for p in $P; do wait $p; done\n`;
}

/** Longest time without a real look when the signs stay away: then the differences are told. */
const lookAnywayMs = 2500;

/**
 * Waits for the signs, then looks at everything until nothing differs: looking takes the time that the daemons need on a small
 * computer. When the deadline passes it throws NOT_CONVERGED with every difference.
 */
async function untilNone(
  context: OperationContext,
  what: string,
  count: number,
  hasSigns: () => Promise<boolean>,
  look: () => Promise<readonly Difference[]>,
): Promise<void> {
  let left: readonly Difference[] = [];
  let lookedAt = performance.now();
  const isDone = await waitUntil(context.signal, async () => {
    if (!(await hasSigns()) && performance.now() - lookedAt < lookAnywayMs) return false;
    left = await look();
    lookedAt = performance.now();
    context.report(`${count - Math.min(count, left.length)} of ${count} ${what}`);
    return left.length === 0;
  });
  if (isDone) return;
  if (context.signal.reason !== 'timeout') throw new LabError('INTERRUPTED', `interrupted while waiting for ${what}`);
  left = await look();
  if (left.length === 0) return;
  throw new LabError('NOT_CONVERGED', `not converged: ${left.length} of ${count} ${what} are missing or differ`, {
    facts: left.map((difference) => `${difference.where}: expected ${difference.expected}; seen ${difference.seen}`),
    hint: 'labctl up with --keep leaves the lab for looking; --timeout 120s waits longer',
  });
}

async function firstPing(
  engine: OperationsOf,
  input: { from: string; to: string; address: string },
  context: OperationContext,
): Promise<void> {
  const shell = engine.machine(input.from);
  let said = '';
  const isDone = await waitUntil(context.signal, async () => {
    const ran = await shell.run(['ping', '-n', '-c', '1', '-W', '1', input.address], { onFailure: 'return' });
    said = `${ran.stdout}${ran.stderr}`.trim().split('\n').at(-1) ?? '';
    return ran.exitCode === 0;
  });
  if (isDone) return;
  if (context.signal.reason !== 'timeout')
    throw new LabError('INTERRUPTED', 'interrupted while waiting for the first ping');
  throw new LabError('NOT_CONVERGED', `${input.from} does not reach ${input.to} (${input.address})`, {
    facts: [`ping said: ${said}`],
    hint: 'labctl up with --keep, then labctl capture',
  });
}
