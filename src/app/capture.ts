// Owns the story of `capture`: listen everywhere between two machines, ping, and keep what was seen.

import { writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { LabError } from '../base/errors.ts';
import type { Design } from '../design/design.ts';
import { type CaptureEvidence, type CaptureRequest, captureProbe } from '../evidence/capture.ts';
import { type CapturedPath, capturedPath, lossesOf } from '../evidence/captured-path.ts';
import type { CaptureLimits } from '../evidence/limits.ts';
import { type PlannedPoint, pointsAt } from '../evidence/points.ts';
import { saveCaptures } from '../evidence/save-captures.ts';
import type { Probe } from '../evidence/send-probe.ts';
import { whyLost } from '../evidence/why-lost.ts';
import type { Engine } from '../plan/engine.ts';
import { captureHtml } from '../report/capture-html.ts';
import { capturePcapng } from '../report/capture-pcapng.ts';
import type { CaptureReport } from '../report/capture-report.ts';
import { expectedWayOf } from '../verify/expected-way.ts';
import { captureFilter } from './capture-filter.ts';
import { captureTarget } from './capture-target.ts';
import type { Context } from './context.ts';
import type { EndsOptions } from './probe-ends.ts';
import { attempt } from './render.ts';
import { openRunning } from './running.ts';

/** What `labctl capture` is told. */
export interface CaptureOptions extends EndsOptions {
  readonly lab?: string | undefined;
  /** Listen only here: machines, `node:interface`, links or roles; everywhere on the way when empty. */
  readonly at: readonly string[];
  /** Listen at every interface of the lab. */
  readonly isEverywhere: boolean;
  readonly probe: Probe;
  /** A pcap filter expression on inner packets. */
  readonly filter?: string | undefined;
  readonly limits: CaptureLimits;
  /** Given a pcapng file of all points while it is captured. */
  readonly live?: ((piece: Uint8Array) => void) | undefined;
  /** Folder for the pcap files; `labctl-<lab>/capture-<n>` in the current folder when left out. */
  readonly out?: string | undefined;
  /** A page to write. */
  readonly html?: string | undefined;
}

/** What was seen, and where its files are. */
export interface CaptureResult extends CaptureReport {
  readonly path: CapturedPath;
  /** `all`: the first probe, and so the way; `some`: others after it. */
  readonly lost: 'none' | 'some' | 'all';
}

/** Most probes of one capture: the packets of all points are held in memory. */
const mostProbes = 100;

/** Captures a probe at every point between two machines of the running lab, and writes a pcap file a point. */
export async function capture(context: Context, options: CaptureOptions): Promise<CaptureResult> {
  const { probe, limits, family } = options;
  if (probe.kind !== 'none' && probe.count > mostProbes) {
    throw new LabError('USAGE', `--count must be a whole number from 1 to ${mostProbes}, not ${probe.count}`);
  }
  const { signal } = context;
  const { design, engine } = await openRunning(context, { lab: options.lab });
  const { machines, points, ...target } = captureTarget(design, options, probe);
  const listened = pointsAt(design, points, options);
  const filter = await filterOf(design, engine, options.filter, listened);
  const request = { ...target, points: listened, filter, limits, live: options.live, provesEmpty: true, signal };
  const evidence = await captureProbe(engine, request);
  const path = capturedPath(evidence);
  const isSent = probe.kind !== 'none';
  const isAll = filter === undefined && options.at.length === 0;
  const cause = isSent && filter === undefined ? await likelyCause(design, engine, evidence) : undefined;
  const saved = await saveCaptures(evidence.points, capturePcapng(evidence), {
    parent: join(context.cwd, `labctl-${design.lab}`),
    folder: options.out === undefined ? undefined : resolve(context.cwd, options.out),
    owner: ownerOf(context),
  });
  const isWhole = machines !== undefined && isSent && isAll;
  const [from, to] = machines ?? [];
  const expected =
    isWhole && from !== undefined && to !== undefined
      ? expectedWayOf(design, { from, to, family, evidence, path })
      : undefined;
  const page = options.html === undefined ? undefined : resolve(context.cwd, options.html);
  const lost: CaptureResult['lost'] =
    path.outcome !== 'found' ? 'all' : lossesOf(evidence).length > 0 ? 'some' : 'none';
  const report = { lab: design.lab, evidence, path, lost, expected, cause, saved, page };
  if (page !== undefined) await attempt(page, () => writeFile(page, captureHtml(design, report)));
  return report;
}

/** Milliseconds that the live state is read for a cause. */
const causeLimit = 20_000;

/** Why the latest probe was lost, as the live state tells it; undefined also where that takes too long: what was captured is told anyhow. */
async function likelyCause(design: Design, engine: Engine, evidence: CaptureEvidence): Promise<string | undefined> {
  // Of what was lost in the midst and arrives again, the live state tells nothing any more.
  const latest = capturedPath(evidence, evidence.lines.at(-1)?.packet.sequence);
  // Not the user's signal: an interrupt ended the capture, and what it has is still told.
  const late = AbortSignal.timeout(causeLimit);
  try {
    return await whyLost(design, engine, evidence, latest, late);
  } catch (error) {
    if (late.aborted) return undefined;
    throw error;
  }
}

async function filterOf(
  design: Design,
  engine: Engine,
  text: string | undefined,
  [first]: readonly PlannedPoint[],
): Promise<CaptureRequest['filter']> {
  if (text === undefined || first === undefined) return undefined;
  return { text, written: await captureFilter(design, engine, text, first.machine) };
}

/** Under sudo the files belong to the user who typed the command. */
export function ownerOf(context: Context): { readonly uid: number; readonly gid: number } | undefined {
  const { SUDO_UID, SUDO_GID } = context.env;
  const [uid, gid] = [Number(SUDO_UID), Number(SUDO_GID)];
  return context.uid === 0 && Number.isInteger(uid) && Number.isInteger(gid) && uid > 0 ? { uid, gid } : undefined;
}
