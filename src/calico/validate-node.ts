// Owns what Calico asks of a Node beyond its fields' types (calico.md A.6, H).

import { type Family, parseAddress, parsePrefix } from '../base/address.ts';
import type { Problem } from '../base/place.ts';
import { objectError } from './object-problem.ts';
import type { CalicoNode } from './objects.ts';

/** Problems of one node; its fields have their types already. */
export function validateNode(spec: CalicoNode['spec']): readonly Problem[] {
  const problems: Problem[] = [];
  const { bgp } = spec;
  if (bgp !== undefined && bgp !== null) {
    if (Object.keys(bgp).length === 0) {
      const message = 'spec.bgp is present but empty';
      problems.push(objectError(['spec', 'bgp'], 'NODE_BGP', message, 'write ipv4Address, or leave bgp out'));
    }
    problems.push(...addressProblems(bgp.ipv4Address, 4), ...addressProblems(bgp.ipv6Address, 6));
    const clusterId = bgp.routeReflectorClusterID ?? '';
    if (clusterId !== '' && parseAddress(clusterId)?.family !== 4) {
      const message = `routeReflectorClusterID: ${JSON.stringify(clusterId)} must look like an IPv4 address (RFC 4456)`;
      const hint = 'write for example 244.0.0.1';
      problems.push(objectError(['spec', 'bgp', 'routeReflectorClusterID'], 'NODE_CLUSTER_ID', message, hint));
    }
  }
  for (const field of ['vxlanTunnelMACAddr', 'vxlanTunnelMACAddrV6'] as const) {
    const mac = spec[field] ?? '';
    if (mac === '' || /^[0-9a-f]{2}(:[0-9a-f]{2}){5}$/i.test(mac)) continue;
    problems.push(
      objectError(['spec', field], 'OBJECT_FIELD_VALUE', `${field}: ${JSON.stringify(mac)} is no MAC address`),
    );
  }
  return problems;
}

function addressProblems(text: string | undefined, family: Family): readonly Problem[] {
  if (text === undefined || text === null || text === '') return [];
  const field = `ipv${family}Address`;
  const path = ['spec', 'bgp', field];
  const isPlain = parseAddress(text)?.family === family;
  if (isPlain) {
    const message = `${field}: ${text} has no prefix length, which decides what the same subnet means`;
    return [objectError(path, 'NODE_ADDRESS', message, `write ${text}/${family === 4 ? 24 : 64} or what fits`)];
  }
  if (parsePrefix(text)?.family === family) return [];
  return [
    objectError(
      path,
      'NODE_ADDRESS',
      `${field}: ${JSON.stringify(text)} is no IPv${family} address with prefix length`,
    ),
  ];
}
