// Owns the story of `capture --bgp`: listen where the sessions pass, and tell every message in the order of time.

import { join, resolve } from 'node:path';
import { LabError } from '../base/errors.ts';
import { type Design, machinesOf } from '../design/design.ts';
import { type BgpEvidence, captureBgp } from '../evidence/capture-bgp.ts';
import type { CaptureLimits } from '../evidence/limits.ts';
import { type PlannedPoint, pointsAt } from '../evidence/points.ts';
import { type SavedCaptures, saveCaptures } from '../evidence/save-captures.ts';
import { bgpComments } from '../report/bgp-messages.ts';
import { mergedPcapng } from '../report/capture-pcapng.ts';
import { ownerOf } from './capture.ts';
import type { Context } from './context.ts';
import { openRunning } from './running.ts';

/** What `labctl capture --bgp` is told. */
export interface CaptureBgpOptions {
  readonly lab?: string | undefined;
  /** Machines or interfaces; every router and node when empty. */
  readonly at: readonly string[];
  readonly limits: CaptureLimits;
  readonly live?: ((piece: Uint8Array) => void) | undefined;
  readonly onListening: (points: number) => void;
  readonly out?: string | undefined;
}

/** What was heard, and where its files are. */
export interface CapturedBgp {
  readonly design: Design;
  readonly evidence: BgpEvidence;
  readonly saved: SavedCaptures;
}

/** Listens at the cables of routers and nodes. Throws USAGE for a machine that has no session. */
export async function captureSessions(context: Context, options: CaptureBgpOptions): Promise<CapturedBgp> {
  const { design, engine } = await openRunning(context, { lab: options.lab });
  const points = sessionPoints(design, options.at);
  const evidence = await captureBgp(engine, design, {
    points,
    limits: options.limits,
    live: options.live,
    onListening: () => options.onListening(points.length),
    signal: context.signal,
  });
  const saved = await saveCaptures(evidence.points, mergedPcapng(evidence.points, bgpComments(design, evidence)), {
    parent: join(context.cwd, `labctl-${design.lab}`),
    folder: options.out === undefined ? undefined : resolve(context.cwd, options.out),
    owner: ownerOf(context),
  });
  return { design, evidence, saved };
}

/** Sessions never pass a pod's cable or a tunnel. */
function sessionPoints(design: Design, at: readonly string[]): readonly PlannedPoint[] {
  const speakers = new Set([...design.routers, ...design.nodes].map(({ name }) => name));
  const cables = new Set(
    design.links
      .filter(({ role }) => role !== 'pod' && role !== 'host')
      .flatMap(({ ends }) => ends.map((end) => `${end.machine}:${end.interface}`)),
  );
  const points = pointsAt(design, [], { at, isEverywhere: at.length === 0 }).filter(
    ({ machine, interface: port }) => speakers.has(machine) && cables.has(`${machine}:${port}`),
  );
  if (points.length > 0) return points;
  const known = machinesOf(design).filter(({ name }) => speakers.has(name));
  throw new LabError('USAGE', `${at.join(' and ')}: no BGP session passes there`, {
    hint: `labctl capture --bgp ${known[0]?.name ?? ''}`,
  });
}
