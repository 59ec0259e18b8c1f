// Owns measuring what changes do to a lab: paced echoes between pods, the events of every kernel, every BGP message.

import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { podInterface, primaryAddressOf } from '../design/address-book.ts';
import type { Design, PodDesign } from '../design/design.ts';
import { pace, startPacedPing } from '../host/paced-ping.ts';
import { watchRoutes } from '../host/route-monitor.ts';
import type { Captured } from '../host/tcpdump.ts';
import type { Engine } from '../plan/engine.ts';
import { type BgpEvent, bgpFilter, bgpHeard } from './bgp-heard.ts';
import { type Listening, listenWhile } from './listen.ts';
import { echoesIn, type PairLoss, pairLoss, type Span } from './paced-echoes.ts';
import { moveOf, type TableMove } from './table-moves.ts';

/** What came of one change; milliseconds after it. */
export interface Convergence {
  /** Every ordered pair of pods. */
  readonly pairs: readonly PairLoss[];
  /** Of each machine that noticed anything, in the order in which they did. */
  readonly moves: readonly TableMove[];
  /** What was said on BGP sessions. `time` is milliseconds after the change. */
  readonly bgp: readonly BgpEvent[];
}

/** What came of several changes, one after the other. */
export interface Measured {
  readonly changes: readonly Convergence[];
  /** The longest gap before the first change: a shorter one after it says nothing. */
  readonly quietGapMs: number;
  /** Packets that the captures at pods missed: they count as lost. */
  readonly missed: number;
}

/** A change, and the seconds to look on after it. */
export interface Change {
  /** Makes it; when it took effect, in milliseconds since 1970. */
  readonly make: () => Promise<number>;
  readonly seconds: number;
}

/** Bytes kept: an echo with its wrapping; more than one BGP message (RFC 4271: 4096 bytes at most), as one segment may hold. */
const echoSnapLength = 256;
const bgpSnapLength = 9216;

/** Milliseconds of quiet before the first change: probes and watchers run by then, which take no longer to start than the captures did. */
function leadOf({ readyMs }: Listening): number {
  return Math.max(1000, 2 * readyMs);
}

/**
 * Probes between all ordered pairs of pods and makes the changes in the midst of it. All that it started is gone when this
 * returns or throws. Throws INTERRUPTED when the signal is aborted.
 */
export async function measureChanges(
  engine: Pick<Engine, 'shell' | 'tap'>,
  design: Design,
  pods: readonly PodDesign[],
  changes: readonly Change[],
  signal: AbortSignal,
): Promise<Measured> {
  const nonce = randomBytes(8);
  const speakers = speakersOf(design).map((machine) => ({ machine, interface: 'any', snapLength: bgpSnapLength }));
  const ends = pods.map(({ name: machine }) => ({ machine, interface: podInterface, snapLength: echoSnapLength }));
  const { result, caught: atPods } = await listenWhile(
    engine,
    ends,
    signal,
    () =>
      listenWhile(
        engine,
        speakers,
        signal,
        (listening) => probing(engine, design, pods, nonce, { changes, leadMs: leadOf(listening) }, signal),
        { filter: bgpFilter(design) },
      ),
    { filter: 'icmp or icmp6' },
  );
  const { made, spans, watched } = result.result;
  const bgp = bgpHeard(
    design,
    speakers.map(({ machine }, place) => ({ machine, pcap: result.caught[place]!.pcap })),
  );
  const seen = pods.map((pod, place) => ({
    name: pod.name,
    address: primaryAddressOf(pod) ?? '',
    seen: echoesIn(atPods[place]!.pcap, nonce),
  }));
  const losses = (span: Span): readonly PairLoss[] =>
    seen.flatMap((from) =>
      seen
        .filter((to) => to !== from)
        .map((to) => pairLoss(from, to, made.get(`${from.name} ${to.name}`) ?? 0, pace, span)),
    );
  const [quiet, ...after] = spans;
  const gaps = losses(quiet!).flatMap(({ requests, answers }) => [requests.longestGapMs, answers.longestGapMs]);
  return {
    changes: after.map((span) => ({
      pairs: losses(span),
      moves: watched
        .flatMap(({ machine, events }) => moveOf(machine, events, bgp, span) ?? [])
        .sort((a, b) => a.noticedMs - b.noticedMs),
      bgp: bgp
        .filter(({ time }) => time >= span.from && time < span.to)
        .map((event) => ({ ...event, time: event.time - span.from })),
    })),
    quietGapMs: Math.max(...gaps),
    missed: atPods.reduce(missedBy, 0),
  };
}

function missedBy(sum: number, { received, captured, dropped }: Captured): number {
  return sum + Math.max(received - captured, dropped);
}

/** Routers that speak BGP, and nodes where BIRD runs. */
function speakersOf({ routers, nodes, backend }: Design): readonly string[] {
  const speaking = routers.filter(({ asNumber }) => asNumber !== undefined);
  return [...speaking, ...(backend === 'bird' ? nodes : [])].map(({ name }) => name);
}

interface Probed {
  /** Requests made, by `from to`. */
  readonly made: ReadonlyMap<string, number>;
  /** The quiet before, then one for each change. */
  readonly spans: readonly Span[];
  readonly watched: readonly {
    readonly machine: string;
    readonly events: Awaited<ReturnType<ReturnType<typeof watchRoutes>['stop']>>;
  }[];
}

async function probing(
  engine: Pick<Engine, 'shell'>,
  design: Design,
  pods: readonly PodDesign[],
  nonce: Buffer,
  { changes, leadMs }: { readonly changes: readonly Change[]; readonly leadMs: number },
  signal: AbortSignal,
): Promise<Probed> {
  const monitors = [...design.routers, ...design.nodes].map(({ name: machine }) => {
    return { machine, monitor: watchRoutes(engine.shell(machine)) };
  });
  const pings = pods.flatMap((from) =>
    pods
      .filter((to) => to !== from)
      .map((to) => {
        const ping = startPacedPing(engine.shell(from.name), primaryAddressOf(to) ?? '', nonce.toString('hex'));
        return { key: `${from.name} ${to.name}`, ping };
      }),
  );
  const stopAll = async () => {
    const made = Promise.all(pings.map(async ({ key, ping }) => [key, await ping.stop()] as const));
    const watched = monitors.map(async ({ machine, monitor }) => ({ machine, events: await monitor.stop() }));
    return { made: new Map(await made), watched: await Promise.all(watched) };
  };
  const times: number[] = [];
  try {
    await sleep(leadMs / 2, undefined, { signal });
    times.push(Date.now());
    await sleep(leadMs / 2, undefined, { signal });
    for (const { make, seconds } of changes) {
      times.push(await make());
      await sleep(seconds * 1000, undefined, { signal });
    }
    times.push(Date.now());
    return { ...(await stopAll()), spans: times.slice(1).map((to, place) => ({ from: times[place]!, to })) };
  } finally {
    await stopAll();
  }
}
