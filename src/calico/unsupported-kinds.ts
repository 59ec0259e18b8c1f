// Owns why labctl refuses Calico kinds that it does not act on: refused with a reason, never ignored.

const reasons: Readonly<Record<string, string>> = {
  NetworkPolicy: 'policies are not enforced in a lab',
  GlobalNetworkPolicy: 'policies are not enforced in a lab',
  StagedNetworkPolicy: 'policies are not enforced in a lab',
  StagedGlobalNetworkPolicy: 'policies are not enforced in a lab',
  StagedKubernetesNetworkPolicy: 'policies are not enforced in a lab',
  Tier: 'policies are not enforced in a lab',
  NetworkSet: 'policies are not enforced in a lab',
  GlobalNetworkSet: 'policies are not enforced in a lab',
  Profile: 'policies are not enforced in a lab',
  HostEndpoint: 'policies are not enforced in a lab',
  KubeControllersConfiguration: 'no Kubernetes controllers run in a lab',
  ClusterInformation: 'it is written by Calico itself',
  CalicoNodeStatus: 'it is written by Calico itself; see labctl status',
  IPReservation: 'reserved addresses are not kept out of the allocation yet',
  IPAMConfiguration: 'write it as calico.ipam in the lab file: strictAffinity, maxBlocksPerHost',
  IPAMConfig: 'write it as calico.ipam in the lab file: strictAffinity, maxBlocksPerHost',
  IPAMBlock: 'blocks follow from node names and pools and cannot be written',
  IPAMHandle: 'addresses follow from pods and pools and cannot be written',
  BlockAffinity: 'blocks follow from node names and pools and cannot be written',
  WorkloadEndpoint: 'endpoints follow from the pods of the lab',
  BGPPeerList: 'write the objects one by one, not as a list',
  Secret: 'a password comes from a file: write calico.secrets in the lab file',
};

/** Why a kind is refused; undefined for one that Calico does not have. */
export function unsupportedReason(kind: string): string | undefined {
  return Object.hasOwn(reasons, kind) ? reasons[kind] : undefined;
}
