// Owns what a router is that a VyOS configuration describes: its ports, its BGP as the model sees it, its lines of FRR.

import type { Setting } from './kernel.ts';
import type { RuleChain } from './packet-filter.ts';

/** A neighbor, its peer group's words filled in. */
export interface VyosNeighbor {
  /** Its address; an interface name for an unnumbered session. */
  readonly peer: string;
  readonly remoteAs: number | 'internal' | 'external' | undefined;
  readonly isReflectorClient: boolean;
  readonly isNextHopSelf: boolean;
  /** eBGP to a neighbor that is on no connected subnet. */
  readonly isMultihop: boolean;
  /** An address or an interface whose address the session comes from. */
  readonly source: string | undefined;
  /** The session can be expected to come up: not shut down, no password, no AS or port other than usual. */
  readonly isExpected: boolean;
  readonly allowLocalAs: number;
  readonly isAsOverride: boolean;
  /** FRR's words: `ipv4 unicast`. */
  readonly families: readonly string[];
}

/** `listen range`: whoever calls from it becomes a neighbor. */
export interface VyosListen {
  readonly prefix: string;
  readonly neighbor: VyosNeighbor;
}

/** Where words stand in the file: offsets, the end exclusive. */
export type Mark = readonly [start: number, end: number];

/** BGP as the model needs it. */
export interface VyosBgp {
  readonly asNumber: number;
  readonly routerId: string | undefined;
  readonly networks: readonly string[];
  readonly neighbors: readonly VyosNeighbor[];
  readonly listens: readonly VyosListen[];
  readonly multipathRelax: boolean;
}

/** An interface; `kind` is VyOS's word: ethernet, loopback, dummy, bridge, vif … */
export interface VyosInterface {
  readonly kind: string;
  readonly name: string;
  /** With prefix length. */
  readonly addresses: readonly string[];
  readonly mtu: number | undefined;
  readonly isDisabled: boolean;
  /** A bridge's ports. */
  readonly members: readonly string[];
  /** The VRF it is in: its routes are in that VRF's table. */
  readonly vrf: string | undefined;
}

/** A router as its configuration has it. Plain data, JSON-safe. */
export interface VyosRouter {
  /** The file as it is shown in messages. */
  readonly file: string;
  /** The text as it is: VyOS is given nothing else. */
  readonly text: string;
  readonly release: '1.4' | '1.5' | undefined;
  readonly hostName: string | undefined;
  readonly interfaces: readonly VyosInterface[];
  readonly bgp: VyosBgp | undefined;
  /** NAT, firewall and MSS clamping in nftables' words. */
  readonly chains: readonly RuleChain[];
  /** Commands of `ip` that make devices and join them, in order; `bridge:` before those of `bridge`. */
  readonly devices: readonly string[];
  /** Commands of `ip` for what the kernel is told once the ports are up: fixed neighbors, rules of routing. */
  readonly commands: readonly string[];
  /** Beside those that every router has. */
  readonly settings: readonly Setting[];
  /**
   * frr.conf without its head. No block ends with `exit`: a daemon that does not know the block would leave its configuration by it
   * (each reads the whole file, and finds its way back from a block by the next line it knows).
   */
  readonly frr: readonly string[];
  /** Where a problem that shows only together with others is best shown. */
  readonly marks: {
    readonly asNumber: Mark;
    readonly routerId: Mark;
    /** By prefix. */
    readonly networks: Readonly<Record<string, Mark>>;
    /** By address or interface. */
    readonly neighbors: Readonly<Record<string, Mark>>;
    /** By interface name. */
    readonly interfaces: Readonly<Record<string, Mark>>;
  };
  /** FRR's daemons that these lines need beside zebra and bgpd. */
  readonly daemons: readonly string[];
  /** Why the routes of a lab with this router cannot be derived, in words of the field; empty where they can. */
  readonly beyond: readonly string[];
}
