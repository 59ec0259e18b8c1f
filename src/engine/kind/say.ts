// Owns what a cluster says when something in it does not become ready: pods, events, the end of calico-node's log.

import type { Shell } from '../../base/shell.ts';
import { kubectlArgv } from '../../host/kubectl.ts';

/** Lines of each answer that are shown. */
const shown = 6;

/**
 * Pods that do not run, the last warnings, and the last lines of calico-node, each line with where it is from. Asked when an error is
 * on its way: what cannot be had is left out.
 */
export async function clusterWords(host: Shell, kubeconfig: string): Promise<readonly string[]> {
  const ask = async (...words: readonly string[]): Promise<readonly string[]> => {
    const ran = await host
      .run(kubectlArgv(kubeconfig, '--request-timeout=5s', ...words), { onFailure: 'return', timeoutMs: 8000 })
      .catch(() => undefined);
    const lines = ran?.exitCode === 0 ? ran.stdout.split('\n') : [];
    return lines.map((line) => line.trim()).filter((line) => line !== '');
  };
  const [pods, events, log] = await Promise.all([
    ask('get', 'pods', '--all-namespaces', '--no-headers'),
    ask(
      'get',
      'events',
      '--all-namespaces',
      '--field-selector=type=Warning',
      '--sort-by=.lastTimestamp',
      '--no-headers',
    ),
    ask('logs', '--namespace', 'kube-system', '--selector=k8s-app=calico-node', '--container=calico-node', '--tail=3'),
  ]);
  const unready = pods.filter((line) => !/\s(\d+)\/\1\s+(Running|Completed)\s/.test(line));
  return [
    ...unready.slice(0, shown).map((line) => `pod ${line.replaceAll(/\s+/g, ' ')}`),
    ...events.slice(-shown).map((line) => `event ${line.replaceAll(/\s+/g, ' ')}`),
    ...log.slice(-shown).map((line) => `calico-node: ${line}`),
  ];
}
