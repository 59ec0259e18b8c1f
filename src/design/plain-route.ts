// Owns the route that all expected routes begin as.

import { familyOf } from '../base/address.ts';
import type { ExpectedRoute } from './convergence.ts';

/** The metric of an IPv6 route for which none is stated (the kernel's IP6_RT_PRIO_USER). */
const unstatedMetricV6 = 1024;

/** A unicast route with nothing special and no next hop yet. */
export function plainRoute(machine: string, prefix: string, because: string): ExpectedRoute {
  return {
    machine,
    prefix,
    type: 'unicast',
    protocol: 'boot',
    metric: familyOf(prefix) === 6 ? unstatedMetricV6 : undefined,
    scope: undefined,
    onlink: false,
    mtu: undefined,
    nextHops: [],
    choice: 'all',
    because,
  };
}
