// Owns what a service need not say: the addresses and ports that Kubernetes would choose.

import { formatAddress, mustParsePrefix, nthAddress } from '../base/address.ts';
import type { LabService } from './lab.ts';
import type { MergedLab } from './schema.ts';

/** kind's service subnet. */
export const defaultServiceSubnet = '10.96.0.0/16';

const firstServiceHost = 100;
const firstNodePort = 32000;

/** A lab's services with the addresses and node ports that Kubernetes would choose, in their order here. */
export function servicesOf(merged: MergedLab): readonly LabService[] {
  const subnet = mustParsePrefix(merged.cluster.serviceSubnet ?? defaultServiceSubnet);
  return Object.entries(merged.services ?? {}).map(([name, said], i) => {
    const type = said.type ?? 'ClusterIP';
    return {
      name,
      type,
      clusterIP: said.clusterIP ?? formatAddress(nthAddress(subnet, firstServiceHost + i)),
      port: said.port ?? 80,
      nodePort: type === 'ClusterIP' ? undefined : (said.nodePort ?? firstNodePort + i),
      externalIPs: said.externalIPs ?? [],
      loadBalancerIP: said.loadBalancerIP,
      externalTrafficPolicy: said.externalTrafficPolicy ?? 'Cluster',
      endpoints: said.endpoints,
    };
  });
}
