// Owns gathering what a lab's checks ask for: tables, interfaces, pings, traceroutes and wrappings, side by side.

import { type Design, findMachine } from '../design/design.ts';
import { packetKey, probeKey, referencedAddress, requestKey } from '../design/reference.ts';
import { type BgpNeighbor, readNeighbors } from '../host/bgp-neighbor.ts';
import type { Answer } from '../host/http-request.ts';
import { type LinkState, readLinks } from '../host/link.ts';
import { type PingResult, ping } from '../host/ping.ts';
import { type TraceResult, traceroute } from '../host/traceroute.ts';
import type { Engine } from '../plan/engine.ts';
import type { Tables } from '../plan/observed.ts';
import { capturePing } from './capture.ts';
import type { Wrapping } from './echo.ts';
import { type PacketProbe, type PacketRequest, probePacket } from './packet.ts';
import { pointsBetween } from './points.ts';
import { askService } from './request.ts';

/** Everything the checks judge. Probes are keyed by `probeKey`, interfaces and neighbors by full machine name. */
export interface Evidence {
  readonly tables: Tables;
  readonly links: ReadonlyMap<string, readonly LinkState[]>;
  readonly neighbors: ReadonlyMap<string, readonly BgpNeighbor[]>;
  readonly pings: ReadonlyMap<string, PingResult>;
  /** By `packetKey`. */
  readonly packets: ReadonlyMap<string, PacketProbe>;
  /** By `requestKey`. */
  readonly requests: ReadonlyMap<string, readonly Answer[]>;
  readonly traces: ReadonlyMap<string, TraceResult>;
  /** How the echoes were wrapped on the nodes' uplinks; empty when none was seen there. */
  readonly wrappings: ReadonlyMap<string, readonly Wrapping[]>;
}

/** What of an engine is needed to look. */
export type Looker = Pick<Engine, 'look' | 'shell' | 'tap'>;

type Expectation = Design['expect'][number];

/** Probes at one time: enough to keep two processors busy, few enough to leave the lab its own. */
const atOnce = 6;

/** Looks at the lab once. What the lab does not ask for is not looked at, except the tables. */
export async function gatherEvidence(design: Design, engine: Looker, signal: AbortSignal): Promise<Evidence> {
  const links = new Map<string, readonly LinkState[]>();
  const neighbors = new Map<string, readonly BgpNeighbor[]>();
  const pings = new Map<string, PingResult>();
  const packets = new Map<string, PacketProbe>();
  const sizes = new Map<string, PacketRequest>();
  const requests = new Map<string, readonly Answer[]>();
  const traces = new Map<string, TraceResult>();
  const wrappings = new Map<string, readonly Wrapping[]>();
  const tasks = new Map<string, () => Promise<unknown>>();
  const need = (key: string, task: () => Promise<unknown>): void => {
    if (!tasks.has(key)) tasks.set(key, task);
  };
  for (const expectation of design.expect) {
    if (expectation.kind === 'mtu') {
      const machine = findMachine(design, expectation.on)?.name;
      if (machine === undefined) continue;
      need(`link ${machine}`, async () => links.set(machine, await readLinks(engine.shell(machine), signal)));
    }
    if (expectation.kind === 'neighbor') {
      const { on } = expectation;
      need(`neighbors ${on}`, async () => neighbors.set(on, await readNeighbors(engine.shell(on), signal)));
    }
    if (expectation.kind === 'packet') {
      sizes.set(packetKey(expectation), expectation);
      need('packets', async () => {
        for (const [key, one] of sizes) packets.set(key, await probePacket(design, engine, one, signal));
      });
    }
    if (expectation.kind === 'request') {
      const key = requestKey(expectation);
      need(`request ${key}`, async () => requests.set(key, await askService(design, engine, expectation, signal)));
    }
    if (expectation.kind !== 'ping' && expectation.kind !== 'path') continue;
    const key = probeKey(expectation);
    const from = findMachine(design, expectation.from);
    const to = referencedAddress(design, expectation.to, expectation.family);
    if (from === undefined || to === undefined) continue;
    const shell = engine.shell(from.name);
    if (expectation.kind === 'ping' || expectation.ttl !== undefined || expectation.encapsulation !== undefined) {
      need(`ping ${key}`, async () => pings.set(key, await ping(shell, { to, waitSeconds: 1, signal })));
    }
    if (expectation.kind === 'path') {
      need(`trace ${key}`, async () => traces.set(key, await traceroute(shell, to, signal)));
      if (expectation.encapsulation === undefined) continue;
      need(`wrapping ${key}`, async () => wrappings.set(key, await seeWrappings(design, engine, expectation, signal)));
    }
  }
  const [tables] = await Promise.all([engine.look(design), runSideBySide([...tasks.values()])]);
  return { tables, links, neighbors, pings, packets, requests, traces, wrappings };
}

/** Sends one echo and listens at the nodes' uplinks. */
async function seeWrappings(
  design: Design,
  engine: Looker,
  expectation: Extract<Expectation, { kind: 'path' }>,
  signal: AbortSignal,
): Promise<readonly Wrapping[]> {
  const { family } = expectation;
  const from = findMachine(design, expectation.from);
  const to = findMachine(design, expectation.to);
  if (from === undefined || to === undefined) return [];
  const uplinks = new Set(design.nodes.flatMap((node) => node.addresses.map(({ uplink }) => `${node.name} ${uplink}`)));
  const points = pointsBetween(design, from, to, family).filter((point) =>
    uplinks.has(`${point.machine} ${point.interface}`),
  );
  const { lines } = await capturePing(engine, { design, from, to, family, points, count: 1, signal });
  return [...new Set(lines.map((line) => line.echo.wrapping))].sort();
}

async function runSideBySide(tasks: readonly (() => Promise<unknown>)[]): Promise<void> {
  const waiting = [...tasks];
  const work = async (): Promise<void> => {
    for (let task = waiting.shift(); task !== undefined; task = waiting.shift()) await task();
  };
  await Promise.all(Array.from({ length: atOnce }, work));
}
