// Owns where to listen between two machines: every interface that could carry the packet, and those that must not.

import type { Family } from '../base/address.ts';
import { podInterface, shownName } from '../design/address-book.ts';
import { hasDerivedRoutes } from '../design/derived-routes.ts';
import { type Design, type Machine, machinesOf } from '../design/design.ts';
import { loopback } from '../design/interfaces.ts';
import { type Passage, walkRoutes } from '../design/walk.ts';

/** An interface to listen on. */
export interface PlannedPoint {
  /** `leaf0:eth1`, a node by its short name. */
  readonly name: string;
  readonly machine: string;
  readonly interface: string;
  /** `path`: a route leads through it, one way or back; `beside`: a port of a machine on the path that none leads through. */
  readonly role: 'path' | 'beside';
  /** The way the request takes here when it comes by: where no Ethernet address tells. */
  readonly requestGoes: 'in' | 'out';
}

/**
 * The points between two machines in path order: all branches of equal paths, the way there and the way back, and the
 * other ports of the routers and nodes on them. Follows the routes that the design expects.
 */
export function pointsBetween(design: Design, from: Machine, to: Machine, family?: Family): readonly PlannedPoint[] {
  const points: PlannedPoint[] = [];
  const ways = joinWays(walkRoutes(design, from, to, family), walkRoutes(design, to, from, family));
  for (const passage of [...ways, ...undecided(design, ways)]) {
    const onPath = new Set([...passage.ins, ...passage.outs]);
    const beside = portsOf(design, passage.machine).filter((port) => !onPath.has(port));
    const add = (port: string, role: PlannedPoint['role'], requestGoes: PlannedPoint['requestGoes']): void => {
      const name = `${shownName(design, passage.machine)}:${port}`;
      points.push({ name, machine: passage.machine, interface: port, role, requestGoes });
    };
    for (const port of passage.ins) add(port, 'path', 'in');
    for (const port of beside) add(port, 'beside', 'out');
    for (const port of passage.outs) if (!passage.ins.has(port)) add(port, 'path', 'out');
  }
  return points;
}

/** Routers that a packet may pass all the same, where a router's own configuration has what no routes are derived from. */
function undecided(design: Design, passages: readonly Passage[]): readonly Passage[] {
  if (hasDerivedRoutes(design)) return [];
  const known = new Set(passages.map(({ machine }) => machine));
  const none: ReadonlySet<string> = new Set();
  const nowhere = { goesOn: true, isUnderlay: false, varies: true };
  return design.routers
    .filter(({ name }) => !known.has(name))
    .map(({ name }) => ({ ...nowhere, machine: name, depth: passages.length, ins: none, outs: none }));
}

/** The two ways as one list of machines, nearest to the source first. On the way back, in and out change places. */
function joinWays(there: readonly Passage[], back: readonly Passage[]): readonly Passage[] {
  const length = Math.max(...[...there, ...back].map((passage) => passage.depth));
  const joined = new Map(there.map((passage) => [passage.machine, passage]));
  for (const passage of back) {
    const known = joined.get(passage.machine);
    joined.set(passage.machine, {
      machine: passage.machine,
      depth: known?.depth ?? length - passage.depth,
      ins: new Set([...(known?.ins ?? []), ...passage.outs]),
      outs: new Set([...(known?.outs ?? []), ...passage.ins]),
      goesOn: passage.goesOn && known?.goesOn !== false,
      isUnderlay: passage.isUnderlay,
      varies: passage.varies || known?.varies === true,
    });
  }
  return [...joined.values()].sort((a, b) => a.depth - b.depth);
}

function portsOf(design: Design, name: string): readonly string[] {
  const machine = machinesOf(design).find((candidate) => candidate.name === name);
  if (machine === undefined || machine.kind === 'switch') return [];
  if (machine.kind === 'pod') return [podInterface];
  const tunnels = machine.kind === 'node' ? machine.tunnels : [];
  return [...tunnels, ...machine.interfaces].map(({ name: port }) => port).filter((port) => port !== loopback);
}
