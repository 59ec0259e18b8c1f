// Owns gathering what a lab's checks ask for: tables, pings, traceroutes, wrappings and packet sizes, side by side.

import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Shell } from '../base/shell.ts';
import { type Design, findMachine } from '../design/design.ts';
import { type Journey, journeysOf, silence } from '../design/journeys.ts';
import { packetKey, probeKey, referencedAddress, requestKey } from '../design/reference.ts';
import { type BgpNeighbor, readNeighbors } from '../host/bgp-neighbor.ts';
import type { Answer } from '../host/http-request.ts';
import { forgetPathMtu } from '../host/ip.ts';
import { pace } from '../host/paced-ping.ts';
import { type PingResult, ping } from '../host/ping.ts';
import { type TraceResult, traceroute } from '../host/traceroute.ts';
import type { Engine } from '../plan/engine.ts';
import type { Inspection } from '../plan/observed.ts';
import { carries, followPackets, type Wrapping } from './follow.ts';
import { type ListeningPoint, listenWhile, throwIfAborted } from './listen.ts';
import { type PacketProbe, probePacket } from './packet.ts';
import { askService } from './request.ts';

/** Everything the checks judge. Probes are keyed by `probeKey`. */
export interface Evidence {
  readonly tables: Inspection;
  /** What the design implies of the ways between pods; each was probed. */
  readonly journeys: readonly Journey[];
  /** By the router's name. */
  readonly neighbors: ReadonlyMap<string, readonly BgpNeighbor[]>;
  readonly pings: ReadonlyMap<string, PingResult>;
  /** By `packetKey`. */
  readonly packets: ReadonlyMap<string, PacketProbe>;
  /** By `requestKey`. */
  readonly requests: ReadonlyMap<string, readonly Answer[]>;
  readonly traces: ReadonlyMap<string, TraceResult>;
  /** How a ping's echoes were wrapped on the nodes' uplinks; empty when none was seen there. */
  readonly wrappings: ReadonlyMap<string, readonly Wrapping[]>;
  /** A ping of exactly the path's MTU that must not be fragmented, and one a byte larger. */
  readonly fitting: ReadonlyMap<string, PingResult>;
  readonly oversized: ReadonlyMap<string, PingResult>;
}

/** What of an engine is needed to look. */
export type Looker = Pick<Engine, 'inspect' | 'shell' | 'tap'>;

/** Probes at one time: enough to keep two processors busy, few enough to leave the lab its own. */
const atOnce = 6;

/** What is to be found out between two ends. */
interface Probe {
  readonly key: string;
  readonly from: string;
  readonly address: string;
  readonly isTraced: boolean;
  /** Some machine on the way never answers a traceroute. */
  readonly isSilent: boolean;
  /** Bytes of the largest packet; undefined: not asked. */
  readonly pathMtu: number | undefined;
  /** Echo requests. */
  readonly count: number;
}

/** Looks at the lab once: its tables, and every probe that the lab states or its design implies. */
export async function gatherEvidence(design: Design, engine: Looker, signal: AbortSignal): Promise<Evidence> {
  const journeys = journeysOf(design);
  const probes = probesOf(design, journeys);
  const [traces, fitting, oversized] = [new Map(), new Map(), new Map()];
  const tasks: (() => Promise<unknown>)[] = [];
  for (const { key, from, address: to, isTraced, isSilent, pathMtu } of probes) {
    const shell = engine.shell(from);
    const trace = isSilent ? traceroute : traceWhole;
    if (isTraced) tasks.push(async () => traces.set(key, await trace(shell, to, signal)));
    if (pathMtu === undefined) continue;
    tasks.push(async () => {
      await forgetPathMtu(shell, signal);
      fitting.set(key, await ping(shell, { to, size: pathMtu, isUnfragmentable: true, waitSeconds: 1, signal }));
      oversized.set(key, await ping(shell, { to, size: pathMtu + 1, isUnfragmentable: true, waitSeconds: 1, signal }));
    });
  }
  const [tables, echoes, asked] = await Promise.all([
    engine.inspect(design),
    listenToPings(design, engine, probes, signal),
    askStated(design, engine, signal),
    runSideBySide(tasks),
  ]);
  // Alone and last: what an ICMP teaches a sender would disturb the others, and theirs these.
  const packets = new Map<string, PacketProbe>();
  for (const expectation of design.expect) {
    const key = expectation.kind === 'packet' ? packetKey(expectation) : undefined;
    if (expectation.kind !== 'packet' || key === undefined || packets.has(key)) continue;
    packets.set(key, await probePacket(design, engine, expectation, signal));
  }
  return { tables, journeys, ...echoes, ...asked, packets, traces, fitting, oversized };
}

/** Asks routers and services what the lab states of them. */
async function askStated(
  design: Design,
  engine: Looker,
  signal: AbortSignal,
): Promise<Pick<Evidence, 'neighbors' | 'requests'>> {
  const neighbors = new Map<string, readonly BgpNeighbor[]>();
  const requests = new Map<string, readonly Answer[]>();
  const tasks = new Map<string, () => Promise<unknown>>();
  for (const expectation of design.expect) {
    if (expectation.kind === 'neighbor') {
      const { on } = expectation;
      tasks.set(`neighbors ${on}`, async () => neighbors.set(on, await readNeighbors(engine.shell(on), signal)));
    }
    if (expectation.kind === 'request') {
      const key = requestKey(expectation);
      tasks.set(key, async () => requests.set(key, await askService(design, engine, expectation, signal)));
    }
  }
  await runSideBySide([...tasks.values()]);
  return { neighbors, requests };
}

/** Milliseconds after which a kernel that has sent its share of ICMP errors sends one again (net.ipv4.icmp_ratelimit). */
const rateLimit = 1_000;

/** A traceroute that arrived past a silent machine is asked again: kernels answer one address only so often (RFC 1812 4.3.2.8). */
async function traceWhole(shell: Shell, to: string, signal: AbortSignal): Promise<TraceResult> {
  const first = await traceroute(shell, to, signal);
  if (first.hops.at(-1)?.address !== to || first.hops.every(({ address }) => address !== undefined)) return first;
  await sleep(rateLimit, undefined, { signal }).catch(() => throwIfAborted(signal));
  return traceroute(shell, to, signal);
}

/** Every probe once, though a line of `expect:` may ask for what is implied. Only what is reached is traced. */
function probesOf(design: Design, journeys: readonly Journey[]): readonly Probe[] {
  const probes = new Map<string, Probe>();
  for (const journey of journeys) {
    const key = probeKey(journey);
    const address = referencedAddress(design, journey.to, journey.family) ?? journey.to;
    const pathMtu = journey.isReached ? journey.pathMtu : undefined;
    const isSilent = journey.hops.some((names) => names.includes(silence));
    probes.set(key, { key, from: journey.from, address, isTraced: journey.isReached, isSilent, pathMtu, count: 1 });
  }
  for (const expectation of design.expect) {
    if (expectation.kind !== 'ping' && expectation.kind !== 'path') continue;
    const key = probeKey(expectation);
    const from = findMachine(design, expectation.from)?.name;
    const address = referencedAddress(design, expectation.to, expectation.family);
    if (from === undefined || address === undefined) continue;
    const known = probes.get(key);
    const isTraced = known?.isTraced === true || expectation.kind === 'path';
    const count = Math.max(known?.count ?? 1, expectation.kind === 'ping' ? (expectation.count ?? 1) : 1);
    const { isSilent = false, pathMtu } = known ?? {};
    probes.set(key, { key, from, address, isTraced, isSilent, pathMtu, count });
  }
  return [...probes.values()];
}

/**
 * Sends an echo for each probe while every node of a pod listens at its uplink; each probe knows its own by its payload. An echo
 * that is seen plain or wrapped proves that the filter catches it, so what is not seen was not there.
 */
async function listenToPings(
  design: Design,
  engine: Looker,
  probes: readonly Probe[],
  signal: AbortSignal,
): Promise<Pick<Evidence, 'pings' | 'wrappings'>> {
  const pings = new Map<string, PingResult>();
  const patterns = new Map(probes.map(({ key }) => [key, randomBytes(8).toString('hex')]));
  const { caught } = await listenWhile(engine, uplinksOf(design, probes), signal, () =>
    runSideBySide(
      probes.map(({ key, from, address: to, count }) => async () => {
        const options = { to, count, interval: pace / 1000, waitSeconds: 1, pattern: patterns.get(key), signal };
        pings.set(key, await ping(engine.shell(from), options));
      }),
    ),
  );
  const wrappings = new Map<string, readonly Wrapping[]>();
  for (const [key, pattern] of patterns) {
    const files = caught.map(({ pcap }, place) => ({ name: String(place), pcap }));
    const { sightings } = followPackets(files, carries(Buffer.from(pattern, 'hex')));
    wrappings.set(key, [...new Set(sightings.flat().map(({ wrapping }) => wrapping))].toSorted());
  }
  return { pings, wrappings };
}

/** The uplinks of the nodes that probed pods are on. */
function uplinksOf(design: Design, probes: readonly Probe[]): readonly ListeningPoint[] {
  const ends = new Set(probes.flatMap(({ from, address }) => [from, address]));
  const pods = design.pods.filter(
    ({ name, addresses }) => ends.has(name) || addresses.some(({ address }) => ends.has(address)),
  );
  const nodes = new Set([...pods.map(({ node }) => node), ...ends]);
  return design.nodes
    .filter(({ name }) => nodes.has(name))
    .flatMap(({ name, addresses }) =>
      [
        ...new Set(addresses.flatMap(({ uplink, otherWays = [] }) => [uplink, ...otherWays.map((way) => way.uplink)])),
      ].map((uplink) => ({ machine: name, interface: uplink })),
    );
}

async function runSideBySide(tasks: readonly (() => Promise<unknown>)[]): Promise<void> {
  const waiting = tasks.values();
  const work = async (): Promise<void> => {
    for (const task of waiting) await task();
  };
  await Promise.all(Array.from({ length: atOnce }, work));
}
