// Owns what a lab may state that must be true: the vocabulary of `expect:`, complete.

import type { Family } from '../base/address.ts';

/** One line of `expect:`; the vocabulary of `verify/`. */
export type Expectation =
  | { readonly kind: 'sessions'; readonly which: 'all' }
  | { readonly kind: 'session-count'; readonly on: string; readonly count: number }
  | {
      readonly kind: 'route';
      readonly on: string;
      /** A prefix, an address, or `<pod>.block`, `<pod>.address`, `<node>.block`. */
      readonly to: string;
      /** Machine or address that is the only next hop. */
      readonly via: string | undefined;
      readonly nexthops: readonly string[] | undefined;
      readonly proto: string | undefined;
      readonly dev: string | undefined;
      readonly metric: number | undefined;
      readonly blackhole: boolean | undefined;
      readonly family: Family | undefined;
    }
  | {
      readonly kind: 'rib';
      readonly on: string;
      /** A prefix, `<pod>.block` or `<node>.block`. */
      readonly to: string;
      /** Machine or address. */
      readonly from: string | undefined;
      readonly nextHop: string | undefined;
      readonly asPath: readonly number[] | undefined;
      readonly localPref: number | undefined;
      readonly originator: string | undefined;
      readonly clusterList: readonly string[] | undefined;
      readonly communities?: readonly string[] | undefined;
    }
  | {
      readonly kind: 'neighbor';
      readonly on: string;
      readonly to: string;
      readonly hold: number | undefined;
      /** true: BFD is up; false: no BFD. */
      readonly bfd: boolean | undefined;
    }
  | { readonly kind: 'mtu'; readonly on: string; readonly interface: string; readonly value: number }
  | {
      readonly kind: 'ping';
      readonly from: string;
      readonly to: string;
      readonly ttl: number | undefined;
      /** false: the ping must get no answer. */
      readonly answered: boolean;
      /** Milliseconds; no answer comes sooner. */
      readonly minRttMs?: number | undefined;
      /** Echo requests; 1 when left out. */
      readonly count?: number | undefined;
      /** How many of them get no answer, at least and at most. */
      readonly lost?: readonly [number, number] | undefined;
      readonly family: Family | undefined;
    }
  | {
      readonly kind: 'packet';
      readonly from: string;
      readonly to: string;
      /** Bytes of the IP packet; DF is set. */
      readonly size: number;
      readonly passes: boolean;
      /** Whether ICMP "fragmentation needed" comes back; undefined: not asked. */
      readonly icmp: boolean | undefined;
      /** The last machine, or `machine:interface`, that saw it. */
      readonly at: string | undefined;
    }
  | {
      readonly kind: 'request';
      readonly from: string;
      readonly service: string;
      readonly by: 'cluster-ip' | 'external-ip' | 'load-balancer-ip' | 'node-port';
      /** Whose node port; undefined for the service's own addresses. */
      readonly node: string | undefined;
      /** The pods that answer, all of them and no others; none: no answer. */
      readonly pods: readonly string[];
      readonly source: 'kept' | 'translated' | undefined;
    }
  | {
      readonly kind: 'failover';
      /** As `labctl fail` takes it: `link leaf0:spine0`. */
      readonly fail: string;
      readonly from: string;
      readonly to: string;
      /** Echoes, one every 10 ms, that may be lost; undefined: not asked. */
      readonly lost: number | undefined;
      /** The longest time without an answer; undefined: not asked. */
      readonly withinMs: number | undefined;
    }
  | {
      readonly kind: 'path';
      readonly from: string;
      readonly to: string;
      /** Machines in order, a trailing `*` matches any of that prefix. */
      readonly hops: readonly string[];
      readonly encapsulation: 'none' | 'ipip' | 'vxlan' | undefined;
      readonly ttl: number | undefined;
      readonly family: Family | undefined;
    };
