// Owns watching a kernel: `ip monitor` until it is told to end, as events with their times.

import type { Shell } from '../base/shell.ts';
import { attend } from './attended.ts';

/** One event of a kernel: a route, a next hop or a link came, changed or went. */
export interface KernelEvent {
  /** Milliseconds since 1970. */
  readonly time: number;
  readonly object: 'route' | 'nexthop' | 'link';
  readonly isGone: boolean;
  /** As iproute2 writes it, without `Deleted`. */
  readonly text: string;
}

/** Events of a kernel are written down. */
export interface RouteMonitor {
  /** Ends it, and gives all events so far. Idempotent. */
  stop(): Promise<readonly KernelEvent[]>;
}

/** Watches routes, next hops and links of a machine. */
export function watchRoutes(shell: Shell): RouteMonitor {
  const said: Buffer[] = [];
  const argv = ['env', 'TZ=UTC', 'ip', '-ts', '-o', 'monitor', 'label', 'route', 'nexthop', 'link'];
  const options = { purpose: 'watch routes', signal: 'TERM', onData: (piece: Buffer) => said.push(piece) } as const;
  const program = attend(shell, argv, options);
  return {
    stop: async () => {
      await program.stop();
      return readEvents(Buffer.concat(said).toString());
    },
  };
}

/** Reads the lines of `ip -ts -o monitor label` whose clock is UTC. */
export function readEvents(text: string): readonly KernelEvent[] {
  const events: KernelEvent[] = [];
  const lines = /^\[(\d{4}-\d\d-\d\dT[\d:]+\.\d+)\]\s*\[(ROUTE|NEXTHOP|LINK)\](Deleted )?(.*)$/gm;
  for (const [, time = '', label = '', deleted, said = ''] of text.matchAll(lines)) {
    events.push({
      time: Date.parse(`${time}Z`),
      object: label.toLowerCase() as KernelEvent['object'],
      isGone: deleted !== undefined,
      text: said.trim(),
    });
  }
  return events;
}

/** The interface of a link event, and whether it has a carrier now. */
export function linkOfEvent({ text }: KernelEvent): { readonly interface: string; readonly isUp: boolean } | undefined {
  const [, name] = /^\d+: ([^:@\s]+)/.exec(text) ?? [];
  return name === undefined ? undefined : { interface: name, isUp: / state (UP|UNKNOWN) /.test(text) };
}

/** Whether a route decides where unicast packets of others go: not the local table, not link-local, not multicast. */
export function isForwarding({ object, text }: KernelEvent): boolean {
  return object === 'route' && !/^(local|broadcast|anycast|multicast|fe80:|ff00:)|\btable local\b/.test(text);
}
