// Owns what a walk meets of services: the first node on the way sends a connection to an endpoint, and its answers come back as the service's.

import { type ServiceNat, serviceNatOf } from '../host/service-nat.ts';
import type { Lookups } from './lookups.ts';
import type { Packet, Step } from './walk.ts';

/** A connection to a service goes on to an endpoint where the machine's rules say so; everything else as it is. */
export async function toEndpoint(
  lookups: Lookups,
  machine: string,
  packet: Packet,
  steps: Step[],
  translations: Map<string, string>,
): Promise<Packet> {
  const { port, ip, wrapper, echo } = packet;
  if (port === undefined || wrapper !== undefined || echo === 'reply') return packet;
  const chains = await lookups.serviceChains(machine);
  if (chains.size === 0) return packet;
  const ownAddresses = new Set((await lookups.ports(machine)).flatMap(({ addresses }) => addresses));
  const nat: ServiceNat | undefined = serviceNatOf(chains, { ...ip, port, ownAddresses });
  if (nat === undefined) return packet;
  const { to, choices: count, isMasqueraded: isMarked, asked } = nat;
  steps.push({ kind: 'service', machine, asked: [asked], from: ip.destination, to, port: nat.port, count });
  translations.set(`${machine} from ${to}`, ip.destination);
  return { ...packet, port: nat.port, isMarked, ip: { ...ip, destination: to } };
}

/** An answer of an endpoint gets the service's address where the connection lost it. */
export function sourceBack(
  machine: string,
  packet: Packet,
  steps: Step[],
  translations: ReadonlyMap<string, string>,
): Packet {
  const from = packet.ip.source;
  const to = translations.get(`${machine} from ${from}`);
  if (to === undefined) return packet;
  steps.push({ kind: 'source-back', machine, asked: [], from, to });
  return { ...packet, ip: { ...packet.ip, source: to } };
}
