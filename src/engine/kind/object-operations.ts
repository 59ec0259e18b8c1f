// Owns how Calico's objects come into a cluster, and how those go that a lab has no more.

import { servedAsV3 } from '../../artifact/kind-objects.ts';
import type { Shell } from '../../base/shell.ts';
import { deleteArgv, listArgv, parseApplied } from '../../host/calico-objects.ts';
import { applyArgv, servesV3Argv } from '../../host/kubectl.ts';
import type { OperationContext, OperationTable } from '../../plan/engine.ts';
import { type KindWork, runStep } from './step.ts';

/** Calico's objects of a lab: all in one text, and each as `<kind>/<name>`. */
interface Objects {
  readonly prefix: string;
  readonly text: string;
  readonly names: readonly string[];
}

/** The kinds that a lab's objects have, Nodes apart; a release may not know all. */
const kinds = ['IPPool', 'BGPConfiguration', 'BGPPeer', 'BGPFilter', 'FelixConfiguration'];

/** Applies one of the lab's files as the server does it. */
export type ApplyFile = (file: string, context: OperationContext) => Promise<void>;

/** Verbs for Calico's objects, which a cluster takes in the form that it serves. */
export function objectOperations(work: KindWork, applyFile: ApplyFile): OperationTable {
  const { host, place } = work;
  const { kubeconfig } = place;
  const servesV3 = async (): Promise<boolean> =>
    (await host.run(servesV3Argv(kubeconfig), { onFailure: 'return', timeoutMs: 10_000 })).exitCode === 0;
  const applyText = (text: string, context: OperationContext): Promise<void> =>
    runStep(work, applyArgv(kubeconfig, '-', 'server'), context, text);
  const applyAll = ({ prefix, text }: Objects, isV3: boolean, context: OperationContext): Promise<void> =>
    isV3 ? applyText(servedAsV3(text), context) : applyFile(`calico/${prefix}crd-objects.yaml`, context);
  return {
    applyObjects: {
      apply: async (input, context) => applyAll(input as unknown as Objects, await servesV3(), context),
    },
    replaceObjects: {
      apply: async (input, context) => {
        const objects = input as unknown as Objects;
        const isV3 = await servesV3();
        for (const pool of poolsIn(objects.text).slice(0, -1)) await applyText(isV3 ? servedAsV3(pool) : pool, context);
        await applyAll(objects, isV3, context);
        const others = (await appliedObjects(host, kubeconfig)).filter((name) => !objects.names.includes(name));
        if (others.length > 0) await runStep(work, deleteArgv(kubeconfig, others), context);
      },
    },
  };
}

/**
 * The pools one by one: calico-node looks after its tunnels once a changed pool, and a second one that changes while it looks is missed
 * (node/pkg/allocateip: OnUpdates drops what its channel does not take).
 */
function poolsIn(text: string): readonly string[] {
  return text.split('---\n').filter((document) => /^kind: IPPool$/m.test(document));
}

/** What labctl applied of Calico's objects; those of users and of Calico itself are not among them. */
async function appliedObjects(host: Shell, kubeconfig: string): Promise<readonly string[]> {
  const lists = kinds.map((kind) => host.run(listArgv(kubeconfig, kind), { onFailure: 'return', timeoutMs: 20_000 }));
  return (await Promise.all(lists)).flatMap(({ exitCode, stdout }) => (exitCode === 0 ? parseApplied(stdout) : []));
}
