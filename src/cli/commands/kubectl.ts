// Owns the commands `kubectl` and `env`: the Kubernetes API of a lab on kind.

import { kubectl, labApi } from '../../app/kubectl.ts';
import { pasteable } from '../../base/shell.ts';
import { type Call, print } from '../call.ts';

/** `labctl kubectl -- get nodes`: kubectl's own exit status. */
export async function kubectlCommand(call: Call, words: readonly string[]): Promise<number> {
  return kubectl(call.context, { lab: call.flags.lab, words: words[0] === '--' ? words.slice(1) : words });
}

/** `source <(labctl env)`. */
export async function envCommand(call: Call, [lab]: readonly string[]): Promise<number> {
  const { kubeconfig } = await labApi(call.context, lab ?? call.flags.lab);
  const env = { KUBECONFIG: kubeconfig };
  print(call, 'Environment', { env }, () => `export KUBECONFIG=${pasteable([kubeconfig])}\n`);
  return 0;
}
