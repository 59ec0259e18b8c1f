// Owns the program `kubectl`: how it is called for a lab's own cluster.

/** Always the lab's own kubeconfig: ~/.kube is neither read nor written. */
function kubectl(kubeconfig: string, ...rest: readonly string[]): readonly string[] {
  return ['kubectl', '--kubeconfig', kubeconfig, ...rest];
}

/** The argument list that applies a file. `server`: fields of others are left alone, and large CRDs fit. */
export function applyArgv(kubeconfig: string, file: string, side: 'client' | 'server'): readonly string[] {
  return kubectl(kubeconfig, 'apply', ...(side === 'server' ? ['--server-side', '--force-conflicts'] : []), '-f', file);
}

/** The argument list that waits until the API knows Calico's kinds. */
export function waitForKindsArgv(kubeconfig: string): readonly string[] {
  return kubectl(kubeconfig, 'wait', '--for=condition=Established', '--timeout=60s', 'crd', '--all');
}

/** The argument list that waits for a DaemonSet to run everywhere. */
export function rolloutArgv(kubeconfig: string, namespace: string, daemonSet: string): readonly string[] {
  return kubectl(kubeconfig, 'rollout', 'status', '--namespace', namespace, `daemonset/${daemonSet}`, '--timeout=180s');
}

/** The argument list that waits for pods of a namespace to be Ready. */
export function waitForPodsArgv(kubeconfig: string, namespace: string, pods: readonly string[]): readonly string[] {
  const names = pods.map((pod) => `pod/${pod}`);
  return kubectl(kubeconfig, 'wait', '--namespace', namespace, '--for=condition=Ready', '--timeout=180s', ...names);
}
