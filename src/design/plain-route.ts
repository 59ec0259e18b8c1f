// Owns the route that all expected routes begin as.

import type { ExpectedRoute } from './design.ts';

/** A unicast route with nothing special and no next hop yet. */
export function plainRoute(machine: string, prefix: string, because: string): ExpectedRoute {
  return {
    machine,
    prefix,
    type: 'unicast',
    protocol: 'boot',
    metric: undefined,
    scope: undefined,
    onlink: false,
    mtu: undefined,
    nextHops: [],
    choice: 'all',
    because,
  };
}
