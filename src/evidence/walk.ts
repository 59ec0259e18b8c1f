// Owns what the walk of a packet through a live lab is made of: its headers, the steps, and how it can end.

import type { Asked } from '../host/asked.ts';
import type { RouteHop, RouteLine } from '../host/route-get.ts';

/** The IP header of an echo, or of what it is wrapped in. */
export interface IpHeader {
  readonly source: string;
  readonly destination: string;
  readonly ttl: number;
}

/** An Ethernet header. */
export interface EthernetHeader {
  readonly source: string | undefined;
  readonly destination: string;
}

/** What an echo is wrapped in: IP in IP (RFC 2003), or VXLAN (RFC 7348) with the Ethernet header inside it. */
export type Wrapper =
  | { readonly kind: 'ipip'; readonly ip: IpHeader }
  | {
      readonly kind: 'vxlan';
      readonly ip: IpHeader;
      readonly port: number;
      readonly vni: number;
      readonly ethernet: EthernetHeader;
    };

/** An echo on its way. */
export interface Packet {
  readonly echo: 'request' | 'reply';
  readonly ip: IpHeader;
  readonly wrapper: Wrapper | undefined;
  /** Of a connection, not an echo: the port that it is made to. */
  readonly port?: number | undefined;
  /** kube-proxy marked it: it leaves as the machine's own. */
  readonly isMarked?: boolean | undefined;
}

/** A packet on a wire. */
export interface Frame {
  readonly ethernet: EthernetHeader;
  readonly packet: Packet;
}

/** Why a packet goes no further. */
export type DeadEnd =
  | { readonly reason: 'no-route'; readonly address: string; readonly said: string }
  | { readonly reason: 'refused-by-route'; readonly address: string; readonly type: string; readonly prefix: string }
  | { readonly reason: 'reverse-path'; readonly address: string; readonly dev: string; readonly back: string }
  | { readonly reason: 'not-forwarding'; readonly address: string; readonly dev: string }
  | { readonly reason: 'ttl'; readonly address: string }
  | { readonly reason: 'loop'; readonly address: string; readonly machines: readonly string[] }
  | { readonly reason: 'no-neighbor'; readonly address: string; readonly dev: string; readonly state: string }
  | { readonly reason: 'no-tunnel-end'; readonly mac: string; readonly dev: string }
  | { readonly reason: 'no-wire'; readonly dev: string }
  | { readonly reason: 'not-learned'; readonly mac: string; readonly bridge: string }
  | { readonly reason: 'other-mac'; readonly mac: string; readonly dev: string }
  | { readonly reason: 'no-tunnel'; readonly address: string };

/** How a neighbor's address was answered for, where it is not one of the answering interface's own. */
export interface ProxyAnswer {
  readonly machine: string;
  readonly dev: string;
  readonly mac: string;
  readonly asked: readonly Asked[];
}

/** One question on the way, and what the lab answered. `machine` is a full name. */
export type Step = {
  readonly machine: string;
  readonly asked: readonly Asked[];
} & (
  | {
      readonly kind: 'route';
      readonly address: string;
      /** The packet whose address is looked up, with the TTL it goes on with. */
      readonly isOuter: boolean;
      /** The TTL before and after; equal where the machine does not forward but send. */
      readonly ttl: readonly [number, number];
      readonly entry: RouteLine;
      readonly hop: RouteHop;
      /** False where the choice among next hops hangs on a field that is not known before the packet is made. */
      readonly isCertain: boolean;
    }
  | { readonly kind: 'reverse-path'; readonly address: string; readonly dev: string; readonly mode: number }
  | { readonly kind: 'translated'; readonly from: string; readonly to: string }
  | {
      readonly kind: 'service';
      readonly from: string;
      readonly to: string;
      readonly port: number;
      /** Endpoints that the choice was among. */
      readonly count: number;
    }
  | { readonly kind: 'source-back'; readonly from: string; readonly to: string }
  | { readonly kind: 'translated-back'; readonly from: string; readonly to: string }
  | {
      readonly kind: 'neighbor';
      readonly address: string;
      readonly dev: string;
      readonly mac: string;
      readonly state: string;
      readonly owner: string;
      readonly proxy: ProxyAnswer | undefined;
      readonly frame: Frame;
    }
  | {
      readonly kind: 'switch';
      readonly bridge: string;
      readonly mac: string;
      /** Undefined where the switch cannot be asked. */
      readonly port: string | undefined;
      readonly to: string;
    }
  | { readonly kind: 'wrapped'; readonly dev: string; readonly address: string; readonly wrapper: Wrapper }
  | { readonly kind: 'unwrapped'; readonly dev: string; readonly packet: Packet; readonly wrapper: Wrapper }
  | { readonly kind: 'arrived'; readonly address: string; readonly ttl: number }
  | { readonly kind: 'dead'; readonly end: DeadEnd }
);

/** One way through the lab: all steps in order. */
export interface Walk {
  readonly packet: Packet;
  readonly from: string;
  /** The machine the packet arrived at; undefined at a dead end. */
  readonly arrivedAt: string | undefined;
  /** Its header on arrival, with which the answer is made. */
  readonly arrived: IpHeader | undefined;
  readonly steps: readonly Step[];
}
