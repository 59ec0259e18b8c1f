// Owns the program `kubectl`: how it is called for a lab's own cluster.

import { dirname, join } from 'node:path';

/** Always the lab's own kubeconfig, and what kubectl remembers of the API beside it: ~/.kube is neither read nor written. */
export function kubectlArgv(kubeconfig: string, ...rest: readonly string[]): readonly string[] {
  return ['kubectl', '--kubeconfig', kubeconfig, '--cache-dir', join(dirname(kubeconfig), 'kubectl-cache'), ...rest];
}

/** Whom Kubernetes names as the manager of what is applied on its side. */
export const fieldManager = 'labctl';

/** The argument list that applies a file (`-`: standard input). `server`: fields of others are left alone, and large CRDs fit. */
export function applyArgv(kubeconfig: string, file: string, side: 'client' | 'server'): readonly string[] {
  const how = side === 'server' ? ['--server-side', '--force-conflicts', `--field-manager=${fieldManager}`] : [];
  return kubectlArgv(kubeconfig, 'apply', ...how, '-f', file);
}

/** The argument list that exits 0 when the API serves requests. */
export function readyArgv(kubeconfig: string): readonly string[] {
  return kubectlArgv(kubeconfig, 'get', '--raw', '/readyz', '--request-timeout=5s');
}

/** The argument list that exits 0 where the cluster serves Calico's objects as `projectcalico.org/v3`. */
export function servesV3Argv(kubeconfig: string): readonly string[] {
  return kubectlArgv(kubeconfig, 'get', '--raw', '/apis/projectcalico.org/v3');
}

/** The argument list that waits until the API knows Calico's kinds. */
export function waitForKindsArgv(kubeconfig: string): readonly string[] {
  return kubectlArgv(kubeconfig, 'wait', '--for=condition=Established', '--timeout=60s', 'crd', '--all');
}

/** The argument list that waits for a DaemonSet to run everywhere, until whoever runs it ends it. */
export function rolloutArgv(kubeconfig: string, namespace: string, daemonSet: string): readonly string[] {
  return kubectlArgv(
    kubeconfig,
    'rollout',
    'status',
    '--namespace',
    namespace,
    `daemonset/${daemonSet}`,
    '--timeout=0s',
  );
}

/** The argument list that waits for pods of a namespace to be Ready, until whoever runs it ends it; of 0 kubectl makes a single look. */
export function waitForPodsArgv(kubeconfig: string, namespace: string, pods: readonly string[]): readonly string[] {
  const names = pods.map((pod) => `pod/${pod}`);
  return kubectlArgv(kubeconfig, 'wait', '--namespace', namespace, '--for=condition=Ready', '--timeout=-1s', ...names);
}

/** The argument list that keeps the scheduler from all nodes, or lets it at them again; pods bound by name run all the same. */
export function scheduleArgv(kubeconfig: string, verb: 'cordon' | 'uncordon'): readonly string[] {
  return kubectlArgv(kubeconfig, verb, '--selector=kubernetes.io/os=linux');
}

/** The argument list that writes a load balancer's address into a service's status, as a load balancer does. */
export function loadBalancerArgv(kubeconfig: string, service: string, address: string): readonly string[] {
  const patch = JSON.stringify({ status: { loadBalancer: { ingress: [{ ip: address }] } } });
  return kubectlArgv(kubeconfig, 'patch', 'service', service, '--subresource=status', '--type=merge', '--patch', patch);
}
