// Owns the program `ping` (iputils): how it is called and what its output says.

import type { Ran, Shell } from '../base/shell.ts';

/** One answer. */
export interface PingReply {
  readonly sequence: number;
  readonly ttl: number;
  /** Round-trip time in milliseconds. */
  readonly ms: number;
}

/** What a run of ping found out. No answer is a result, not an error. */
export interface PingResult {
  readonly transmitted: number;
  readonly received: number;
  readonly replies: readonly PingReply[];
  /** What was said instead of an answer: `From 10.1.5.1 icmp_seq=1 Destination Host Unreachable`, `connect: Invalid argument`. */
  readonly errors: readonly string[];
}

/** How ping is called. */
export interface PingOptions {
  readonly to: string;
  /** Echo requests to send; 1 when left out. */
  readonly count?: number | undefined;
  /** Seconds between them; 0.2 when left out. */
  readonly interval?: number | undefined;
  /** Seconds to wait for an answer; 2 when left out. */
  readonly waitSeconds?: number | undefined;
  /** Hex digits (at most 16 bytes) that fill the payload behind its 16-byte time stamp, so that the echo is known again. */
  readonly pattern?: string | undefined;
  /** Bytes of the whole IP packet; ping's own size (84) when left out. */
  readonly size?: number | undefined;
  /** It must not be fragmented (DF), not even by its sender. */
  readonly isUnfragmentable?: boolean | undefined;
  /** Send by this interface, whatever the routes say; a broadcast address is allowed. */
  readonly interface?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Sends echo requests from a machine. Throws HOST_PROGRAM_MISSING without ping; an unreachable address is a result. */
export async function ping(shell: Shell, options: PingOptions): Promise<PingResult> {
  return readPing(await shell.run(pingArgv(options), { onFailure: 'return', signal: options.signal }));
}

/** Bytes of an IPv4 or IPv6 and an ICMP header, or a UDP header as long, in front of a payload. */
export function headersOf(to: string): number {
  return to.includes(':') ? 48 : 28;
}

/** The argument list for `ping`. */
export function pingArgv(options: PingOptions): readonly string[] {
  const count = options.count ?? 1;
  const interval = count > 1 ? ['-i', String(options.interval ?? 0.2)] : [];
  const pattern = options.pattern === undefined ? [] : ['-p', options.pattern];
  const size = options.size === undefined ? [] : ['-s', String(options.size - headersOf(options.to))];
  const unfragmented = options.isUnfragmentable === true ? ['-M', 'do'] : [];
  return [
    'ping',
    '-n',
    '-c',
    String(count),
    ...interval,
    '-W',
    String(options.waitSeconds ?? 2),
    ...(options.interface === undefined ? [] : ['-b', '-I', options.interface]),
    ...pattern,
    ...unfragmented,
    ...size,
    options.to,
  ];
}

/** Reads ping's output; status 2 (no route, no such address) gives its words as `errors`. */
export function readPing(ran: Pick<Ran, 'stdout' | 'stderr'>): PingResult {
  const replies: PingReply[] = [];
  for (const match of ran.stdout.matchAll(/icmp_seq=(\d+) (?:ttl|hlim)=(\d+) time=([\d.]+) ms/g)) {
    replies.push({ sequence: Number(match[1]), ttl: Number(match[2]), ms: Number(match[3]) });
  }
  const totals = /(\d+) packets transmitted, (\d+) received/.exec(ran.stdout);
  const said = ran.stdout.split('\n').filter((line) => line.startsWith('From '));
  const complaints = ran.stderr.split('\n').map((line) => line.replace(/^ping: /, '').trim());
  return {
    transmitted: Number(totals?.[1] ?? 0),
    received: Number(totals?.[2] ?? replies.length),
    replies,
    errors: [...said, ...complaints].filter((line) => line !== ''),
  };
}
