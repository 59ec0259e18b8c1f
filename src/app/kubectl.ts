// Owns the way to the Kubernetes API of a lab on kind: its own kubeconfig, which stands nowhere else.

import { join } from 'node:path';
import { LabError } from '../base/errors.ts';
import { stateFolder } from '../run/state.ts';
import type { Context } from './context.ts';
import { labOnKind } from './on-kind.ts';

/** A lab's kubeconfig. */
export interface LabApi {
  readonly lab: string;
  /** An absolute path. */
  readonly kubeconfig: string;
}

/** The lab named, or the only one on kind. Throws LAB_NOT_RUNNING, LAB_AMBIGUOUS, and USAGE for a lab without a Kubernetes API. */
export async function labApi(context: Context, lab: string | undefined): Promise<LabApi> {
  const found = await labOnKind(context, lab, (embedded) => {
    const hint = `labctl down ${embedded}, then labctl up ${embedded} --engine kind; calicoctl's verbs work on both`;
    return new LabError('USAGE', `lab ${embedded} runs on the embedded engine, which has no Kubernetes API`, { hint });
  });
  return { lab: found, kubeconfig: join(stateFolder(context.stateHome, found).folder, 'kind', 'kubeconfig') };
}

/** Runs kubectl for a lab on the caller's terminal; its exit status. */
export async function kubectl(
  context: Context,
  options: { readonly lab: string | undefined; readonly words: readonly string[] },
): Promise<number> {
  const { kubeconfig } = await labApi(context, options.lab);
  const { kubectlArgv } = await import('../host/kubectl.ts');
  const { spawnAttached } = await import('../host/spawn-attached.ts');
  const argv = kubectlArgv(kubeconfig, ...options.words);
  return spawnAttached(argv, { stdin: 'inherit', signal: context.signal, isTerminal: context.isStdinTty });
}
