// Owns why a packet was lost: the ICMP error that says so, else what the machine where it was last seen would do with it.

import { addressBookOf, shownName } from '../design/address-book.ts';
import type { Design } from '../design/design.ts';
import { readLinks } from '../host/link.ts';
import { askNeighbor } from '../host/neighbor.ts';
import { readPorts } from '../host/port.ts';
import { askRoute, type RouteAnswer } from '../host/route-get.ts';
import { readServiceChains, serviceDropOf } from '../host/service-nat.ts';
import type { Engine } from '../plan/engine.ts';
import type { CaptureEvidence, CaptureLine } from './capture.ts';
import type { CapturedPath } from './captured-path.ts';

type Looker = Pick<Engine, 'shell'>;

/** The likely reason in one sentence; undefined when nothing was lost or nothing of the live state tells. */
export async function whyLost(
  design: Design,
  engine: Looker,
  evidence: CaptureEvidence,
  path: CapturedPath,
  signal: AbortSignal,
): Promise<string | undefined> {
  if (path.outcome === 'found') return undefined;
  const told = toldBy(design, evidence);
  if (told !== undefined) return told;
  const { lastSeen } = path;
  if (lastSeen === undefined) return atSource(design, engine, evidence, signal);
  const end = lastSeen.packet.kind === 'request' ? evidence.to.machine : evidence.from.machine;
  if (lastSeen.direction === 'out') return onWire(design, engine, lastSeen, signal);
  if (lastSeen.point.machine === end) return `it reached ${shownName(design, end)}, which answered nothing`;
  return (
    (await droppedByService(design, engine, evidence, lastSeen, signal)) ?? inMachine(design, engine, lastSeen, signal)
  );
}

/** `spine0 (10.1.10.2) says fragmentation needed, next hop MTU 1400`; and where that was lost when its sender never heard it. */
function toldBy(design: Design, { from, to, lines }: CaptureEvidence): string | undefined {
  const error = lines.find(({ packet }) => packet.kind === 'error')?.packet;
  if (error === undefined) return undefined;
  const last = lines.findLast(({ packet }) => packet.packet === error.packet)?.point;
  const isLost = last !== undefined && ![from.machine, to.machine, ...(to.also ?? [])].includes(last.machine);
  const lost = isLost ? `; nobody heard it: that was last seen at ${last.name}` : '';
  const machine = addressBookOf(design).get(error.source)?.machine;
  const who = machine === undefined ? error.source : `${shownName(design, machine)} (${error.source})`;
  return `${who} says ${error.what}${lost}`;
}

/** Nothing left: what the sender's own routes say. */
async function atSource(
  design: Design,
  engine: Looker,
  { from, to }: CaptureEvidence,
  signal: AbortSignal,
): Promise<string | undefined> {
  const answer = await askRoute(engine.shell(from.machine), { to: to.address }, signal);
  return afterRoute(engine, from.machine, shownName(design, from.machine), to.address, answer, undefined, signal);
}

/** A node without an endpoint of a service whose externalTrafficPolicy is Local. */
async function droppedByService(
  design: Design,
  engine: Looker,
  { probe }: CaptureEvidence,
  { point, packet }: CaptureLine,
  signal: AbortSignal,
): Promise<string | undefined> {
  if (packet.kind !== 'request' || probe.kind === 'none' || probe.kind === 'echo') return undefined;
  const shell = engine.shell(point.machine);
  const chains = await readServiceChains(shell, signal);
  if (chains.size === 0) return undefined;
  const ownAddresses = new Set((await readPorts(shell, signal)).flatMap(({ addresses }) => addresses));
  const rule = serviceDropOf(chains, { ...packet, port: probe.port, ownAddresses });
  return (
    rule && `${shownName(design, point.machine)} has no endpoint of the service, and drops it by its rule: ${rule}`
  );
}

/** It came into a machine and left by no interface. */
async function inMachine(
  design: Design,
  engine: Looker,
  { point, packet }: CaptureLine,
  signal: AbortSignal,
): Promise<string | undefined> {
  const name = shownName(design, point.machine);
  if (packet.outer === undefined && packet.ttl <= 1) return `its TTL ran out at ${name}`;
  const shell = engine.shell(point.machine);
  const outer = packet.outer;
  if (outer !== undefined) {
    const around = { to: outer.destination, from: outer.source, by: point.interface };
    const answer = await askRoute(shell, around, signal);
    if (answer.way?.type !== 'local')
      return afterRoute(engine, point.machine, name, outer.destination, answer, packet.length, signal);
  }
  const inner = outer === undefined ? { from: packet.source, by: point.interface } : {};
  const answer = await askRoute(shell, { to: packet.destination, ...inner }, signal);
  return afterRoute(engine, point.machine, name, packet.destination, answer, packet.length, signal);
}

/** What a machine does with a packet for which its kernel gives this answer. */
async function afterRoute(
  engine: Looker,
  machine: string,
  name: string,
  to: string,
  answer: RouteAnswer,
  length: number | undefined,
  signal: AbortSignal,
): Promise<string | undefined> {
  if (answer.outcome === 'refused') return `${name} ${refusalText(answer, to)}`;
  const [hop] = answer.way?.hops ?? [];
  if (hop === undefined || answer.way?.type === 'local') return undefined;
  const { dev, via } = hop;
  const shell = engine.shell(machine);
  const link = (await readLinks(shell, signal)).find((one) => one.name === dev);
  const by = via === undefined ? `by ${dev}` : `by ${via} on ${dev}`;
  if (link !== undefined && !link.isUp) return `${name} routes ${to} ${by}, and ${dev} is down`;
  if (link !== undefined && length !== undefined && length > link.mtu)
    return `${name} routes ${to} ${by}, whose MTU is ${link.mtu}; the packet has ${length} bytes`;
  const next = via ?? to;
  const { neighbor } = await askNeighbor(shell, next, dev, signal);
  if (neighbor?.state === 'FAILED' || neighbor?.state === 'INCOMPLETE')
    return `${name} routes ${to} ${by}, and ${next} answers no ARP or neighbor discovery there (${neighbor.state})`;
  return undefined;
}

/** `has no route to …`, `drops it by its route blackhole …`, `drops it by its source address (rp_filter)`. */
function refusalText({ said = '', entry }: RouteAnswer, to: string): string {
  // The kernel looks the destination up first: its blackhole is EINVAL, as a blackhole on the way back to the source is.
  if (entry !== undefined && entry.type !== 'unicast') return `has the route ${entry.type} ${entry.prefix} for ${to}`;
  // EXDEV is what fib_validate_source gives for a packet that came in where its source is not reached (RFC 3704).
  if (/cross-device link/i.test(said)) return `drops it by its source address (rp_filter), on the way to ${to}`;
  // EINVAL: the way back to the source is a blackhole or the like, which makes the source a martian one.
  if (/invalid argument/i.test(said)) return `drops it by its source address (no way back to it), on the way to ${to}`;
  return entry === undefined ? `has no route to ${to}` : `refuses to route to ${to}: ${said}`;
}

/** It left by an interface and did not come in at the next hop's. */
async function onWire(
  design: Design,
  engine: Looker,
  { point, packet }: CaptureLine,
  signal: AbortSignal,
): Promise<string | undefined> {
  const to = packet.outer?.destination ?? packet.destination;
  const answer = await askRoute(engine.shell(point.machine), { to }, signal);
  // Of equal paths the one by which it left; a failure may have taken that away since.
  const hop = answer.entry?.hops.find(({ dev }) => dev === point.interface);
  const [now] = answer.way?.hops ?? [];
  if (hop === undefined && now !== undefined)
    return `lost on the wire behind ${point.name}; that route is gone since, and ${answer.entry?.prefix} leads out of ${now.dev}`;
  const end = addressBookOf(design).get(hop?.via ?? to);
  // A switch with an address stands for Docker's bridge; on kind that is this machine's own, which no lab enters.
  if (end === undefined || design.switches.some(({ name }) => name === end.machine)) {
    const entry = answer.entry === undefined ? 'a route' : `its route ${answer.entry.prefix}`;
    return `it left the lab by ${point.name}, where ${entry} leads: nobody there knows ${to}`;
  }
  if (end.machine !== point.machine) {
    const link = (await readLinks(engine.shell(end.machine), signal)).find(({ name }) => name === end.interface);
    const name = `${shownName(design, end.machine)}:${end.interface}`;
    if (link === undefined) return `lost on the wire: ${name} is not there`;
    if (!link.isUp) return `lost on the wire: ${name} is down`;
    if (packet.length > link.mtu + vlanTag)
      return `lost on the wire: ${name} takes ${link.mtu} bytes and the packet has ${packet.length}; nobody says so (a black hole, RFC 2923)`;
  }
  return undefined;
}

/** Linux takes frames that are a VLAN tag longer than the MTU. */
const vlanTag = 4;
