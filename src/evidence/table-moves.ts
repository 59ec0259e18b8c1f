// Owns what one change did to each machine: when it was noticed and by what, what was withdrawn, when its table moved.

import { isForwarding, type KernelEvent, linkOfEvent } from '../host/route-monitor.ts';
import type { BgpEvent, BgpWord } from './bgp-heard.ts';
import type { Span } from './paced-echoes.ts';

/** By what a machine first noticed a change. */
export type Notice =
  | { readonly kind: 'link'; readonly interface: string; readonly isUp: boolean }
  | { readonly kind: 'bgp'; readonly peer: string; readonly direction: 'in' | 'out'; readonly word: BgpWord }
  /** A route moved before any link or session said anything. */
  | { readonly kind: 'route' };

/** What one machine did after a change; milliseconds after it. */
export interface TableMove {
  readonly machine: string;
  readonly noticedMs: number;
  readonly noticedBy: Notice;
  /** Its first UPDATE that withdraws a prefix; undefined when it sent none. */
  readonly withdrawnMs: number | undefined;
  /** Its kernel's table, without local, multicast and link-local routes; undefined when that did not move. */
  readonly table:
    | { readonly firstMs: number; readonly lastMs: number; readonly changed: number; readonly gone: number }
    | undefined;
}

/** What a machine did in a span; undefined when it noticed nothing. Keepalives are no notice. */
export function moveOf(
  machine: string,
  kernel: readonly KernelEvent[],
  bgp: readonly BgpEvent[],
  span: Span,
): TableMove | undefined {
  const isWithin = ({ time }: { readonly time: number }): boolean => time >= span.from && time < span.to;
  const routes = kernel.filter((event) => isWithin(event) && isForwarding(event));
  const words = bgp.filter((event) => event.machine === machine && isWithin(event) && event.word.kind !== 'keepalive');
  const notices: (readonly [number, Notice])[] = words.map(({ time, peer, direction, word }) => {
    return [time, { kind: 'bgp', peer, direction, word }];
  });
  const down = new Set<string>();
  for (const event of kernel) {
    const link = event.object === 'link' ? linkOfEvent(event) : undefined;
    // A port that comes up says first, once more, that it has no carrier.
    if (link === undefined || link.isUp !== down.has(link.interface)) continue;
    if (link.isUp) down.delete(link.interface);
    else down.add(link.interface);
    if (isWithin(event)) notices.push([event.time, { kind: 'link', ...link }]);
  }
  for (const { time } of routes.slice(0, 1)) notices.push([time, { kind: 'route' }]);
  const [first] = notices.sort(([a], [b]) => a - b);
  if (first === undefined) return undefined;
  const after = (time: number): number => time - span.from;
  const withdrawal = words.find(
    ({ direction, word }) => direction === 'out' && word.kind === 'update' && word.withdrawn.length > 0,
  );
  const gone = routes.filter(({ isGone }) => isGone).length;
  const [begin, end] = [routes[0], routes.at(-1)];
  return {
    machine,
    noticedMs: after(first[0]),
    noticedBy: first[1],
    withdrawnMs: withdrawal === undefined ? undefined : after(withdrawal.time),
    table:
      begin === undefined || end === undefined
        ? undefined
        : { firstMs: after(begin.time), lastMs: after(end.time), changed: routes.length - gone, gone },
  };
}
