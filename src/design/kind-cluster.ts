// Owns what of a lab only the kind engine needs: versions and images, and the cluster's own networks.

import type { KindSettings } from '../lab/kind-settings.ts';
import type { Lab } from '../lab/lab.ts';

/** A lab's kind cluster, beside its design. */
export interface KindCluster extends KindSettings {
  /** What kubeadm is told of pods. */
  readonly podSubnet: string;
  /** Docker's network of the nodes: eth0 of each. */
  readonly network: Lab['cluster']['network'];
  readonly serviceSubnet: string;
  readonly calico: {
    readonly ipam: Lab['calico']['ipam'];
    readonly routerID: string | undefined;
  };
}

/** The cluster of a lab; same lab, same bytes. */
export function kindClusterOf(lab: Lab): KindCluster {
  const { podSubnet, serviceSubnet, network } = lab.cluster;
  const { ipam, routerID } = lab.calico;
  return {
    ...lab.kind,
    podSubnet,
    serviceSubnet,
    network,
    calico: { ipam, routerID },
  };
}
