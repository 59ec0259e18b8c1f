// Owns where a capture's probes go, as it is typed: a machine, a service, or an address outside; and where to listen then.

import { type Family, familyOf, parseAddress } from '../base/address.ts';
import { LabError } from '../base/errors.ts';
import { type Design, findMachine, type HostDesign, type Machine, type ServiceDesign } from '../design/design.ts';
import type { CaptureEnd } from '../evidence/capture.ts';
import { endsOf } from '../evidence/ends.ts';
import { type PlannedPoint, pointsBetween } from '../evidence/points.ts';
import type { Probe } from '../evidence/send-probe.ts';
import { type EndsOptions, probeEnd, probeEnds } from './probe-ends.ts';

/** Both ends, the points between them, and what to send there. */
export interface CaptureTarget {
  readonly from: CaptureEnd;
  readonly to: CaptureEnd;
  /** Both machines, where the design knows the way between them. */
  readonly machines: readonly [Machine, Machine] | undefined;
  readonly points: readonly PlannedPoint[];
  readonly probe: Probe;
}

/** Works out the target. Throws USAGE or UNKNOWN_MACHINE for what is neither machine, service nor address. */
export function captureTarget(design: Design, options: EndsOptions, probe: Probe): CaptureTarget {
  const { to, family } = options;
  const service = serviceNamed(design, to);
  if (service !== undefined) return toService(design, options, service, probe);
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

/** The service with a name or an address; a machine of the same name goes before. */
export function serviceNamed(design: Design, to: string): ServiceDesign | undefined {
  if (findMachine(design, to) !== undefined) return undefined;
  return design.services.find((one) => one.name === to || addressesOf(one).includes(to));
}

function addressesOf({ clusterIP, externalIPs, loadBalancerIP }: ServiceDesign): readonly string[] {
  return [clusterIP, ...externalIPs, ...(loadBalancerIP === undefined ? [] : [loadBalancerIP])];
}

/** Nobody knows yet which node takes it and which endpoint it chooses: all of them are listened at. */
function toService(design: Design, options: EndsOptions, service: ServiceDesign, probe: Probe): CaptureTarget {
  const from = probeEnd(design, options.from, 'capture');
  const pods = design.pods.filter(({ name }) => service.endpoints.some((endpoint) => endpoint.pod === name));
  const [first, ...others] = pods;
  if (first === undefined) throw new LabError('USAGE', `service ${service.name} has no endpoint`);
  const ways: (readonly [Machine, Machine])[] = pods.map((pod) => [from, pod]);
  if (from.kind === 'host') {
    for (const node of design.nodes) ways.push([from, node], ...pods.map((pod): [Machine, Machine] => [node, pod]));
  }
  const points = new Map<string, PlannedPoint>();
  for (const way of ways.filter(([a, b]) => a !== b)) {
    for (const point of pointsBetween(design, ...way)) {
      if (points.get(point.name)?.role !== 'path') points.set(point.name, point);
    }
  }
  const address = options.to === service.name ? service.clusterIP : options.to;
  const ends = endsOf(from, first);
  return {
    from: ends.from,
    to: { machine: first.name, address, also: others.map(({ name }) => name) },
    machines: undefined,
    points: [...points.values()],
    probe: onPort(probe, service.port),
  };
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
