// Owns which releases a mode of kube-proxy needs.

import type { Design } from '../design/design.ts';
import type { KindCluster } from '../design/kind-cluster.ts';

/** The first kind that takes nftables (kind pull request 3577). */
export const oldestKindForNftables: readonly [number, number] = [0, 24];

/**
 * Why a cluster cannot have the mode that it states; undefined where it can. nftables is in kube-proxy by default from Kubernetes
 * 1.31 on, and Felix follows it from Calico 3.29 on.
 */
export function refusedProxyMode({ version }: Pick<Design, 'version'>, cluster: KindCluster): string | undefined {
  if (cluster.kubeProxy !== 'nftables' || (cluster.kubernetes.minor >= 31 && version.minor >= 29)) return undefined;
  return `kube-proxy's nftables wants Kubernetes v1.31 and Calico v3.29 or later, not ${cluster.kubernetes.text} and ${version.text}`;
}
