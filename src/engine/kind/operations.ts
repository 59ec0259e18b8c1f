// Owns how each operation of the kind engine is done: one program a step, its last word shown while it runs.

import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { LabError } from '../../base/errors.ts';
import type { Shell } from '../../base/shell.ts';
import type { Design } from '../../design/design.ts';
import { clabArgv, deployArgv, lastWord } from '../../host/containerlab.ts';
import { createNetworkArgv } from '../../host/docker.ts';
import { createClusterArgv, type KindPlace, loadImagesArgv } from '../../host/kind.ts';
import { applyArgv, rolloutArgv, waitForKindsArgv, waitForPodsArgv } from '../../host/kubectl.ts';
import { type Difference, routeDifferences, sessionDifferences } from '../../plan/converged.ts';
import type { OperationContext, OperationTable } from '../../plan/engine.ts';
import { readRoutes, readSessions } from './look.ts';
import { argvIn, locate, type Places } from './place.ts';

/** What of a lab stands on Docker: written down before it is made, so that `down` finds it after a crash. */
export type OwnedPart = 'network' | 'cluster' | 'fabric';

/** What the operations work on. */
export interface KindWork {
  readonly host: Shell;
  readonly place: KindPlace;
  /** The lab's files. */
  readonly folder: string;
  own(part: OwnedPart): Promise<void>;
}

type DockerNetworks = Parameters<typeof createNetworkArgv>[1];

/** Between two looks at a cluster: each costs a dozen processes. */
const pauseMs = 500;

/** The table of the kind engine for one design. */
export function kindOperations(work: KindWork, design: Design): OperationTable {
  const { host, place, folder } = work;
  const run = async (argv: readonly string[], context: OperationContext): Promise<void> => {
    const { stdout, stderr } = await host.run(argv, { signal: context.signal });
    const said = lastWord(`${stdout}\n${stderr}`);
    if (said !== '') context.report(said);
  };
  return {
    writeFiles: {
      apply: async (input) => {
        for (const [name, text] of Object.entries(input as Readonly<Record<string, string>>)) {
          const path = join(folder, name);
          await mkdir(dirname(path), { recursive: true, mode: 0o755 });
          await writeFile(path, text, { mode: 0o644 });
        }
      },
    },
    createNetwork: {
      apply: async (input, context) => {
        await work.own('network');
        await run(createNetworkArgv(place.network, input as unknown as DockerNetworks), context);
      },
    },
    createCluster: {
      apply: async (_, context) => {
        await work.own('cluster');
        await run(createClusterArgv(place, join(folder, 'kind.yaml')), context);
      },
    },
    loadImages: {
      apply: (input, context) =>
        run(loadImagesArgv(place.cluster, (input as unknown as { images: string[] }).images), context),
    },
    deployFabric: {
      apply: async (input, context) => {
        await work.own('fabric');
        const { workers, impairments = [] } = input as unknown as { workers: number; impairments?: string[][] };
        await run(deployArgv(join(folder, 'fabric.clab.yml'), workers), context);
        for (const words of impairments) await run(clabArgv(words), context);
      },
    },
    applyFile: {
      apply: async (input, context) => {
        const { file, side } = input as unknown as { file: string; side: 'client' | 'server' };
        await run(applyArgv(place.kubeconfig, join(folder, file), side), context);
      },
    },
    waitKinds: { apply: (_, context) => run(waitForKindsArgv(place.kubeconfig), context) },
    waitPods: {
      apply: async (input, context) => {
        await run(rolloutOf(place), context);
        for (const [namespace, names] of byNamespace(input as readonly string[]))
          await run(waitForPodsArgv(place.kubeconfig, namespace, names), context);
      },
    },
    waitSessions: {
      apply: (_, context) =>
        untilNone(context, 'sessions Established', design.expected.sessions.length, work, design, async (places) =>
          sessionDifferences(design.expected.sessions, await readSessions(host, places, design)),
        ),
    },
    waitRoutes: {
      apply: (_, context) =>
        untilNone(context, 'routes in the kernels', design.expected.routes.length, work, design, async (places) =>
          routeDifferences(design.expected.routes, await readRoutes(host, places, design)),
        ),
    },
    waitPing: {
      apply: async (input, context) => {
        const { from, to, address } = input as { from: string; to: string; address: string };
        const places = await locate(host, design);
        const ping = argvIn(places, from, ['ping', '-n', '-c', '3', '-W', '2', address]);
        const ran = await host.run(ping, { onFailure: 'return', signal: context.signal });
        if (ran.exitCode === 0) return;
        throw new LabError('NOT_CONVERGED', `${from} does not reach ${to} (${address})`, {
          ran,
          hint: 'labctl capture',
        });
      },
    },
  };
}

function rolloutOf({ kubeconfig }: KindPlace): readonly string[] {
  return rolloutArgv(kubeconfig, 'kube-system', 'calico-node');
}

function byNamespace(pods: readonly string[]): ReadonlyMap<string, readonly string[]> {
  const names = new Map<string, string[]>();
  for (const pod of pods) {
    const [namespace = '', name = ''] = pod.split('/');
    names.set(namespace, [...(names.get(namespace) ?? []), name]);
  }
  return names;
}

/** Looks until nothing differs: Ready pods prove neither sessions nor routes (kind-engine.md 5). NOT_CONVERGED at the deadline. */
async function untilNone(
  context: OperationContext,
  what: string,
  count: number,
  { host }: KindWork,
  design: Design,
  look: (places: Places) => Promise<readonly Difference[]>,
): Promise<void> {
  let left: readonly Difference[] = [];
  while (true) {
    left = await look(await locate(host, design));
    context.report(`${count - Math.min(count, left.length)} of ${count} ${what}`);
    if (left.length === 0) return;
    if (context.signal.aborted) break;
    await sleep(pauseMs, undefined, { signal: context.signal }).catch(() => undefined);
  }
  if (context.signal.reason !== 'timeout') throw new LabError('INTERRUPTED', `interrupted while waiting for ${what}`);
  throw new LabError('NOT_CONVERGED', `not converged: ${left.length} of ${count} ${what} are missing or differ`, {
    facts: left.map((difference) => `${difference.where}: expected ${difference.expected}; seen ${difference.seen}`),
    hint: 'labctl up with --keep leaves the lab for looking; --timeout 600s waits longer',
  });
}
