// Owns which service addresses a node announces: Calico's route generator (calico.md A.3, B.2, G.11).

import { containsPrefix, parseAddress, parsePrefix } from '../base/address.ts';
import type { BGPConfiguration } from './objects.ts';

/** A service as calico-node sees it: its addresses, and on which nodes its endpoints are. */
export interface AnnouncedService {
  readonly type: 'ClusterIP' | 'NodePort' | 'LoadBalancer';
  readonly clusterIP: string;
  readonly externalIPs: readonly string[];
  readonly loadBalancerIP: string | undefined;
  readonly externalTrafficPolicy: 'Cluster' | 'Local';
  readonly endpointNodes: readonly string[];
}

type Spec = BGPConfiguration['spec'];

/** Kubernetes' label; kind gives it to the control plane without a value, and Calico looks for `true` (calico.md G.11). */
const excluded = 'node.kubernetes.io/exclude-from-external-load-balancers';

/** Every range that is configured: what BIRD never writes into a kernel, on any node. */
export function serviceRanges(spec: Spec | undefined): readonly string[] {
  const { serviceClusterIPs = [], serviceExternalIPs = [], serviceLoadBalancerIPs = [] } = spec ?? {};
  return [...new Set([...serviceClusterIPs, ...serviceExternalIPs, ...serviceLoadBalancerIPs].map(({ cidr }) => cidr))];
}

/**
 * What one node announces, as static routes of its BIRD: the ranges, whatever services there are, and each allowed address
 * of some services: of those with externalTrafficPolicy Local that have an endpoint on this node; of those with Cluster, on
 * every node, where an address is a range by itself or, for load balancers, where aggregation is off (3.31), which also
 * keeps back the load-balancer ranges.
 */
export function announcedServices(
  spec: Spec | undefined,
  services: readonly AnnouncedService[],
  node: { readonly name: string; readonly labels: Readonly<Record<string, string>> },
): readonly string[] {
  if (spec === undefined || node.labels[excluded] === 'true') return [];
  const { serviceClusterIPs = [], serviceExternalIPs = [], serviceLoadBalancerIPs = [] } = spec;
  const isAggregated = spec.serviceLoadBalancerAggregation !== 'Disabled';
  const isAlone = ({ cidr }: { readonly cidr: string }): boolean => /\/(32|128)$/.test(cidr);
  const ranges = [...serviceClusterIPs, ...serviceExternalIPs, ...(isAggregated ? serviceLoadBalancerIPs : [])];
  const single = services.flatMap((service) => {
    const { type, clusterIP, externalIPs, loadBalancerIP, externalTrafficPolicy, endpointNodes } = service;
    const balanced = loadBalancerIP === undefined ? [] : [loadBalancerIP];
    const isByItself =
      (type === 'LoadBalancer' &&
        (!isAggregated || balanced.some((address) => isIn(address, serviceLoadBalancerIPs.filter(isAlone))))) ||
      externalIPs.some((address) => isIn(address, serviceExternalIPs.filter(isAlone)));
    if (externalTrafficPolicy === 'Local' ? !endpointNodes.includes(node.name) : !isByItself) return [];
    return [
      ...(serviceClusterIPs.length > 0 ? [clusterIP] : []),
      ...externalIPs.filter((address) => isIn(address, serviceExternalIPs)),
      ...balanced.filter((address) => isIn(address, serviceLoadBalancerIPs)),
    ];
  });
  const hosts = single.map((address) => `${address}/${address.includes(':') ? 128 : 32}`);
  return [...new Set([...ranges.map(({ cidr }) => cidr), ...hosts])];
}

function isIn(text: string, ranges: readonly { readonly cidr: string }[]): boolean {
  const address = parseAddress(text);
  return ranges.some(({ cidr }) => {
    const range = parsePrefix(cidr);
    return address !== undefined && range !== undefined && containsPrefix(range, address);
  });
}
