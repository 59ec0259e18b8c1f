// Owns where to listen between two machines: every interface that could carry the packet, and those that must not.

import type { Family } from '../base/address.ts';
import { LabError } from '../base/errors.ts';
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

/** How `--at` and `--all` change the points of a way. */
export interface PointChoice {
  /** Machines (`leaf0`, `pod-a`), `leaf0:eth1`, link names, or the roles of machines: pod, node, router, host. */
  readonly at: readonly string[];
  readonly isEverywhere: boolean;
}

/** The chosen ones of the points of a way, and those elsewhere that were named. Throws USAGE for a name that means none. */
export function pointsAt(
  design: Design,
  points: readonly PlannedPoint[],
  { at, isEverywhere }: PointChoice,
): readonly PlannedPoint[] {
  if (at.length === 0 && !isEverywhere) return points;
  const known = new Set(points.map(({ name }) => name));
  const others = machinesOf(design).flatMap(({ name: machine }) =>
    portsOf(design, machine).map((port): PlannedPoint => {
      const name = `${shownName(design, machine)}:${port}`;
      return { name, machine, interface: port, role: 'beside', requestGoes: 'out' };
    }),
  );
  const all = [...points, ...others.filter(({ name }) => !known.has(name))];
  if (isEverywhere) return all;
  const chosen = new Set<PlannedPoint>();
  for (const word of at) {
    const found = all.filter((point) => isMeant(design, point, word, known));
    if (found.length === 0) {
      const machines = machinesOf(design).filter(({ kind }) => kind !== 'switch');
      throw new LabError('USAGE', `--at ${word}: no machine, interface, link or role of this lab`, {
        facts: [
          `machines: ${machines.map(({ name }) => shownName(design, name)).join(', ')}`,
          `roles: ${[...new Set(machines.map(({ kind }) => kind))].join(', ')}`,
        ],
        hint: `--at ${points[0]?.name ?? 'leaf0'}`,
      });
    }
    for (const point of found) chosen.add(point);
  }
  return all.filter((point) => chosen.has(point));
}

/** A role means only the machines on the way; a name means the machine wherever it is. */
function isMeant(design: Design, point: PlannedPoint, word: string, known: ReadonlySet<string>): boolean {
  const { name, machine, interface: port } = point;
  if (word === name || word === machine || word === shownName(design, machine) || word === `${machine}:${port}`)
    return true;
  const link = design.links.find((one) => one.name === word);
  if (link !== undefined) return link.ends.some((end) => end.machine === machine && end.interface === port);
  return known.has(name) && machinesOf(design).some((one) => one.name === machine && one.kind === word);
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
