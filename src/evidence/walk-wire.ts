// Owns a frame's way from one machine's port to the next machine's: the neighbor entry, switches, and who takes it.

import type { Port } from '../host/port.ts';
import type { RouteHop } from '../host/route-get.ts';
import type { Lookups, WireEnd } from './lookups.ts';
import type { DeadEnd, Packet, ProxyAnswer, Step } from './walk.ts';

/** Where a frame was taken in. */
interface Landed {
  readonly machine: string;
  readonly by: string;
  readonly packet: Packet;
}

/** Resolves the next hop, and follows the frame over switches to the port that takes it. Undefined: it ends, and a step says how. */
export async function crossWire(
  lookups: Lookups,
  machine: string,
  packet: Packet,
  hop: RouteHop,
  ports: readonly Port[],
  steps: Step[],
): Promise<Landed | undefined> {
  const { dev } = hop;
  const address = hop.via ?? (packet.wrapper?.ip ?? packet.ip).destination;
  const { neighbor, asked } = await lookups.neighbor(machine, address, dev);
  const { mac, state } = neighbor ?? { mac: undefined, state: 'none' };
  const dead = (at: string, end: DeadEnd, questions: Step['asked'] = []): undefined => {
    steps.push({ kind: 'dead', machine: at, asked: questions, end });
  };
  if (mac === undefined || state === 'FAILED') {
    return dead(machine, { reason: 'no-neighbor', address, dev, state }, [asked]);
  }
  const frame = { ethernet: { source: ports.find((port) => port.name === dev)?.mac, destination: mac }, packet };
  const over: Step[] = [];
  const end = await overSwitches(lookups, lookups.otherEnd(machine, dev), mac, over);
  const owner = end?.machine ?? '';
  const proxy = end === undefined ? undefined : await proxyOf(lookups, end, address);
  steps.push({ kind: 'neighbor', machine, asked: [asked], address, dev, mac, state, owner, proxy, frame });
  steps.push(...over);
  if (over.at(-1)?.kind === 'dead') return undefined;
  if (end === undefined) return dead(machine, { reason: 'no-wire', dev });
  const taker = (await lookups.ports(end.machine)).find((port) => port.name === end.interface);
  if (taker?.mac !== mac) return dead(end.machine, { reason: 'other-mac', mac, dev: end.interface });
  return { machine: end.machine, by: end.interface, packet };
}

/** Follows a MAC through the bridges of switches, to a machine's port or a bridge that has the MAC itself. */
async function overSwitches(
  lookups: Lookups,
  first: WireEnd | undefined,
  mac: string,
  steps: Step[],
): Promise<WireEnd | undefined> {
  let end = first;
  for (let count = 0; end !== undefined && count < 16; count++) {
    const { machine } = end;
    const bridge = lookups.bridgeOf(machine, end.interface);
    if (bridge === undefined) return end;
    const around = lookups.endsAround(machine, bridge);
    if (around !== undefined) return acrossClosed(lookups, { machine, bridge, mac, around }, steps);
    if ((await lookups.ports(machine)).some((port) => port.name === bridge && port.mac === mac)) {
      return { machine, interface: bridge };
    }
    const { entry, asked } = await lookups.bridgePort(machine, mac, bridge);
    const next = entry === undefined ? undefined : lookups.otherEnd(machine, entry.dev);
    if (entry === undefined || next === undefined) {
      steps.push({ kind: 'dead', machine, asked: [asked], end: { reason: 'not-learned', mac, bridge } });
      return undefined;
    }
    steps.push({ kind: 'switch', machine, asked: [asked], bridge, mac, port: entry.dev, to: next.machine });
    end = next;
  }
  return end;
}

/** Over a switch that cannot be asked: to the one of its neighbors whose port has the MAC. */
async function acrossClosed(
  lookups: Lookups,
  { machine, bridge, mac, around }: { machine: string; bridge: string; mac: string; around: readonly WireEnd[] },
  steps: Step[],
): Promise<WireEnd | undefined> {
  for (const end of around) {
    const port = (await lookups.ports(end.machine)).find(({ name }) => name === end.interface);
    if (port?.mac !== mac) continue;
    steps.push({ kind: 'switch', machine, asked: [], bridge, mac, port: undefined, to: end.machine });
    return end;
  }
  steps.push({ kind: 'dead', machine, asked: [], end: { reason: 'not-learned', mac, bridge } });
  return undefined;
}

/** Who answers for an address that is none of its own: proxy ARP (RFC 1027) needs the setting and a route to the address. */
async function proxyOf(lookups: Lookups, end: WireEnd, address: string): Promise<ProxyAnswer | undefined> {
  const port = (await lookups.ports(end.machine)).find((candidate) => candidate.name === end.interface);
  if (port?.mac === undefined || port.addresses.includes(address) || address.includes(':')) return undefined;
  const [setting, route] = await Promise.all([
    lookups.setting(end.machine, `ipv4/conf/${end.interface}/proxy_arp`),
    lookups.route(end.machine, { to: address }),
  ]);
  if (setting.value !== 1) return undefined;
  return { machine: end.machine, dev: end.interface, mac: port.mac, asked: [setting.asked, route.asked] };
}
