// Owns what of a lab only the kind engine needs: versions and images, and the cluster's own networks.

import type { IPPool } from '../calico/objects.ts';
import type { KindSettings } from '../lab/kind-settings.ts';
import type { Lab } from '../lab/lab.ts';
import { derivedPools } from './derived-objects.ts';

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
    /** The pools that pods are made with, where the lab's own come later, on the live cluster. */
    readonly firstPools: readonly IPPool[] | undefined;
  };
}

/** The cluster of a lab; same lab, same bytes. */
export function kindClusterOf(lab: Lab): KindCluster {
  const { podSubnet, serviceSubnet, network } = lab.cluster;
  const { ipam, routerID, switchedFrom } = lab.calico;
  const first = switchedFrom && { ...lab, calico: { ...lab.calico, encapsulation: switchedFrom } };
  return {
    ...lab.kind,
    podSubnet,
    serviceSubnet,
    network,
    calico: { ipam, routerID, firstPools: first && derivedPools(first) },
  };
}
