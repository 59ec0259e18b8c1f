// Owns watching a kernel's routes for a while: `ip monitor`, as events with their times.

import type { Shell } from '../base/shell.ts';

/** One event of a kernel: a route, a next hop or a link came, changed or went. */
export interface KernelEvent {
  /** Milliseconds since 1970. */
  readonly time: number;
  readonly isGone: boolean;
  /** As iproute2 writes it. */
  readonly text: string;
}

/** Watches routes, next hops and links of a machine for some seconds. Ends by itself, and not before: an nsenter that is killed leaves its child alive. */
export async function watchRoutes(shell: Shell, seconds: number): Promise<readonly KernelEvent[]> {
  const argv = ['env', 'TZ=UTC', 'timeout', String(seconds), 'ip', '-ts', '-o', 'monitor', 'route', 'nexthop', 'link'];
  return readEvents((await shell.run(argv, { onFailure: 'return' })).stdout);
}

/** Reads the lines of `ip -ts -o monitor` whose clock is UTC. */
export function readEvents(text: string): readonly KernelEvent[] {
  const events: KernelEvent[] = [];
  for (const [, time = '', rest = ''] of text.matchAll(/^\[(\d{4}-\d\d-\d\dT[\d:]+\.\d+)\]\s*(.*)$/gm)) {
    const said = rest.replace(/^\[\w+\]\s*/, '').trim();
    events.push({
      time: Date.parse(`${time}Z`),
      isGone: said.startsWith('Deleted'),
      text: said.replace(/^Deleted /, ''),
    });
  }
  return events;
}
