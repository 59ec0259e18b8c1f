// Owns what is done inside the cluster by kubectl: objects, secrets, the lab's pods before all others, services.

import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { secretNames } from '../../artifact/kind-secrets.ts';
import type { LoadBalancerAddress } from '../../artifact/kind-services.ts';
import { LabError } from '../../base/errors.ts';
import type { Ran } from '../../base/shell.ts';
import {
  applyArgv,
  loadBalancerArgv,
  readyArgv,
  rolloutArgv,
  scheduleArgv,
  waitForKindsArgv,
  waitForPodsArgv,
} from '../../host/kubectl.ts';
import { readSecretFile } from '../../host/secret-file.ts';
import type { OperationContext, OperationTable } from '../../plan/engine.ts';
import { objectOperations } from './object-operations.ts';
import { type KindWork, runStep } from './step.ts';

/** How long a file may be refused because what it builds on is being made (kind-engine.md 7). */
const patienceMs = 60_000;

/** Verbs that only speak with the cluster. */
export function clusterOperations(work: KindWork): OperationTable {
  const { host, place, folder } = work;
  const { kubeconfig } = place;
  const run = (argv: readonly string[], context: OperationContext): Promise<void> => runStep(work, argv, context);
  const apply = async (file: string, side: 'client' | 'server', context: OperationContext): Promise<void> => {
    const until = performance.now() + patienceMs;
    while (true) {
      try {
        return await run(applyArgv(kubeconfig, join(folder, file), side), context);
      } catch (error) {
        if (context.signal.aborted || performance.now() > until) throw error;
        context.report('refused; once more in a second');
        await sleep(1000, undefined, { signal: context.signal }).catch(() => undefined);
      }
    }
  };
  const becomeReady = async (argv: readonly string[], otherwise: string, context: OperationContext): Promise<void> => {
    try {
      await run(argv, context);
    } catch (error) {
      if (!(error instanceof LabError) || error.code !== 'HOST_COMMAND_FAILED') throw error;
      throw new LabError('NOT_CONVERGED', otherwise, {
        ran: error.ran,
        facts: await work.say(),
        hint: 'labctl up with --keep leaves the lab; then labctl status, labctl exec',
      });
    }
  };
  return {
    applyFile: {
      apply: (input, context) => {
        const { file, side } = input as unknown as { file: string; side: 'client' | 'server' };
        return apply(file, side, context);
      },
    },
    ...objectOperations(work, (file, context) => apply(file, 'server', context)),
    createSecrets: {
      apply: async (input, context) => {
        const files = input as unknown as Readonly<Record<string, string>>;
        for (const name of secretNames(files)) {
          const own = Object.entries(files).filter(([key]) => key.startsWith(`${name}/`));
          const data = await Promise.all(
            own.map(async ([key, file]) => [key.slice(name.length + 1), await readSecretFile(file)] as const),
          );
          const metadata = { name, namespace: 'kube-system' };
          const secret = { apiVersion: 'v1', kind: 'Secret', metadata, stringData: Object.fromEntries(data) };
          // By standard input: an argument list is everybody's to read.
          await runStep(work, applyArgv(kubeconfig, '-', 'server'), context, JSON.stringify(secret));
        }
      },
    },
    holdPods: { apply: (_, context) => run(scheduleArgv(kubeconfig, 'cordon'), context) },
    releasePods: { apply: (_, context) => run(scheduleArgv(kubeconfig, 'uncordon'), context) },
    giveAddresses: {
      apply: async (input, context) => {
        for (const { service, address } of input as unknown as readonly LoadBalancerAddress[])
          await run(loadBalancerArgv(kubeconfig, service, address), context);
      },
    },
    waitApi: {
      apply: async (_, context) => {
        while (true) {
          const ran = await host.run(readyArgv(kubeconfig), { onFailure: 'return', timeoutMs: 10_000 });
          if (ran.exitCode === 0) return;
          if (context.signal.aborted) throw noApi(ran, context.signal);
          context.report('the Kubernetes API does not answer yet');
          await sleep(500, undefined, { signal: context.signal }).catch(() => undefined);
        }
      },
    },
    waitKinds: { apply: (_, context) => run(waitForKindsArgv(kubeconfig), context) },
    waitCalico: {
      apply: (_, context) => {
        const rollout = rolloutArgv(kubeconfig, 'kube-system', 'calico-node');
        return becomeReady(rollout, 'calico-node does not become Ready', context);
      },
    },
    waitPods: {
      apply: async (input, context) => {
        for (const [namespace, names] of byNamespace(input as readonly string[])) {
          const wait = waitForPodsArgv(kubeconfig, namespace, names);
          await becomeReady(wait, "calico-node and the lab's pods do not become Ready", context);
        }
      },
    },
  };
}

function noApi(ran: Ran, signal: AbortSignal): LabError {
  if (signal.reason !== 'timeout')
    return new LabError('INTERRUPTED', 'interrupted while waiting for the Kubernetes API');
  return new LabError('NOT_CONVERGED', 'the Kubernetes API of the lab does not become ready', {
    ran,
    hint: 'labctl up with --timeout 20m waits longer; docker logs of the control plane tells why',
  });
}

function byNamespace(pods: readonly string[]): ReadonlyMap<string, readonly string[]> {
  const names = new Map<string, string[]>();
  for (const pod of pods) {
    const [namespace = '', name = ''] = pod.split('/');
    names.set(namespace, [...(names.get(namespace) ?? []), name]);
  }
  return names;
}
