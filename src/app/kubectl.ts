// Owns the way to the Kubernetes API of a lab on kind: its own kubeconfig, which stands nowhere else.

import { join } from 'node:path';
import { LabError } from '../base/errors.ts';
import { stateFolder } from '../run/state.ts';
import type { Context } from './context.ts';
import { listRunning } from './running.ts';

/** A lab's kubeconfig. */
export interface LabApi {
  readonly lab: string;
  /** An absolute path. */
  readonly kubeconfig: string;
}

/** The lab named, or the only one on kind. Throws LAB_NOT_RUNNING, LAB_AMBIGUOUS, and USAGE for a lab without a Kubernetes API. */
export async function labApi(context: Context, lab: string | undefined): Promise<LabApi> {
  const name = lab?.split(':', 1)[0];
  const rows = (await listRunning(context)).filter((row) => name === undefined || row.lab === name);
  const onKind = rows.filter(({ engine }) => engine === 'kind');
  const [found, other] = onKind;
  if (other !== undefined)
    throw new LabError('LAB_AMBIGUOUS', `several labs run on kind: ${onKind.map((row) => row.lab).join(', ')}`, {
      hint: `name one: --lab ${found?.lab}`,
    });
  if (found !== undefined) {
    const folder = stateFolder(context.stateHome, found.lab).folder;
    return { lab: found.lab, kubeconfig: join(folder, 'kind', 'kubeconfig') };
  }
  const [embedded] = rows;
  if (embedded === undefined)
    throw new LabError('LAB_NOT_RUNNING', name === undefined ? 'no lab runs on kind' : `lab ${name} is not running`, {
      hint: `labctl up ${name ?? '<lab>'} --engine kind`,
    });
  throw new LabError('USAGE', `lab ${embedded.lab} runs on the embedded engine, which has no Kubernetes API`, {
    hint: `labctl down ${embedded.lab}, then labctl up ${embedded.lab} --engine kind; calicoctl's verbs work on both`,
  });
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
