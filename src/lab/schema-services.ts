// Owns the shape of what makes a cluster reachable: hosts outside of it, services, and which service ranges Calico announces.

import * as z from 'zod';
import { maxNodes, reference } from './schema-words.ts';

const dotted = /^\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}$/;
const address = z.string().regex(dotted, 'is not an IPv4 address such as 10.96.0.80');
const prefix = z.string().regex(/^\d{1,3}(\.\d{1,3}){3}\/\d{1,2}$/, 'is not an IPv4 prefix such as 10.96.0.0/16');

/** One of `hosts:`. */
export const hostSchema = z.strictObject({
  on: reference.describe('The router port it hangs on, such as spine0:eth5.'),
  prefix: prefix.describe('Its own network: the router has the first address, the host the tenth.'),
});

/** One of `services:`. */
export const serviceSchema = z.strictObject({
  type: z.enum(['ClusterIP', 'NodePort', 'LoadBalancer']).optional().describe('Default ClusterIP.'),
  clusterIP: address.optional().describe('Default: from the hundredth address of `cluster.serviceSubnet` on.'),
  port: z.int().min(1).max(65535).optional().describe('Default 80; pods answer on 80.'),
  nodePort: z.int().min(30000).max(32767).optional().describe('Default: from 32000 on, for NodePort and LoadBalancer.'),
  externalIPs: z.array(address).max(64).optional(),
  loadBalancerIP: address.optional().describe('What a load balancer controller would have assigned.'),
  externalTrafficPolicy: z.enum(['Cluster', 'Local']).optional().describe('Default Cluster.'),
  endpoints: z.array(reference).min(1).max(maxNodes).describe('Pods.'),
});

/** `calico.advertise`: BGPConfiguration's service ranges (calico.md A.3). */
export const advertiseSchema = z.strictObject({
  clusterIPs: z.array(prefix).max(16).optional(),
  externalIPs: z.array(prefix).max(16).optional(),
  loadBalancerIPs: z.array(prefix).max(16).optional(),
  loadBalancerAggregation: z.boolean().optional().describe('false, from v3.31: each address instead of the range.'),
});
