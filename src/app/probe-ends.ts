// Owns the two ends of a probe, as they are typed: pods or nodes that have an address of the family.

import type { Family } from '../base/address.ts';
import { LabError } from '../base/errors.ts';
import { primaryAddressOf } from '../design/address-book.ts';
import type { Design, HostDesign, NodeDesign, PodDesign } from '../design/design.ts';
import { machineNamed } from '../design/named-machine.ts';

/** What a verb that sends probes is told of their ends. */
export interface EndsOptions {
  /** A pod or node. */
  readonly from: string;
  readonly to: string;
  /** The first that both ends have when left out. */
  readonly family?: Family | undefined;
}

type End = PodDesign | NodeDesign | HostDesign;

/** Finds both ends. Throws UNKNOWN_MACHINE, or USAGE when they are the same or lack an address; `verb` stands in hints. */
export function probeEnds(design: Design, options: EndsOptions, verb: string): readonly [End, End] {
  const [from, to] = [probeEnd(design, options.from, verb), probeEnd(design, options.to, verb)];
  if (from === to) throw new LabError('USAGE', `${options.from} to itself passes no interface`);
  const { family } = options;
  for (const end of [from, to]) {
    if (primaryAddressOf(end, family) !== undefined) continue;
    const hint = 'cluster.ipFamily: dual in the lab file gives every node and pod an IPv6 address';
    throw new LabError('USAGE', `${end.name} has no IPv${family} address`, { hint });
  }
  return [from, to];
}

/** Finds one end. Throws UNKNOWN_MACHINE. */
export function probeEnd(design: Design, name: string, verb: string): End {
  const machine = machineNamed(design, name);
  if (machine.kind === 'pod' || machine.kind === 'node' || machine.kind === 'host') return machine;
  const known = [...design.pods.map((pod) => pod.name), ...design.nodes.map((node) => node.short)];
  throw new LabError('UNKNOWN_MACHINE', `${name} is a ${machine.kind}; ${verb} goes between pods or nodes`, {
    facts: [`pods and nodes: ${known.join(', ')}`],
    hint: `labctl ${verb} ${known.slice(0, 2).join(' ')}`,
  });
}
