// Owns following a packet through the routes the design expects, over every next hop of every equal path.

import {
  addressOf,
  containsPrefix,
  type Family,
  familyOf,
  inFamily,
  mustParseAddress,
  parsePrefix,
} from '../base/address.ts';
import { type AddressBook, addressBookOf, podInterface, primaryAddressOf } from './address-book.ts';
import type { ExpectedRoute } from './convergence.ts';
import type { Design, Machine } from './design.ts';
import { isTunnel } from './tunnel.ts';

/** One machine on the way: how far from the source, by which interfaces a packet may come and go. */
export interface Passage {
  readonly machine: string;
  readonly depth: number;
  readonly ins: ReadonlySet<string>;
  readonly outs: ReadonlySet<string>;
  /** False where some packet cannot go on: no route, or one that leads out of the lab. */
  readonly goesOn: boolean;
  /** The packet passes inside a tunnel: the machine looks at the outer header only. */
  readonly isUnderlay: boolean;
  /** Equal paths reach it after different numbers of machines, or lead in a circle. */
  readonly varies: boolean;
}

interface Step {
  readonly machine: string;
  /** Where the packet comes in; undefined at its source. */
  readonly by: string | undefined;
  readonly depth: number;
  /** The address the machine looks up: the outer one while the packet is in a tunnel. */
  readonly looksUp: string;
}

/** Every machine between two, in one family or in the first the destination has, in the order of first arrival. Ends where no route leads on. */
export function walkRoutes(design: Design, from: Machine, to: Machine, family?: Family): readonly Passage[] {
  const destination = primaryAddressOf(to, family);
  if (destination === undefined) return [];
  const book = addressBookOf(design);
  const passages = new Map<string, Growing>();
  const waiting: Step[] = [{ machine: from.name, by: undefined, depth: 0, looksUp: destination }];
  for (let step = waiting.shift(); step !== undefined; step = waiting.shift()) {
    const known = passages.get(step.machine);
    const passage = known ?? beginPassage(design, book, step, destination);
    passages.set(step.machine, passage);
    if (step.by !== undefined) passage.ins.add(step.by);
    passage.varies ||= passage.depth !== step.depth;
    if (known !== undefined || step.machine === to.name) continue;
    const exits = exitsOf(design, book, step, destination);
    passage.goesOn =
      exits.some((exit) => exit.next !== undefined) &&
      exits.every((exit) => exit.isEntry === true || exit.next !== undefined || isTunnel(exit.dev));
    for (const exit of exits) {
      passage[exit.isEntry ? 'ins' : 'outs'].add(exit.dev);
      if (exit.next !== undefined) waiting.push(exit.next);
    }
  }
  return [...passages].map(([machine, passage]) => ({ machine, ...passage }));
}

interface Growing {
  depth: number;
  ins: Set<string>;
  outs: Set<string>;
  goesOn: boolean;
  isUnderlay: boolean;
  varies: boolean;
}

function beginPassage(design: Design, book: AddressBook, step: Step, destination: string): Growing {
  const isUnderlay = step.looksUp !== destination && insideTunnel(design, book, step, destination) === undefined;
  return { depth: step.depth, ins: new Set(), outs: new Set(), goesOn: true, isUnderlay, varies: false };
}

/** True when the expected routes carry every packet from one machine to the other, and every answer back. */
export function reaches(design: Design, from: Machine, to: Machine, family?: Family): boolean {
  return [walkRoutes(design, from, to, family), walkRoutes(design, to, from, family)].every((passages, index) => {
    const end = index === 0 ? to.name : from.name;
    return passages.some((passage) => passage.machine === end) && passages.every((passage) => passage.goesOn);
  });
}

interface Exit {
  readonly dev: string;
  /** The far end of a tunnel: the packet comes out of this device here. */
  readonly isEntry?: true;
  readonly next?: Step;
}

function exitsOf(design: Design, book: AddressBook, step: Step, destination: string): readonly Exit[] {
  const depth = step.depth + 1;
  const pod = design.pods.find((candidate) => candidate.name === step.machine);
  if (pod !== undefined) {
    return [{ dev: podInterface, next: { machine: pod.node, by: pod.interface, depth, looksUp: destination } }];
  }
  const inside = insideTunnel(design, book, step, destination);
  const looksUp = inside === undefined ? step.looksUp : destination;
  const entry: readonly Exit[] = inside === undefined ? [] : [{ dev: inside, isEntry: true }];
  const local = design.pods.find(
    ({ node, addresses }) => node === step.machine && addresses.some(({ address }) => address === looksUp),
  );
  if (local !== undefined) {
    const next = { machine: local.name, by: podInterface, depth, looksUp };
    return [...entry, { dev: local.interface, next }];
  }
  const exits: Exit[] = [...entry];
  for (const hop of lookUp(design, step.machine, looksUp)?.nextHops ?? []) {
    if (isTunnel(hop.dev)) {
      const far = tunnelEnd(design, book, hop.via);
      exits.push({ dev: hop.dev });
      if (far === undefined) continue;
      for (const outer of lookUp(design, step.machine, far)?.nextHops ?? []) {
        exits.push(exitBy(design, book, outer, far, depth));
      }
    } else {
      exits.push(exitBy(design, book, hop, looksUp, depth));
    }
  }
  return exits;
}

function exitBy(
  design: Design,
  book: AddressBook,
  hop: { readonly via: string | undefined; readonly dev: string },
  looksUp: string,
  depth: number,
): Exit {
  const at = book.get(hop.via ?? looksUp);
  if (at === undefined || design.switches.some((candidate) => candidate.name === at.machine)) return { dev: hop.dev };
  return { dev: hop.dev, next: { machine: at.machine, by: at.interface, depth, looksUp } };
}

/** The tunnel device a wrapped packet comes out of, when it has reached the outer address's owner. */
function insideTunnel(design: Design, book: AddressBook, step: Step, destination: string): string | undefined {
  if (step.looksUp === destination || book.get(step.looksUp)?.machine !== step.machine) return undefined;
  const back = lookUp(design, step.machine, destination);
  const routes = design.expected.routes.filter((route) => route.machine === step.machine);
  const devices = routes.flatMap((route) => route.nextHops.map((hop) => hop.dev));
  return back === undefined ? undefined : devices.find(isTunnel);
}

/** The node address behind a tunnel's next hop: itself (IPIP), or the node of the VXLAN tunnel address. */
function tunnelEnd(design: Design, book: AddressBook, via: string | undefined): string | undefined {
  const owner = via === undefined ? undefined : book.get(via)?.machine;
  const node = design.nodes.find((candidate) => candidate.name === owner);
  const found = node === undefined || via === undefined ? undefined : inFamily(node.addresses, familyOf(via));
  return found === undefined ? undefined : addressOf(found.address);
}

/** The route a kernel would take: longest prefix, then lowest metric; connected prefixes and the default gateway count too. */
function lookUp(design: Design, machine: string, address: string): Pick<ExpectedRoute, 'nextHops'> | undefined {
  const target = mustParseAddress(address);
  let best: Candidate | undefined;
  for (const candidate of candidatesOf(design, machine)) {
    const prefix = parsePrefix(candidate.prefix);
    if (prefix === undefined || !containsPrefix(prefix, target)) continue;
    const length = prefix.length;
    const isBetter =
      best === undefined || length > best.length || (length === best.length && candidate.metric < best.metric);
    if (isBetter) best = { length, metric: candidate.metric, nextHops: candidate.nextHops };
  }
  return best;
}

interface Candidate {
  readonly length: number;
  readonly metric: number;
  readonly nextHops: ExpectedRoute['nextHops'];
}

function candidatesOf(
  design: Design,
  machine: string,
): readonly { readonly prefix: string; readonly metric: number; readonly nextHops: ExpectedRoute['nextHops'] }[] {
  const owner = [...design.nodes, ...design.routers, ...design.hosts].find((candidate) => candidate.name === machine);
  const connected = (owner?.interfaces ?? []).flatMap((port) =>
    port.addresses.map((prefix) => ({ prefix, metric: 0, nextHops: [{ via: undefined, dev: port.name }] })),
  );
  const routes = design.expected.routes
    .filter((route) => route.machine === machine)
    .map((route) => ({ prefix: route.prefix, metric: route.metric ?? 0, nextHops: route.nextHops }));
  return [...routes, ...connected];
}
