// Owns what is said of a route behind its next hops, in iproute2's words, and who wrote it.

import { felixProtocol } from './felix-routes.ts';

/** What a route has beside its prefix and its next hops, expected or seen. */
export interface RouteAttributes {
  readonly protocol: string;
  readonly scope: string | undefined;
  readonly metric: number | undefined;
  readonly onlink: boolean;
  readonly mtu: number | undefined;
}

/** `proto bird`, `metric 1024`, `onlink`, `mtu 1450` …: only what `ip route` would print, which leaves `proto boot` out. */
export function attributeWords(route: RouteAttributes): readonly string[] {
  return [
    route.protocol === 'boot' ? '' : `proto ${route.protocol}`,
    route.scope === undefined ? '' : `scope ${route.scope}`,
    route.metric === undefined ? '' : `metric ${route.metric}`,
    route.onlink ? 'onlink' : '',
    route.mtu === undefined ? '' : `mtu ${route.mtu}`,
  ].filter((word) => word !== '');
}

const daemons: ReadonlySet<string> = new Set(['bird', 'bgp', felixProtocol]);

/** Whether BIRD, FRR (`bgp`) or Felix wrote the route; Felix's `boot` routes look like anybody's. */
export function isOfDaemon({ protocol }: Pick<RouteAttributes, 'protocol'>): boolean {
  return daemons.has(protocol);
}
