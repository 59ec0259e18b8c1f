// Owns walking an echo through a live lab: at each machine the questions its kernel answers, until it arrives or dies.

import type { Family } from '../base/address.ts';
import { familyOf } from '../base/address.ts';
import { loopback } from '../design/interfaces.ts';
import type { Asked } from '../host/asked.ts';
import type { Port } from '../host/port.ts';
import type { RouteAnswer, RouteHop } from '../host/route-get.ts';
import { askedOf, ruleFor } from '../host/source-nat.ts';
import type { Lookups } from './lookups.ts';
import type { DeadEnd, IpHeader, Packet, Step, Walk, Wrapper } from './walk.ts';
import { sourceBack, toEndpoint } from './walk-service.ts';
import { crossWire } from './walk-wire.ts';

/** Where an echo is: on a machine, come in by a device, or its own. */
interface Place {
  readonly machine: string;
  readonly by: string | undefined;
  readonly packet: Packet;
}

/** Sources that were translated on the way there: machine and new source, to the old one. */
export type Translations = Map<string, string>;

/** Machines an echo may pass before the walk is given up; a TTL of 64 ends it earlier unless tunnels renew it. */
const limit = 255;

/** Walks one echo from a machine. `translations` is filled on the way there and undone on the way back. */
export async function walkPacket(
  lookups: Lookups,
  from: string,
  packet: Packet,
  translations: Translations,
): Promise<Walk> {
  const steps: Step[] = [];
  const seen: string[] = [];
  let place: Place = { machine: from, by: undefined, packet };
  for (let count = 0; count < limit; count++) {
    const outer = place.packet.wrapper?.ip;
    const key = [place.machine, place.by, place.packet.ip.destination, outer?.destination].join(' ');
    const isSame = seen.indexOf(key);
    if (isSame >= 0) {
      const machines = [...new Set(seen.slice(isSame).map((one) => one.slice(0, one.indexOf(' '))))];
      const address = (outer ?? place.packet.ip).destination;
      steps.push({ kind: 'dead', machine: place.machine, asked: [], end: { reason: 'loop', address, machines } });
      break;
    }
    seen.push(key);
    const next = await passMachine(lookups, place, steps, translations);
    if (next === undefined) break;
    place = next;
  }
  const last = steps.at(-1);
  const arrived = last?.kind === 'arrived' ? place.packet.ip : undefined;
  return { packet, from, arrivedAt: arrived === undefined ? undefined : place.machine, arrived, steps };
}

/** One machine's part. Undefined where the packet ends: the last step says how. */
async function passMachine(
  lookups: Lookups,
  place: Place,
  steps: Step[],
  translations: Translations,
): Promise<Place | undefined> {
  const { machine, by } = place;
  const dead = (end: DeadEnd, asked: Step['asked'] = []): undefined => {
    steps.push({ kind: 'dead', machine, asked, end });
  };
  const back = translatedBack(place, steps, translations);
  const packet = await toEndpoint(lookups, machine, back, steps, translations);
  const header = packet.wrapper?.ip ?? packet.ip;
  const address = header.destination;
  const answer = await lookups.route(machine, { to: address, from: header.source, by });
  if (answer.outcome === 'taken' && by !== undefined) await addReversePath(lookups, place, header, steps);
  if (answer.outcome === 'refused') {
    const { end, asked } = await whyRefused(lookups, place, header, answer);
    return dead(end, asked);
  }
  const { entry, way } = answer;
  if (entry === undefined || way === undefined) {
    return dead({ reason: 'no-route', address, said: answer.said ?? '' }, [answer.asked]);
  }
  if (way.type === 'local') {
    if (packet.wrapper !== undefined) return unwrap(lookups, { ...place, packet }, packet.wrapper, answer.asked, steps);
    steps.push({ kind: 'arrived', machine, asked: [answer.asked], address, ttl: header.ttl });
    return undefined;
  }
  const isKnown = entry.hops.length < 2 || (await hashIsKnown(lookups, machine, packet));
  const left = isKnown ? [] : lookups.seenLeaving(machine, packet.echo);
  const seen = entry.hops.filter(({ dev }) => left.includes(dev));
  const hop = seen.length === 1 ? seen[0] : way.hops[0];
  if (hop === undefined) return dead({ reason: 'no-route', address, said: answer.asked.answer }, [answer.asked]);
  if (by !== undefined && header.ttl <= 1) return dead({ reason: 'ttl', address }, [answer.asked]);
  const ttl = by === undefined ? header.ttl : header.ttl - 1;
  const isOuter = packet.wrapper !== undefined;
  const isCertain = isKnown || seen.length === 1;
  const asked = [answer.asked];
  steps.push({ kind: 'route', machine, asked, address, isOuter, ttl: [header.ttl, ttl], entry, hop, isCertain });
  const ports = await lookups.ports(machine);
  const sent = await translated(lookups, machine, withTtl(packet, ttl), hop, ports, steps, translations);
  const tunnel = ports.find((port) => port.name === hop.dev)?.tunnel;
  if (tunnel !== undefined) return wrap(lookups, { machine, by, packet: sent }, hop, ports, steps);
  return crossWire(lookups, machine, sent, hop, ports, steps);
}

function withTtl(packet: Packet, ttl: number): Packet {
  if (packet.wrapper === undefined) return { ...packet, ip: { ...packet.ip, ttl } };
  return { ...packet, wrapper: { ...packet.wrapper, ip: { ...packet.wrapper.ip, ttl } } };
}

async function addReversePath(lookups: Lookups, place: Place, header: IpHeader, steps: Step[]): Promise<void> {
  const { machine, by } = place;
  if (by === undefined || familyOf(header.source) === 6) return;
  const { value: mode, asked } = await reversePathMode(lookups, machine, by);
  if (mode === 0) return;
  const back = await lookups.route(machine, { to: header.source });
  const address = header.source;
  steps.push({ kind: 'reverse-path', machine, asked: [asked, back.asked], address, dev: by, mode });
}

/** The stricter of the interface's setting and that for all (Linux, ip-sysctl: rp_filter). */
async function reversePathMode(
  lookups: Lookups,
  machine: string,
  dev: string,
): Promise<{ value: number; asked: Asked }> {
  const paths = ['all', dev].map((name) => `ipv4/conf/${name}/rp_filter`);
  const [all, own] = await Promise.all(paths.map((path) => lookups.setting(machine, path)));
  const stricter = (all?.value ?? 0) > (own?.value ?? 0) ? all! : own!;
  return { value: stricter.value ?? 0, asked: stricter.asked };
}

/**
 * Whether the kernel's answer for the addresses alone is the one for the packet (Linux, ip-sysctl:
 * fib_multipath_hash_policy). Policy 0 hashes the addresses, with IPv6 the flow label too; policy 1 also ports, which an echo
 * has none of, of a connection one is not known before, and VXLAN's UDP header has one made from the inner packet; policies 2
 * and 3 may look inside.
 */
async function hashIsKnown(lookups: Lookups, machine: string, packet: Packet): Promise<boolean> {
  const family = familyOf((packet.wrapper?.ip ?? packet.ip).destination);
  const { value } = await lookups.setting(machine, `ipv${family}/fib_multipath_hash_policy`);
  return value === 1 ? packet.wrapper?.kind !== 'vxlan' && packet.port === undefined : value === 0 && family === 4;
}

/** A kernel gives one word for many reasons; the state of the machine tells which it was. */
async function whyRefused(
  lookups: Lookups,
  place: Place,
  { destination: address, source }: IpHeader,
  { entry, asked, said = '' }: RouteAnswer,
): Promise<{ readonly end: DeadEnd; readonly asked: Step['asked'] }> {
  const { machine, by } = place;
  if (entry !== undefined && entry.type !== 'unicast' && entry.type !== 'local') {
    return { end: { reason: 'refused-by-route', address, type: entry.type, prefix: entry.prefix }, asked: [asked] };
  }
  const noRoute = { end: { reason: 'no-route', address, said }, asked: [asked] } as const;
  if (entry === undefined || by === undefined) return noRoute;
  const family = familyOf(address);
  const forwarding = await lookups.setting(machine, `ipv${family}/conf/${by}/forwarding`);
  if (forwarding.value === 0) {
    return { end: { reason: 'not-forwarding', address, dev: by }, asked: [asked, forwarding.asked] };
  }
  const mode = family === 4 ? await reversePathMode(lookups, machine, by) : undefined;
  if (mode === undefined || mode.value === 0) return noRoute;
  const back = await lookups.route(machine, { to: source });
  if (back.entry?.hops.some((hop) => hop.dev === by) === true) return noRoute;
  const end = { reason: 'reverse-path', address: source, dev: by, back: back.asked.answer } as const;
  return { end, asked: [mode.asked, back.asked] };
}

/** The first rule that takes the packet gives it another source; the answer to that is given back the old one. */
async function translated(
  lookups: Lookups,
  machine: string,
  packet: Packet,
  hop: RouteHop,
  ports: readonly Port[],
  steps: Step[],
  translations: Translations,
): Promise<Packet> {
  const header = packet.wrapper?.ip ?? packet.ip;
  // What was translated at its first machine is not looked at again; an answer belongs to a known connection.
  if (packet.wrapper !== undefined) return packet;
  if (packet.echo === 'reply') return sourceBack(machine, packet, steps, translations);
  const devAddresses = new Set(ports.find((port) => port.name === hop.dev)?.addresses);
  const rule = ruleFor(await lookups.sourceNat(machine), {
    ...header,
    isMarked: packet.isMarked === true,
    dev: hop.dev,
    devAddresses,
    ownAddresses: new Set(ports.flatMap((port) => port.addresses)),
  });
  if (rule === undefined) return packet;
  const version: Family = familyOf(header.destination);
  // A pod's veth has no address: then it is the machine's first (Linux, inet_select_addr).
  const own = [...devAddresses, ...ports.flatMap(({ name, addresses }) => (name === loopback ? [] : addresses))].filter(
    (address) => familyOf(address) === version,
  );
  const to = /\bsnat to (\S+)/.exec(rule.text)?.[1] ?? own[0];
  if (to === undefined || to === header.source) return packet;
  steps.push({ kind: 'translated', machine, asked: [askedOf(rule)], from: header.source, to });
  translations.set(`${machine} ${to}`, header.source);
  return { ...packet, isMarked: false, ip: { ...packet.ip, source: to } };
}

function translatedBack(place: Place, steps: Step[], translations: Translations): Packet {
  const { machine, packet } = place;
  const from = packet.ip.destination;
  const to = translations.get(`${machine} ${from}`);
  if (packet.echo !== 'reply' || packet.wrapper !== undefined || to === undefined) return packet;
  steps.push({ kind: 'translated-back', machine, asked: [], from, to });
  return { ...packet, ip: { ...packet.ip, destination: to } };
}

/** Into a tunnel: VXLAN asks for the MAC behind the next hop and where that MAC is; IPIP sends to the next hop itself. */
async function wrap(
  lookups: Lookups,
  place: Place,
  hop: RouteHop,
  ports: readonly Port[],
  steps: Step[],
): Promise<Place | undefined> {
  const { machine, packet } = place;
  const device = ports.find((port) => port.name === hop.dev);
  const address = hop.via ?? packet.ip.destination;
  const dead = (end: DeadEnd, asked: Step['asked']): undefined => {
    steps.push({ kind: 'dead', machine, asked, end });
  };
  const sendFrom = async (to: string, local: string | undefined): Promise<string> =>
    local ?? (await lookups.route(machine, { to })).way?.source ?? '';
  let wrapper: Wrapper;
  let asked: Step['asked'];
  if (device?.tunnel?.kind === 'vxlan') {
    const { tunnel } = device;
    const { neighbor, asked: askedNeighbor } = await lookups.neighbor(machine, address, hop.dev);
    const mac = neighbor?.mac;
    if (mac === undefined) {
      const state = neighbor?.state ?? 'none';
      return dead({ reason: 'no-neighbor', address, dev: hop.dev, state }, [askedNeighbor]);
    }
    const { entry, asked: askedEnd } = await lookups.tunnelEnd(machine, mac, hop.dev);
    asked = [askedNeighbor, askedEnd];
    if (entry?.tunnelEnd === undefined) return dead({ reason: 'no-tunnel-end', mac, dev: hop.dev }, asked);
    const source = await sendFrom(entry.tunnelEnd, tunnel.local);
    const ttl = tunnel.ttl || (await startTtl(lookups, machine, familyOf(entry.tunnelEnd)));
    const ip = { source, destination: entry.tunnelEnd, ttl };
    const ethernet = { source: device.mac, destination: mac };
    wrapper = { kind: 'vxlan', ip, port: tunnel.port, vni: tunnel.vni, ethernet };
  } else {
    const source = await sendFrom(address, device?.tunnel?.local);
    const ttl = device?.tunnel?.ttl || packet.ip.ttl;
    wrapper = { kind: 'ipip', ip: { source, destination: address, ttl } };
    asked = [];
  }
  steps.push({ kind: 'wrapped', machine, asked, dev: hop.dev, address, wrapper });
  return { machine, by: undefined, packet: { ...packet, wrapper } };
}

/** Out of a tunnel: the device with the same number takes the packet, if the MAC inside is its own. */
async function unwrap(
  lookups: Lookups,
  place: Place,
  wrapper: Wrapper,
  local: Asked,
  steps: Step[],
): Promise<Place | undefined> {
  const { machine } = place;
  const device = (await lookups.ports(machine)).find(({ tunnel, isUp }) => {
    if (!isUp || tunnel?.kind !== wrapper.kind) return false;
    // A dual-stack node has two VXLAN devices of one number, one for each family.
    const family = familyOf(wrapper.ip.destination);
    if (tunnel.local !== undefined && familyOf(tunnel.local) !== family) return false;
    return (
      wrapper.kind === 'ipip' || (tunnel.kind === 'vxlan' && tunnel.vni === wrapper.vni && tunnel.port === wrapper.port)
    );
  });
  if (device === undefined) {
    const end: DeadEnd = { reason: 'no-tunnel', address: wrapper.ip.destination };
    steps.push({ kind: 'dead', machine, asked: [local], end });
    return undefined;
  }
  if (wrapper.kind === 'vxlan' && wrapper.ethernet.destination !== device.mac) {
    const end: DeadEnd = { reason: 'other-mac', mac: wrapper.ethernet.destination, dev: device.name };
    steps.push({ kind: 'dead', machine, asked: [local], end });
    return undefined;
  }
  const packet = { ...place.packet, wrapper: undefined };
  steps.push({ kind: 'unwrapped', machine, asked: [local], dev: device.name, packet, wrapper });
  return { machine, by: device.name, packet };
}

/** The TTL a machine gives what it sends. */
export async function startTtl(lookups: Lookups, machine: string, family: Family): Promise<number> {
  const path = family === 6 ? 'ipv6/conf/all/hop_limit' : 'ipv4/ip_default_ttl';
  return (await lookups.setting(machine, path)).value ?? 64;
}
