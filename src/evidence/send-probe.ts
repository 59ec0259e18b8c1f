// Owns what a capture sends: echoes, connections, requests or datagrams, each known again by a nonce or by its port.

import type { Shell } from '../base/shell.ts';
import { connect } from '../host/connect.ts';
import { headersOf, type PingReply, ping } from '../host/ping.ts';
import { carries, type IsOurs } from './follow.ts';
import { echoFilter } from './listen.ts';

/** What is sent; `none` only listens. */
export type Probe =
  | {
      readonly kind: 'echo';
      readonly count: number;
      /** Bytes of the IP packet; ping's own size when left out. */
      readonly size?: number | undefined;
      /** Must not be fragmented. */
      readonly isUnfragmentable?: boolean | undefined;
    }
  | {
      readonly kind: 'tcp' | 'http' | 'udp';
      readonly port: number;
      readonly count: number;
      /** Bytes of a datagram's IP packet; as few as may be when left out. */
      readonly size?: number | undefined;
    }
  | { readonly kind: 'none' };

/** What became of the probe, as its sender tells it. */
export interface ProbeResult {
  readonly transmitted: number;
  readonly received: number;
  /** Of echoes: when and with which TTL each was answered. */
  readonly replies: readonly PingReply[];
  /** What was said instead of an answer. */
  readonly errors: readonly string[];
}

/** No packet, no answer. */
export const nothingSent: ProbeResult = { transmitted: 0, received: 0, replies: [], errors: [] };

/** By what our packets are known: bytes in every echo, the first local port. */
export interface Nonce {
  readonly bytes: Buffer;
  readonly port: number;
}

/** The pcap filter for a probe: its packets in any wrapping, ARP, and the ICMP errors that answer them. */
export function filterFor(probe: Probe): string {
  if (probe.kind === 'none') return '';
  if (probe.kind === 'echo') return echoFilter;
  return probe.kind === 'udp' ? `${echoFilter} or udp` : `${echoFilter} or (tcp and not port 179)`;
}

/** Sends a probe from a machine. */
export async function sendProbe(
  shell: Shell,
  to: string,
  probe: Probe,
  nonce: Nonce,
  signal: AbortSignal,
): Promise<ProbeResult> {
  if (probe.kind === 'none') return nothingSent;
  if (probe.kind !== 'echo') {
    const { kind, port, count, size = 0 } = probe;
    const payload = Math.max(size - headersOf(to), 0);
    return { replies: [], ...(await connect(shell, { kind, to, port, from: nonce.port, count, payload, signal })) };
  }
  return ping(shell, { ...probe, to, pattern: nonce.bytes.toString('hex'), signal });
}

/** How a connection looks that a node's own rules translate before it leaves: its port is chosen by chance then. */
export interface Translated {
  /** The node's addresses. */
  readonly sources: readonly string[];
  /** The endpoints' addresses. */
  readonly destinations: readonly string[];
}

/** Tells a probe's packets from all others; when nothing was sent, every flow is asked for. */
export function isOursOf(probe: Probe, from: string, nonce: Nonce, translated?: Translated): IsOurs {
  if (probe.kind === 'none') return () => true;
  if (probe.kind === 'echo') return carries(nonce.bytes);
  const { count } = probe;
  const protocol = probe.kind === 'udp' ? 'udp' : 'tcp';
  return ({ source, destination, sourcePort = 0, protocol: own }) => {
    if (own !== protocol) return false;
    if (source === from && sourcePort >= nonce.port && sourcePort < nonce.port + count) return true;
    return translated?.sources.includes(source) === true && translated.destinations.includes(destination);
  };
}
