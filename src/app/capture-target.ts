// Owns where a capture's probes go, as it is typed: a machine, a service, or an address outside; and where to listen then.

import { addressOf, type Family, familyOf, parseAddress } from '../base/address.ts';
import { LabError } from '../base/errors.ts';
import {
  type Design,
  findMachine,
  type HostDesign,
  type Machine,
  type NodeDesign,
  type ServiceDesign,
} from '../design/design.ts';
import type { CaptureEnd } from '../evidence/capture.ts';
import { endsOf } from '../evidence/ends.ts';
import { type PlannedPoint, pointsBetween } from '../evidence/points.ts';
import type { Probe, Translated } from '../evidence/send-probe.ts';
import { type EndsOptions, probeEnd, probeEnds } from './probe-ends.ts';

/** Both ends, the points between them, and what to send there. */
export interface CaptureTarget {
  readonly from: CaptureEnd;
  readonly to: CaptureEnd;
  /** Both machines, where the design knows the way between them. */
  readonly machines: readonly [Machine, Machine] | undefined;
  readonly points: readonly PlannedPoint[];
  readonly probe: Probe;
  /** A node's own connection to a service. */
  readonly translated?: Translated | undefined;
}

/** Works out the target. Throws USAGE or UNKNOWN_MACHINE for what is neither machine, service nor address. */
export function captureTarget(design: Design, options: EndsOptions, probe: Probe): CaptureTarget {
  const { to, family } = options;
  const asked = serviceNamed(design, to) ?? nodePortOf(design, to, probe);
  if (asked !== undefined) return toService(design, options, asked, probe);
  if (parseAddress(to) !== undefined) {
    const from = probeEnd(design, options.from, 'capture');
    const outside = outsideOf(to, familyOf(to));
    const points = pointsBetween(design, from, outside, familyOf(to));
    return { ...endsOf(from, outside, familyOf(to)), machines: undefined, points, probe };
  }
  const machines = probeEnds(design, options, 'capture');
  const points = pointsBetween(design, ...machines, family);
  return { ...endsOf(...machines, family), machines, points, probe };
}

/** A service by one of its addresses, or by a node's. */
export interface AskedService {
  readonly service: ServiceDesign;
  readonly address: string;
  readonly port: number;
  /** The node whose port is asked. */
  readonly node?: NodeDesign;
}

/** The service with a name or an address; a machine of the same name goes before. */
export function serviceNamed(design: Design, to: string): AskedService | undefined {
  if (findMachine(design, to) !== undefined) return undefined;
  for (const service of design.services) {
    const { name, clusterIP, port } = service;
    if (name === to) return { service, address: clusterIP, port };
    if (addressesOf(service).includes(to)) return { service, address: to, port };
  }
  return undefined;
}

function addressesOf({ clusterIP, externalIPs, loadBalancerIP }: ServiceDesign): readonly string[] {
  return [clusterIP, ...externalIPs, ...(loadBalancerIP === undefined ? [] : [loadBalancerIP])];
}

/** The service whose node port a connection to a node asks for. */
function nodePortOf(design: Design, to: string, probe: Probe): AskedService | undefined {
  const node = findMachine(design, to);
  if (node?.kind !== 'node' || probe.kind !== 'tcp') return undefined;
  const { port } = probe;
  const service = design.services.find(({ nodePort }) => nodePort === port);
  return service && { service, address: addressOf(node.addresses[0].address), port, node };
}

/** Nobody knows yet which node takes it and which endpoint it chooses: all of them are listened at. */
function toService(design: Design, options: EndsOptions, asked: AskedService, probe: Probe): CaptureTarget {
  const { service, address, port, node } = asked;
  const from = probeEnd(design, options.from, 'capture');
  const pods = design.pods.filter(({ name }) => service.endpoints.some((endpoint) => endpoint.pod === name));
  const [first, ...others] = pods;
  if (first === undefined) throw new LabError('USAGE', `service ${service.name} has no endpoint`);
  const takers = node !== undefined ? [node] : from.kind === 'host' ? design.nodes : [];
  const ways: (readonly [Machine, Machine])[] = node === undefined ? pods.map((pod) => [from, pod]) : [];
  for (const taker of takers) ways.push([from, taker], ...pods.map((pod): [Machine, Machine] => [taker, pod]));
  const points = new Map<string, PlannedPoint>();
  for (const way of ways.filter(([a, b]) => a !== b)) {
    for (const point of pointsBetween(design, ...way)) {
      if (points.get(point.name)?.role !== 'path') points.set(point.name, point);
    }
  }
  const ends = endsOf(from, first);
  return {
    from: ends.from,
    to: { machine: first.name, address, also: others.map(({ name }) => name), service: service.name },
    machines: undefined,
    points: [...points.values()],
    probe: onPort(probe, port),
    translated: from.kind === 'node' ? translatedAt(from, service) : undefined,
  };
}

function translatedAt(node: NodeDesign, { endpoints }: ServiceDesign): Translated {
  const sources = node.interfaces.flatMap(({ addresses }) => addresses.map(addressOf));
  return { sources, destinations: endpoints.map(({ address }) => address) };
}

/** A service answers on its port only: what would be an echo is a connection. */
function onPort(probe: Probe, port: number): Probe {
  if (probe.kind === 'echo') return { kind: 'tcp', port, count: probe.count };
  return probe.kind === 'http' ? { ...probe, port } : probe;
}

/** An address that no machine of the lab has, as if a host had it: where its packets leave the lab is where the walk ends. */
function outsideOf(address: string, family: Family): HostDesign {
  return { kind: 'host', name: address, interfaces: [], addresses: [{ family, address, uplink: '', gateway: '' }] };
}
