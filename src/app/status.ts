// Owns the story of `status`: what a running lab is, and how its sessions and routes stand against what must be.

import { addressOf } from '../base/address.ts';
import type { Design } from '../design/design.ts';
import { type Difference, routeDifferences, sessionDifferences } from '../plan/converged.ts';
import type { KnownDifference } from '../plan/engine.ts';
import type { Failure } from '../plan/failure.ts';
import type { ObservedSession, Tables } from '../plan/observed.ts';
import type { Context } from './context.ts';
import { openRunning } from './running.ts';
import { readFailures } from './saved-lab.ts';

/** A node or a router as `status` shows it. */
export interface SpeakerStatus {
  readonly name: string;
  readonly short: string;
  readonly kind: 'node' | 'router';
  readonly asNumber: number | undefined;
  /** A node's Calico address; a router's id. */
  readonly address: string;
  readonly sessions: { readonly expected: number; readonly established: number };
  readonly routes: { readonly expected: number; readonly seen: number };
}

/** A pod as `status` shows it. */
export interface PodStatus {
  readonly name: string;
  readonly node: string;
  /** The first of `addresses`. */
  readonly address: string;
  readonly addresses: readonly string[];
  readonly interface: string;
}

/** All that `status` knows. */
export interface LabStatus {
  readonly lab: string;
  readonly variant: string | undefined;
  readonly title: string;
  readonly engine: string;
  /** False while a change is under way or after one that failed. */
  readonly isBuilt: boolean;
  readonly calico: string;
  readonly minor: number;
  /** Calico's objects were changed since `up`. */
  readonly isChanged: boolean;
  /** calico-node's networking backend. */
  readonly backend: Design['backend'];
  readonly speakers: readonly SpeakerStatus[];
  readonly pods: readonly PodStatus[];
  readonly sessions: readonly ObservedSession[];
  /** Of all machines, pods too. */
  readonly routes: { readonly expected: number; readonly seen: number };
  readonly missing: readonly Difference[];
  /** What `labctl fail` has broken and nothing has mended. */
  readonly failed: readonly Failure[];
}

/** Looks at the lab once. */
export async function status(context: Context, options: { readonly lab: string | undefined }): Promise<LabStatus> {
  const { lab, design, engine, saved, state } = await openRunning(context, options);
  const tables = await engine.look(design);
  return {
    lab: lab.name,
    variant: lab.variant,
    title: lab.title,
    engine: engine.name,
    isBuilt: saved.isBuilt,
    calico: design.version.text,
    minor: design.version.minor,
    isChanged: saved.objects !== undefined,
    backend: design.backend,
    ...judged(design, tables),
    failed: await readFailures(state),
  };
}

/** How a lab's tables stand against its design; pure. */
export function judged(
  design: Design,
  tables: Tables,
): Pick<LabStatus, 'speakers' | 'pods' | 'sessions' | 'routes' | 'missing'> {
  const sessions = sessionDifferences(design.expected.sessions, tables.sessions);
  const routes = routeDifferences(design.expected.routes, tables.routes);
  const speaker = (name: string) => {
    const expected = design.expected.sessions.filter(({ a, b }) => a.machine === name || b.machine === name).length;
    const expectedRoutes = design.expected.routes.filter(({ machine }) => machine === name).length;
    return {
      sessions: { expected, established: expected - sessions.filter(({ where }) => where === name).length },
      routes: { expected: expectedRoutes, seen: expectedRoutes - routes.filter(({ where }) => where === name).length },
    };
  };
  const speakers: SpeakerStatus[] = [];
  for (const { name, asNumber, routerId } of design.routers) {
    speakers.push({ name, short: name, kind: 'router', asNumber, address: routerId, ...speaker(name) });
  }
  for (const { name, short, peers, addresses } of design.nodes) {
    speakers.push({
      name,
      short,
      kind: 'node',
      asNumber: design.backend === 'bird' ? peers.localAs : undefined,
      address: addressOf(addresses[0].address),
      ...speaker(name),
    });
  }
  const pods = design.pods.map(({ name, node, addresses, interface: port }) => ({
    name,
    node,
    address: addresses[0].address,
    addresses: addresses.map(({ address }) => address),
    interface: port,
  }));
  const total = design.expected.routes.length;
  const seen = total - routes.length;
  const missing = [...sessions, ...routes];
  return { speakers, pods, sessions: tables.sessions, routes: { expected: total, seen }, missing };
}

/** In what the lab differs from a real cluster, and is known to. */
export async function knownDifferences(
  context: Context,
  options: { readonly lab: string | undefined },
): Promise<readonly KnownDifference[]> {
  const { engine } = await openRunning(context, options);
  return engine.differences;
}
